"""What every test of GitHub's adapter stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.opened import opened
from tests.github.world import github_world
from tests.scripted_http import Scripted, in_turn, says_json, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.github.world import GitHubWorld
    from understudy.forges.github.client import GitHub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHubWorld]:
    """An empty repository on GitHub; what anybody did wrong to or in it fails the test."""
    with github_world(tmp_path) as world:
        yield world


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A server that answers from a script, which the test may replace."""
    with scripted(in_turn(says_json({}))) as running:
        yield running


@pytest.fixture
def github(server: Scripted) -> Iterator[GitHub]:
    """GitHub as our client asks it, played by that server."""
    with opened(f"{server.address}/ada/fleet.git") as client:
        yield client


@pytest.fixture(autouse=True)
def _quick(quick_http: None) -> None:
    """Every test here talks to the loopback."""
