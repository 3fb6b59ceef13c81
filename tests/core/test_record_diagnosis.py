from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace as with_

from tests.render import samples
from understudy.core.decisions import Finding
from understudy.core.diagnosis import Health
from understudy.core.guard import HELD
from understudy.core.model import CommitSha, Eligible, PullRequest, Reason, TreeSha, Waiting
from understudy.core.record import DecisionWord, Hold, LineState, RevisionLine
from understudy.core.record_diagnosis import SHOWN, Scene, observations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.model import Verdict
    from understudy.core.record import Line, Record

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BASE, OTHER = CommitSha("a" * 40), CommitSha("b" * 40)
TIP = RevisionLine(commit=CommitSha("c" * 40), tree=TreeSha("d" * 40))


def record(serial: int, *lines: Line, ago: timedelta = timedelta(hours=1)) -> Record:
    made = samples.record(pull_requests=lines)
    at = (NOW - ago).isoformat(timespec="seconds")
    base = with_(made.base, sha=BASE)
    return with_(
        made,
        serial=serial,
        at=at,
        base=base,
        decision=DecisionWord.PUBLISHED,
        published=TIP,
        hold=None,
        findings=(),
    )


def out(number: int, state: LineState, reason: Reason, detail: str = "because") -> Line:
    return samples.line(number, state, reason=reason, detail=detail)


def scene(*records: Record) -> Scene:
    return Scene(
        branch="staging",
        base="master",
        base_tip=BASE,
        stage_tip=TIP.commit,
        records=records,
        judged=None,
        now=NOW,
        advise=lambda line, _: f"help #{line.number}",
        rebuild="understudy rebuild",
    )


def told(seen: Scene, *rows: str) -> list[str]:
    """Return the rows of these names, or else those that are not fine."""
    return [
        f"{each.verdict.value} {each.id}: {each.evidence} -> {each.remedy}"
        for each in observations(seen)
        if each.id in rows or (not rows and each.verdict is not Health.OK)
    ]


def test_a_stage_that_is_up_to_date_has_no_troubles() -> None:
    seen = scene(record(7, samples.line(1, LineState.INCLUDED)))

    assert [f"{each.id}: {each.evidence}" for each in observations(seen)] == [
        "record: the newest is record 7 of 2026-03-10 11:00 UTC: published",
        "stage-base: the stage was built on what `master` has now",
        "pull-requests: 1 of 1 open pull requests are on the stage",
    ]


def test_without_a_record_a_branch_that_is_there_was_made_by_others() -> None:
    assert told(scene()) == [
        (
            "warning record: `staging` is there, and no rebuild of it is recorded: others made it"
            " -> understudy rebuild"
        )
    ]
    assert told(replace(scene(), stage_tip=None), "record") == [
        "ok record: no rebuild has made `staging` yet -> understudy rebuild"
    ]


def test_a_base_that_moved_since_makes_the_stage_stale() -> None:
    seen = replace(scene(record(7)), base_tip=OTHER)

    assert told(seen) == [
        (
            "warning stage-base: `master` is at bbbbbbb, and the newest rebuild, record 7 of"
            " 2026-03-10 11:00 UTC, was built on aaaaaaa: the stage lacks what has landed since ->"
            " understudy rebuild"
        )
    ]


@pytest.mark.parametrize(
    ("tip", "evidence"),
    [
        (None, "`staging` is gone; by record 7 of 2026-03-10 11:00 UTC it was at ccccccc"),
        (
            OTHER,
            (
                "`staging` is at bbbbbbb, and record 7 of 2026-03-10 11:00 UTC left it at ccccccc:"
                " others pushed to it, which the next rebuild overwrites"
            ),
        ),
    ],
)
def test_a_branch_that_others_moved_is_told(tip: CommitSha | None, evidence: str) -> None:
    seen = replace(scene(record(7)), stage_tip=tip)

    assert told(seen) == [f"warning stage-branch: {evidence} -> understudy rebuild"]


def test_a_held_stage_is_told_with_the_command_that_ends_it() -> None:
    hold = Hold(serial=3, since="2026-03-09T08:00:00+00:00", by="ada")
    finding = Finding(rule=HELD, subject="record 3", message="held", remedy="resume")
    held = with_(record(7), hold=hold, decision=DecisionWord.WITHHELD, findings=(finding,))

    assert told(replace(scene(held), flags="--stage x")) == [
        (
            "warning held: since 2026-03-09 08:00 UTC `staging` is held at record 3 by ada: nothing"
            " new gets on it -> understudy rebuild --resume --stage x"
        )
    ]


@pytest.mark.parametrize("decision", [DecisionWord.WITHHELD, DecisionWord.REFUSED])
def test_what_was_not_published_is_a_problem_with_its_own_remedy(decision: DecisionWord) -> None:
    finding = Finding(
        rule="collision",
        subject="Deployment web/web",
        message="production has it too",
        remedy="Rename it.",
        path="apps/web.yaml",
    )

    assert told(scene(with_(record(7), decision=decision, findings=(finding,)))) == [
        (
            f"problem {decision.value}: record 7 of 2026-03-10 11:00 UTC was {decision.value}, so"
            " `staging` stays as it was: Deployment web/web (apps/web.yaml): production has it too"
            " -> Rename it. Then: understudy rebuild"
        )
    ]


# --- pull requests -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "reason", "verdict"),
    [
        (LineState.EXCLUDED, Reason.CHECKS_FAILED, "warning"),
        (LineState.EXCLUDED, Reason.UNMERGEABLE, "warning"),
        (LineState.CONFLICTED, Reason.CONFLICTS_WITH_BASE, "warning"),
        (LineState.CONFLICTED, Reason.CONFLICTS_WITH_PULL_REQUEST, "warning"),
        (LineState.EXCLUDED, Reason.DRAFT, "ok"),
        (LineState.EXCLUDED, Reason.FORK, "ok"),
        (LineState.EXCLUDED, Reason.LABEL_EXCLUDED, "ok"),
        (LineState.WAITING, Reason.CHECKS_PENDING, "ok"),
    ],
)
def test_who_is_out_is_told_with_reason_and_help(
    state: LineState, reason: Reason, verdict: str
) -> None:
    seen = scene(record(7, out(4, state, reason)))

    assert told(seen, "pull-request") == [
        (
            f"{verdict} pull-request: #4 is {state.value}, since record 7 of 2026-03-10 11:00 UTC:"
            " because -> help #4"
        )
    ]


def test_who_waits_for_long_is_a_warning_that_names_the_record() -> None:
    waits = out(4, LineState.WAITING, Reason.CHECKS_PENDING)
    records = (
        record(9, waits),
        record(8, waits, ago=timedelta(days=1)),
        record(7, waits, ago=timedelta(days=3)),
        record(6, with_(waits, head=OTHER), ago=timedelta(days=5)),
    )

    assert told(scene(*records)) == [
        (
            "warning pull-request: #4 is waiting for more than a day, since record 7 of 2026-03-07"
            " 12:00 UTC: because -> help #4"
        )
    ]


def test_many_that_are_out_are_counted_and_the_urgent_come_first() -> None:
    drafts = [out(n, LineState.EXCLUDED, Reason.DRAFT) for n in range(1, SHOWN + 3)]
    failed = out(99, LineState.EXCLUDED, Reason.CHECKS_FAILED)

    rows = told(scene(record(7, *drafts, failed)), "pull-request", "pull-requests")

    assert rows[0].startswith("ok pull-requests: 0 of 13 open pull requests are on the stage")
    assert rows[1].startswith("warning pull-request: #99 ")
    assert rows[-1] == "ok pull-requests: 3 more are out -> "
    assert len(rows) == SHOWN + 2


# --- what no rebuild has seen --------------------------------------------------------------------


def pull_request(line: Line, head: CommitSha | None = None) -> PullRequest:
    return PullRequest(
        number=line.number,
        title="",
        author="ada",
        head=head or line.head,
        head_ref=line.head_ref,
        base_ref="master",
    )


def news(lines: Iterable[Line], judged: Iterable[tuple[PullRequest, Verdict]]) -> list[str]:
    seen = replace(scene(record(7, *lines)), judged=tuple(judged))
    (row,) = [each for each in observations(seen) if each.id == "stage-news"]
    return [row.verdict.value, row.evidence.rpartition("UTC: ")[2], row.remedy]


IN = samples.line(1, LineState.INCLUDED)
FAILED = out(2, LineState.EXCLUDED, Reason.CHECKS_FAILED)
DEPENDENT = out(2, LineState.EXCLUDED, Reason.DEPENDENCY)
PENDING = Waiting(reason=Reason.CHECKS_PENDING, detail="it runs")


@pytest.mark.parametrize(
    ("line", "verdict", "head", "change"),
    [
        (IN, Eligible(), OTHER, "#1 was pushed to"),
        (IN, PENDING, None, "#1 would be out now"),
        (FAILED, Eligible(), None, "#2 may get in now"),
        (FAILED, PENDING, None, "#2 is out for another reason now: checks-pending"),
    ],
)
def test_trap_15_what_should_have_started_a_rebuild_is_told(
    line: Line, verdict: Verdict, head: CommitSha | None, change: str
) -> None:
    """Events get lost (trap 15)."""
    seen = news([line], [(pull_request(line, head), verdict)])

    assert seen == ["warning", change, "understudy rebuild"]


def test_who_came_and_who_went_is_told() -> None:
    assert news([IN], [(pull_request(FAILED), Eligible())]) == [
        "warning",
        "#2 was opened, #1 was closed",
        "understudy rebuild",
    ]


@pytest.mark.parametrize("line", [IN, DEPENDENT])
def test_what_the_record_has_already_is_no_news(line: Line) -> None:
    assert news([line], [(pull_request(line), Eligible())])[0] == "ok"
