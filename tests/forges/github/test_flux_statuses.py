from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.opened import opened_in
from understudy.core.config import Stage
from understudy.core.deployment import Readiness
from understudy.core.errors import UnavailableError
from understudy.core.model import CommitSha
from understudy.forges.github.client import MayNotError
from understudy.forges.github.flux_statuses import read_deployed

if TYPE_CHECKING:
    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld
    from understudy.core.deployment import Deployment

STAGE = Stage(branch="staging")


@pytest.fixture
def tip(hub: GitHubWorld) -> CommitSha:
    commit = hub.base({"a": "1"})
    hub.move_ref("refs/heads/staging", commit)
    return commit


def _read(hub: GitHubWorld, commit: CommitSha, token: Token | None = None) -> Deployment | None:
    with opened_in(hub, token) as github:
        return read_deployed(github, commit, STAGE, is_base=False)


def test_a_commit_of_which_nobody_spoke_is_not_deployed(hub: GitHubWorld, tip: CommitSha) -> None:
    assert _read(hub, tip) is None
    assert _read(hub, CommitSha("d" * 40)) is None


def test_the_newest_status_of_each_kustomization_is_read_in_one_question(
    hub: GitHubWorld, tip: CommitSha
) -> None:
    hub.flux("apps-staging", "failure", "build failed")
    hub.flux("apps-staging", "success", "reconciliation succeeded")
    hub.flux("media", "failure", "health check failed")
    hub.clear_log()

    found = _read(hub, tip)

    assert found is not None
    assert [(each.name, each.readiness, each.message) for each in found.kustomizations] == [
        ("apps-staging", Readiness.READY, "reconciliation succeeded"),
        ("media", Readiness.FAILED, "health check failed"),
    ]
    assert [seen.operation for seen in hub.reads()] == ["Statuses"]


def test_a_fine_grained_token_can_read_it(hub: GitHubWorld, tip: CommitSha) -> None:
    """It reads no check runs (trap 39), and commit statuses all the same."""
    hub.flux("apps-staging", "success", "reconciliation succeeded")

    assert _read(hub, tip, hub.tokens.fine_grained())


def test_who_may_not_read_statuses_is_told_what_is_missing(
    hub: GitHubWorld, tip: CommitSha
) -> None:
    mute = hub.tokens.actions({"metadata": "read", "contents": "read", "checks": "read"})

    with pytest.raises(MayNotError) as caught:
        _read(hub, tip, mute)

    assert tip[:7] in caught.value.message
    assert "`Commit statuses: read`" in caught.value.hint


def test_trap_01_a_server_that_is_down_is_not_taken_for_silence(
    hub: GitHubWorld, tip: CommitSha
) -> None:
    hub.flux("apps-staging", "success", "reconciliation succeeded")
    hub.fault("500", on="graphql", times=99)

    with pytest.raises(UnavailableError):
        _read(hub, tip)
