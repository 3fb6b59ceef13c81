"""The fixture that every story on GitHub asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.world import GitHubWorld

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHubWorld]:
    """An empty repository on GitHub; what anybody did wrong to or in it fails the test."""
    world = GitHubWorld(tmp_path)
    try:
        yield world
    finally:
        world.server.close()
    world.assert_clean()
