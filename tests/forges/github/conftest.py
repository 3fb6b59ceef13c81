"""What every test of GitHub's adapter stands on."""

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


@pytest.fixture(autouse=True)
def _directly_and_without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setattr("understudy.transport._FIRST_PAUSE", 0.01)
