"""The tutorial on Flux is true: its session runs, with a real API server for its last part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import console
from tests.test_docs import assert_same

if TYPE_CHECKING:
    from pathlib import Path


def test_the_tutorial_on_flux_is_what_happens(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    assert_same(console.FLUX_TUTORIAL, console.followed_on_flux(home))
