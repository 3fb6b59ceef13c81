from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.forges.github.opened import opened, opened_in
from tests.render import samples
from tests.scripted_http import Asked, says_json, scripted
from understudy.core.config import OutState, Reporting, Stage
from understudy.core.model import CommitSha, Reason, TreeSha
from understudy.core.record import DecisionWord, LineState, RevisionLine
from understudy.forges.github.reading import read_open_pull_requests
from understudy.forges.github.reporting import Reporter, Voice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld
    from tests.scripted_http import Answer
    from understudy.core.answers import Report as Sent
    from understudy.core.record import Record

PAGE = "https://github.com/ada/fleet/actions/runs/1"
VOICE = Voice(page=PAGE, comment=lambda _, line, __: f"<!-- mark -->\n{line.state.value}")
NUMBERS = range(1, 10)
NAME = "understudy/staging"


@pytest.fixture(autouse=True)
def _open(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    for number in NUMBERS:
        hub.model.add_pull_request(number, samples.commit(str(number)))


def _record(numbers: Iterable[int] = NUMBERS, **record: Any) -> Record:  # noqa: ANN401 - as samples
    lines = tuple(samples.line(n, LineState.INCLUDED) for n in numbers)
    return samples.record(**{"pull_requests": lines, "published": None, **record})


def _tell(
    hub: GitHubWorld,
    record: Record,
    before: Record | None = None,
    *,
    token: Token | None = None,
    **report: Any,  # noqa: ANN401 - whatever can be set
) -> Sent:
    """Read what GitHub shows, then tell what differs, as one rebuild does."""
    with opened_in(hub, token) as github:
        reporter = Reporter(github, "staging", Stage(report=Reporting(**report)), VOICE)
        reporter.remember(
            read_open_pull_requests(github, "master", stage_ref="staging").pull_requests
        )
        hub.clear_log()
        return reporter.report(record, before)


def _shown(hub: GitHubWorld, number: int) -> tuple[str, str | None] | None:
    told = hub.statuses(number).get(NAME)
    return (told.state.lower(), told.description) if told else None


# --- what is sent ---------------------------------------------------------------------------------


def test_each_head_gets_a_status_that_leads_to_the_page(hub: GitHubWorld) -> None:
    waiting = samples.line(2, LineState.WAITING, reason=Reason.DEPENDENCY, detail="#9 is out")
    failed = samples.line(3, LineState.EXCLUDED, reason=Reason.DRAFT, detail="it is a draft")
    lines = (samples.line(1, LineState.INCLUDED), waiting, failed)

    report = _tell(hub, _record(pull_requests=lines), out=OutState.FAILURE)

    assert (report.sent, report.unsent) == (3, ())
    assert [_shown(hub, n) for n in (1, 2, 3, 4)] == [
        ("success", "On staging"),
        ("pending", "Not yet on staging: #9 is out"),
        ("failure", "Not on staging: it is a draft"),
        None,
    ]
    assert hub.statuses(1)[NAME].target_url == PAGE


def test_what_github_shows_already_is_not_sent_again(hub: GitHubWorld) -> None:
    _tell(hub, _record())

    report = _tell(hub, _record(), _record())

    assert (report.sent, hub.traffic) == (0, [])


def test_only_what_changed_is_sent(hub: GitHubWorld) -> None:
    _tell(hub, _record())
    changed = samples.line(5, LineState.EXCLUDED, reason=Reason.DRAFT, detail="it is a draft")
    lines = [samples.line(n, LineState.INCLUDED) for n in NUMBERS if n != 5]

    assert _tell(hub, _record(pull_requests=(*lines, changed)), _record()).sent == 1
    assert _shown(hub, 5) == ("success", "Not on staging: it is a draft")


def test_what_was_lost_or_changed_by_others_is_sent_again(hub: GitHubWorld) -> None:
    _tell(hub, _record())
    hub.at(3).head.statuses.clear()
    hub.status(4, NAME, "failure", "forged")

    assert _tell(hub, _record(), _record()).sent == 2
    assert _shown(hub, 3) == _shown(hub, 4) == ("success", "On staging")


def test_two_pull_requests_of_one_head_get_one_status(hub: GitHubWorld) -> None:
    twin = samples.line(8, LineState.CONTAINED, head=samples.commit("1"))
    lines = (samples.line(1, LineState.INCLUDED), twin)

    assert _tell(hub, _record(pull_requests=lines)).sent == 1
    assert _tell(hub, _record(pull_requests=lines)).sent == 0


def test_where_checks_cannot_be_read_the_last_record_tells_what_was_said(hub: GitHubWorld) -> None:
    person = hub.tokens.fine_grained()

    assert _tell(hub, _record(), token=person).sent == 9
    assert _tell(hub, _record(), _record(), token=person).sent == 0
    assert _tell(hub, _record(), _record(range(2, 9)), token=person).sent == 2


def test_nobody_is_told_where_that_is_not_wanted(hub: GitHubWorld) -> None:
    assert _tell(hub, _record(), status=False).sent == 0
    assert hub.traffic == []


# --- comments and deployments ---------------------------------------------------------------------


def test_a_comment_comes_before_its_status_so_that_a_lost_one_is_written_again(
    hub: GitHubWorld,
) -> None:
    hub.fault("cut-before", on=lambda request: request.path.endswith("/comments"), times=1)

    first = _tell(hub, _record([1, 2]), comment=True)
    assert [each.subject for each in first.unsent] == ["#1, #2"]
    assert (_shown(hub, 1), hub.comments(1)) == (None, [])

    assert _tell(hub, _record([1, 2]), _record([1, 2]), comment=True).sent == 2
    assert hub.comments(1) == hub.comments(2) == ["<!-- mark -->\nincluded"]


def test_who_may_not_comment_still_sends_statuses_and_tries_once(hub: GitHubWorld) -> None:
    mute = hub.tokens.actions({**_MAY, "pull_requests": "read", "issues": "none"})

    report = _tell(hub, _record(), token=mute, comment=True)

    assert report.sent == 9
    (finding,) = report.unsent
    assert finding.subject.startswith("the comment on #1, the comment on #2,")
    assert finding.subject.endswith("and 4 more")
    assert next(each.path for each in hub.writes()).endswith("/issues/1/comments")
    assert sum(each.path.endswith("/comments") for each in hub.writes()) == 1


def test_one_locked_conversation_does_not_silence_the_others() -> None:
    page = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}
    none = {"data": {"repository": {"pullRequest": {"comments": page}}}}

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/issues/1/comments"):
            words = "Unable to create comment because issue is locked."
            return says_json({"message": words}, 403)
        return says_json(none) if asked.path.endswith("/graphql") else says_json({"id": 1}, 201)

    with scripted(answer) as server, opened(f"{server.address}/ada/fleet") as github:
        stage = Stage(report=Reporting(comment=True))
        report = Reporter(github, "staging", stage, VOICE).report(_record([1, 2]), None)

    assert report.sent == 2
    assert [each.subject for each in report.unsent] == ["the comment on #1"]
    assert "/api/v3/repos/ada/fleet/issues/2/comments" in server.asked("POST")


def test_the_stage_is_shown_as_an_environment(hub: GitHubWorld) -> None:
    tip = hub.remote_ref("refs/heads/master")
    published = RevisionLine(commit=CommitSha(tip or ""), tree=TreeSha("1" * 40))

    assert _tell(hub, _record([], published=published), deployments=True).sent == 1
    assert _tell(hub, _record([], published=published), deployments=True).sent == 0
    assert [each.environment for each in hub.deployments()] == ["staging"]


def test_a_stage_that_was_never_published_is_no_deployment(hub: GitHubWorld) -> None:
    record = _record([], decision=DecisionWord.WITHHELD)

    assert _tell(hub, record, deployments=True).sent == 0
    assert hub.traffic == []


# --- what goes wrong ------------------------------------------------------------------------------

_MAY = {
    "metadata": "read",
    "contents": "write",
    "pull_requests": "read",
    "checks": "read",
    "statuses": "write",
    "deployments": "write",
}


def test_a_permission_that_is_missing_stops_after_one_try_and_is_named(hub: GitHubWorld) -> None:
    mute = hub.tokens.actions({**_MAY, "statuses": "read"})

    report = _tell(hub, _record(), token=mute)

    assert (report.sent, len(hub.writes())) == (0, 1)
    (finding,) = report.unsent
    assert finding.subject == "#1, #2, #3, #4, #5 and 4 more"
    assert "statuses=write" in finding.remedy


def test_who_may_not_set_statuses_still_shows_the_deployment(hub: GitHubWorld) -> None:
    tip = hub.remote_ref("refs/heads/master")
    published = RevisionLine(commit=CommitSha(tip or ""), tree=TreeSha("1" * 40))
    mute = hub.tokens.actions({**_MAY, "statuses": "read"})

    assert _tell(hub, _record(published=published), token=mute, deployments=True).sent == 1
    assert len(hub.deployments()) == 1


def test_a_server_that_is_down_ends_the_round_and_the_next_one_says_the_rest(
    hub: GitHubWorld,
) -> None:
    hub.fault("500", on="rest-write", times=6, after=2)

    report = _tell(hub, _record())

    assert report.sent == 2
    (finding,) = report.unsent
    assert finding.subject == "#3, #4, #5, #6, #7 and 2 more"
    assert "500" in finding.message
    assert "published" not in finding.message + finding.remedy
    assert _tell(hub, _record(), _record()).sent == 7


def test_a_limit_that_is_reached_is_respected(hub: GitHubWorld) -> None:
    hub.fault("secondary-limit", on="rest-write", after=1, retry_after=900)

    report = _tell(hub, _record())

    assert (report.sent, len(hub.writes())) == (1, 2)
    assert "in 900 seconds" in report.unsent[0].remedy


def test_a_round_ends_in_time(hub: GitHubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.forges.github.reporting.TELLING", 1.0)
    hub.fault("slow", on="rest-write", times=20, seconds=0.3)

    report = _tell(hub, _record())

    assert 1 <= report.sent < 5
    assert "in time" in report.unsent[0].message
    assert _tell(hub, _record(range(1, 1 + report.sent))).sent == 0


def test_a_head_that_github_does_not_know_keeps_nobody_else_from_hearing(hub: GitHubWorld) -> None:
    lost = samples.line(4, LineState.INCLUDED, head=samples.commit("e"))
    lines = (samples.line(1, LineState.INCLUDED), lost, samples.line(5, LineState.INCLUDED))

    report = _tell(hub, _record(pull_requests=lines))

    assert report.sent == 2
    assert [each.subject for each in report.unsent] == ["#4"]
