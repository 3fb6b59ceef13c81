"""Thousands of pull requests, and GitHub asking to be left alone in the middle of the answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.github.telling import rebuild
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
SECONDS = 30
"""Several times what it takes."""


def test_two_thousand_open_pull_requests_cost_seconds(hub: GitHubWorld) -> None:
    """Trap 09 and trap 34: with 40 heads, so that the world is made quickly."""
    hub.base({"app.yaml": "image: 1\n"})
    for number in range(1, 41):
        hub.pull_request(number, {f"{number}/app.yaml": "x\n"}, checks=PASSED)
    heads = {number: hub.requests[1 + number % 40].head for number in range(41, 2001)}
    for number, head in heads.items():
        hub.model.add_pull_request(number, head, branch=f"feature/{number}")
    hub.fake.git.set_pull_heads(heads)
    hub.clear_log()
    begun = time.monotonic()

    assert hub.cli("rebuild", "--repo", hub.address).code == ExitCode.DONE

    assert time.monotonic() - begun < SECONDS
    assert len(hub.reads()) == 22
    assert len(hub.writes()) == 1 + 40
    assert (hub.folder / "run" / "summary.md").stat().st_size < 1024 * 1024


def test_answers_that_are_cut_off_by_a_limit_are_sent_by_the_next_rebuild(
    hub: GitHubWorld,
) -> None:
    """The first wish to wait can be granted, the second is longer than there is time."""
    hub.base({"app.yaml": "image: 1\n"})
    for number in range(1, 31):
        hub.pull_request(number, {f"{number}/app.yaml": "x\n"}, checks=PASSED)
    hub.fault("secondary-limit", on="rest-write", after=10, retry_after=1)
    hub.fault("secondary-limit", on="rest-write", after=20, retry_after=None)

    assert rebuild(hub) == ExitCode.DONE

    assert _told(hub) == 20
    hub.clear_log()
    assert rebuild(hub) == ExitCode.DONE
    assert _told(hub) == 30
    assert len(hub.writes()) == 10


def _told(hub: GitHubWorld) -> int:
    return sum(bool(hub.statuses(number)) for number in hub.requests)
