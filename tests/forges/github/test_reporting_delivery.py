"""What Flux made of the stage, told to whoever is on it: once, and never more than is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.forges.github.opened import opened_in
from tests.render import samples
from understudy.core.config import OutState, Reporting, Stage
from understudy.core.model import CommitSha, TreeSha
from understudy.core.record import LineState, RevisionLine
from understudy.forges.github.reading import read_open_pull_requests
from understudy.forges.github.reporting import Reporter, Voice
from understudy.render.comment import comment

if TYPE_CHECKING:
    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld
    from understudy.core.answers import Report as Sent
    from understudy.core.record import Record

VOICE = Voice(page="https://github.com/ada/fleet/actions/runs/1", comment=comment)
NAME = "understudy/staging"
SUCCEEDED = "reconciliation succeeded"


@pytest.fixture
def stage(hub: GitHubWorld) -> GitHubWorld:
    base = hub.base({"a": "1"})
    for number in (1, 2, 3):
        hub.model.add_pull_request(number, samples.commit(str(number)))
    hub.move_ref("refs/heads/staging", hub.base({"a": "2"}))
    hub.move_ref("refs/heads/master", base)
    return hub


def _record(hub: GitHubWorld) -> Record:
    tip = CommitSha(hub.remote_ref("refs/heads/staging") or "")
    on_stage = [samples.line(n, LineState.INCLUDED) for n in (1, 2)]
    waiting = samples.line(3, LineState.WAITING, detail="#9 is out")
    published = RevisionLine(commit=tip, tree=TreeSha("1" * 40))
    return samples.record(pull_requests=(*on_stage, waiting), published=published)


def _tell(
    hub: GitHubWorld,
    *,
    token: Token | None = None,
    before: Record | None = None,
    **report: Any,  # noqa: ANN401 - whatever can be set
) -> Sent:
    stage = Stage(branch="staging", report=Reporting(**{"deployed": True, **report}))
    with opened_in(hub, token) as github:
        reporter = Reporter(github, "staging", stage, VOICE)
        found = read_open_pull_requests(github, "master", stage_ref="staging")
        reporter.remember(found.pull_requests)
        hub.clear_log()
        return reporter.report(_record(hub), before)


def _shown(hub: GitHubWorld) -> list[str | None]:
    return [hub.statuses(n)[NAME].description if hub.statuses(n) else None for n in (1, 2, 3)]


WAITING = "Not yet on staging: #9 is out"


def test_trap_33_flux_s_answer_reaches_each_pull_request_on_the_stage(stage: GitHubWorld) -> None:
    assert _tell(stage).sent == 3
    assert _shown(stage) == ["On staging", "On staging", WAITING]

    stage.flux("apps-staging", "failure", "health check failed")
    assert _tell(stage).sent == 2
    stuck = "On staging, apps-staging not ready: health check failed"
    assert _shown(stage) == [stuck, stuck, WAITING]

    stage.flux("apps-staging", "success", SUCCEEDED)
    assert _tell(stage).sent == 2
    deployed = "On staging, deployed"
    assert _shown(stage) == [deployed, deployed, WAITING]


def test_trap_35_it_is_told_once(stage: GitHubWorld) -> None:
    stage.flux("apps-staging", "success", SUCCEEDED)
    _tell(stage)

    assert _tell(stage).sent == 0
    assert stage.writes() == []
    assert [seen.operation for seen in stage.reads()] == ["Statuses"]


def test_trap_35_a_new_commit_of_the_stage_takes_nothing_back_before_flux_speaks_of_it(
    stage: GitHubWorld,
) -> None:
    """The cluster has the commit before until then; two statuses a push would use up the 1,000."""
    stage.flux("apps-staging", "success", SUCCEEDED)
    _tell(stage)
    stage.move_ref("refs/heads/staging", stage.base({"a": "3"}))

    assert _tell(stage).sent == 0

    stage.flux("apps-staging", "failure", "build failed")
    assert _tell(stage).sent == 2
    assert _shown(stage)[0] == "On staging, apps-staging not ready: build failed"


def test_where_it_is_not_wanted_any_more_it_is_taken_back(stage: GitHubWorld) -> None:
    stage.flux("apps-staging", "success", SUCCEEDED)
    _tell(stage)

    assert _tell(stage, deployed=False).sent == 2
    assert _shown(stage)[:2] == ["On staging", "On staging"]
    assert stage.reads() == []


def test_a_stage_that_is_stuck_can_be_a_failure_if_that_is_wanted(stage: GitHubWorld) -> None:
    stage.flux("apps-staging", "failure", "build failed")
    _tell(stage, out=OutState.FAILURE)
    assert stage.statuses(1)[NAME].state == "failure"

    stage.move_ref("refs/heads/staging", stage.base({"a": "3"}))
    assert _tell(stage, out=OutState.FAILURE).sent == 0

    stage.flux("apps-staging", "success", SUCCEEDED)
    _tell(stage, out=OutState.FAILURE)
    assert stage.statuses(1)[NAME].state == "success"


def test_what_others_wrote_in_our_name_is_not_taken_for_what_we_said(stage: GitHubWorld) -> None:
    _tell(stage)
    stage.status(1, NAME, "pending", "On staging, deployed and healthy")

    assert _tell(stage).sent == 1
    assert _shown(stage)[0] == "On staging"


def test_trap_01_what_flux_says_cannot_be_read_and_what_was_told_stays(
    stage: GitHubWorld,
) -> None:
    stage.flux("apps-staging", "success", SUCCEEDED)
    _tell(stage)
    stage.flux("apps-staging", "failure", "build failed")
    stage.fault("500", on=lambda request: b"query Statuses" in request.body, times=99)

    report = _tell(stage)

    assert report.sent == 0
    assert [each.subject for each in report.unsent] == ["what Flux made of staging"]
    assert _shown(stage)[0] == "On staging, deployed"


def test_trap_39_where_it_is_not_seen_what_was_told_nothing_of_it_is_told(
    stage: GitHubWorld,
) -> None:
    """Or each rebuild would tell it again."""
    person = stage.tokens.fine_grained()
    stage.flux("apps-staging", "success", SUCCEEDED)

    assert _tell(stage, token=person).sent == 3
    assert _shown(stage)[0] == "On staging"
    assert _tell(stage, token=person, before=_record(stage)).sent == 0


def test_a_comment_says_it_with_what_to_do(stage: GitHubWorld) -> None:
    stage.flux("apps-staging", "failure", "health check failed")
    may = {"metadata": "read", "contents": "read", "checks": "read", "actions": "read"}
    may |= {"pull_requests": "write", "issues": "write", "statuses": "write"}

    _tell(stage, token=stage.tokens.actions(may), comment=True)

    (comment,) = stage.comments(1)
    assert comment == (
        "<!-- understudy:staging -->\n\n"
        "**On staging, apps\\-staging not ready\\: health check failed**\n\n"
        "Where there is a kubeconfig, this shows which object fails, and why\\:\n\n"
        "```\nunderstudy status\n```"
    )


def test_the_environment_follows(stage: GitHubWorld) -> None:
    _tell(stage, status=False, deployments=True)
    stage.flux("apps-staging", "success", SUCCEEDED)
    _tell(stage, status=False, deployments=True)

    (deployment,) = stage.deployments()
    assert [status.state for status in deployment.statuses] == ["in_progress", "success"]
