from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.opened import opened_in
from understudy.core.answers import Became
from understudy.core.delivery import Delivered, Stuck, Underway
from understudy.core.errors import UnavailableError
from understudy.core.model import CommitSha
from understudy.forges.github.client import MayNotError
from understudy.forges.github.deployments import show_deployed

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PAGE = "https://github.com/ada/fleet/actions/runs/1"


@pytest.fixture
def tip(hub: GitHubWorld) -> CommitSha:
    hub.base({"a": "1"})
    return CommitSha(hub.remote_ref("refs/heads/master") or "")


def _show(hub: GitHubWorld, commit: str, became: Became | None = None) -> bool:
    with opened_in(hub) as github:
        return show_deployed(
            github, CommitSha(commit), environment="staging", page=PAGE, became=became
        )


def _seen(hub: GitHubWorld) -> list[tuple[str, str, list[str]]]:
    return [
        (each.commit.oid, each.environment, [status.state for status in each.statuses])
        for each in hub.deployments()
    ]


def test_a_tip_is_shown_once(hub: GitHubWorld, tip: str) -> None:
    assert _show(hub, tip)
    hub.clear_log()
    assert not _show(hub, tip)

    assert _seen(hub) == [(tip, "staging", ["success"])]
    assert (len(hub.reads()), hub.writes()) == (1, [])
    assert hub.deployments()[0].statuses[0].log_url == PAGE
    assert not hub.deployments()[0].production


@pytest.mark.parametrize("fault", ["cut-before", "500", "cut-after"])
def test_one_that_was_left_half_made_is_finished(hub: GitHubWorld, tip: str, fault: str) -> None:
    """Each of the two writes is lost in turn; what GitHub has in the end is the same."""
    for after in (0, 1):
        hub.fault(fault, on="rest-write", after=after, times=1)  # type: ignore[arg-type]
        try:
            _show(hub, tip)
        except UnavailableError:
            assert after == 0
    _show(hub, tip)

    assert [(oid, states[-1]) for oid, _, states in _seen(hub)] == [(tip, "success")]


def test_a_deployment_elsewhere_is_none_here(hub: GitHubWorld, tip: str) -> None:
    ci = hub.model.actor("ci")
    deployment = hub.model.deploy(tip, ci, environment="production")
    hub.model.deployment_status(deployment, "success", creator=ci)

    assert _show(hub, tip)


def test_a_tip_that_comes_back_is_shown_again_and_then_not_any_more(
    hub: GitHubWorld, tip: str
) -> None:
    """GitHub keeps all that were there before: the newest of them counts, however many."""
    ci = hub.model.actor("ci")
    for _ in range(15):
        gone = hub.model.deploy(tip, ci, environment="staging")
        hub.model.deployment_status(gone, "inactive", creator=ci)

    assert [_show(hub, tip) for _ in range(3)] == [True, False, False]
    assert len(hub.deployments()) == 16


def test_a_commit_that_github_does_not_have_yet_is_refused_and_not_shown(
    hub: GitHubWorld, tip: str
) -> None:
    assert tip
    with pytest.raises(Exception, match="refuses POST"):
        _show(hub, "d" * 40)

    assert hub.deployments() == []


def test_who_may_not_deploy_is_told_so(hub: GitHubWorld, tip: str) -> None:
    mute = hub.tokens.actions({"metadata": "read", "contents": "read"})

    with opened_in(hub, mute) as github, pytest.raises(MayNotError):
        show_deployed(github, CommitSha(tip), environment="staging", page=PAGE)


# --- what became of it in the cluster -------------------------------------------------------------


UNTOLD = Became(delivery=Underway(blockers=()))
DEPLOYED = Became(delivery=Delivered(), text="deployed")
HEALTHY = Became(delivery=Delivered(), text="deployed and healthy")


def _not_ready(message: str) -> Became:
    return Became(delivery=Stuck(blockers=()), text=f"apps-staging not ready: {message}")


def _said(hub: GitHubWorld) -> list[tuple[str, str]]:
    (deployment,) = hub.deployments()
    return [(status.state, status.description) for status in deployment.statuses]


def test_an_environment_follows_what_became_of_the_stage_and_says_it_once(
    hub: GitHubWorld, tip: str
) -> None:
    on_the_way = [UNTOLD, UNTOLD, UNTOLD]
    then = [_not_ready("build failed"), _not_ready("build failed"), UNTOLD]
    at_last = [_not_ready("health check failed"), HEALTHY, HEALTHY, UNTOLD]

    sent = [_show(hub, tip, each) for each in (*on_the_way, *then, *at_last)]

    assert sent == [True, False, False, True, False, False, True, True, False, False]
    assert _said(hub) == [
        ("in_progress", "Flux has not said yet what became of it"),
        ("failure", "apps-staging not ready: build failed"),
        ("failure", "apps-staging not ready: health check failed"),
        ("success", "Deployed and healthy"),
    ]


def test_one_whose_health_nobody_watches_is_not_called_healthy(hub: GitHubWorld, tip: str) -> None:
    _show(hub, tip, DEPLOYED)

    assert _said(hub) == [("success", "Deployed")]


def test_what_failed_leaves_what_was_there_before_active(hub: GitHubWorld, tip: str) -> None:
    _show(hub, tip, HEALTHY)
    later = hub.base({"a": "2"})
    _show(hub, later, UNTOLD)
    _show(hub, later, _not_ready("x" * 200))

    assert [states[-1] for _, _, states in _seen(hub)] == ["success", "failure"]
    _show(hub, later, HEALTHY)
    assert [states[-1] for _, _, states in _seen(hub)] == ["inactive", "success"]


def test_an_environment_that_no_longer_follows_is_left_as_it_is(hub: GitHubWorld, tip: str) -> None:
    _show(hub, tip, _not_ready("build failed"))

    assert not _show(hub, tip)
