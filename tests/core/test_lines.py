from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.twins import asked, head_of
from understudy.core.lines import lines_of
from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    Check,
    CheckState,
    ChecksUnreadable,
    CommitSha,
    Conflict,
    Conflicted,
    ConflictKind,
    DependencyOut,
    Eligible,
    Excluded,
    Merged,
    Reason,
    Revision,
    Step,
    StepOutcome,
    TreeSha,
    Unmergeable,
    Verdict,
    Waiting,
)
from understudy.core.record import CheckLine, ConflictLine, Line, LineState

LEFT = Revision(commit=CommitSha("1" * 40), tree=TreeSha("a" * 40))
COMMIT, TREE = CommitSha("2" * 40), TreeSha("b" * 40)


def conflict(path: str, *with_: int) -> Conflict:
    return Conflict(path=path, kind=ConflictKind.CONTENT, with_=with_)


def told(outcome: StepOutcome, note: str | None = None) -> Line:
    step = Step(pull_request=asked(7), left=LEFT, outcome=outcome)
    candidate = Candidate(base=LEFT, tip=LEFT, steps=(step,))
    (line,) = lines_of([(asked(7), Eligible(note=note))], candidate)
    assert (line.number, line.head, line.head_ref) == (7, head_of(7), "feature/7")
    return line


OUTCOMES: list[tuple[StepOutcome, LineState, Reason | None, str | None]] = [
    (Merged(commit=COMMIT, tree=TREE), LineState.INCLUDED, None, None),
    (
        Merged(commit=COMMIT, tree=LEFT.tree),
        LineState.INCLUDED,
        Reason.NO_EFFECT,
        "in, and changes nothing that is not there already",
    ),
    (
        Merged(commit=COMMIT, tree=TREE, pinned=("p/a", "p/b")),
        LineState.INCLUDED,
        Reason.PINNED,
        "in, without its changes to pinned paths: p/a, p/b",
    ),
    (
        AlreadyIncluded(in_base=True),
        LineState.CONTAINED,
        Reason.ALREADY_IN_BASE,
        "the base already contains its head; nothing is left to merge",
    ),
    (
        AlreadyIncluded(in_base=False),
        LineState.CONTAINED,
        Reason.ALREADY_ON_STAGE,
        "what is on stage already contains its head; nothing is left to merge",
    ),
    (
        Conflicted(conflicts=(conflict("a"), conflict("b", 3))),
        LineState.CONFLICTED,
        Reason.CONFLICTS_WITH_BASE,
        "conflicts with the base in a",
    ),
    (
        Conflicted(conflicts=(conflict("a", 5, 3), conflict("b", 3))),
        LineState.CONFLICTED,
        Reason.CONFLICTS_WITH_PULL_REQUEST,
        "conflicts with #3, #5 in a, b",
    ),
    (
        Conflicted(conflicts=tuple(conflict(path) for path in "abcde")),
        LineState.CONFLICTED,
        Reason.CONFLICTS_WITH_BASE,
        "conflicts with the base in a, b, c and 2 more",
    ),
    (
        Unmergeable(detail="it shares no history with the base"),
        LineState.EXCLUDED,
        Reason.UNMERGEABLE,
        "it shares no history with the base",
    ),
    (
        DependencyOut(number=3),
        LineState.EXCLUDED,
        Reason.DEPENDENCY,
        "it depends on #3, which did not get in",
    ),
]


@pytest.mark.parametrize(("outcome", "state", "reason", "detail"), OUTCOMES)
def test_what_became_of_a_head_is_one_state_with_one_reason_trap_27_trap_40(
    outcome: StepOutcome, state: LineState, reason: Reason | None, detail: str | None
) -> None:
    line = told(outcome)
    assert (line.state, line.reason, line.detail) == (state, reason, detail)


@pytest.mark.parametrize(
    "verdict",
    [
        Waiting(reason=Reason.CHECKS_PENDING, detail="lint is running"),
        Excluded(reason=Reason.DRAFT, detail="it is a draft"),
    ],
)
def test_a_verdict_says_itself_why_it_is_out_trap_27(verdict: Waiting | Excluded) -> None:
    (line,) = lines_of([(asked(7), verdict)], Candidate(base=LEFT, tip=LEFT, steps=()))
    state = LineState.WAITING if isinstance(verdict, Waiting) else LineState.EXCLUDED
    assert (line.state, line.reason, line.detail) == (state, verdict.reason, verdict.detail)


def test_a_merge_is_told_with_commit_tree_and_pinned_paths() -> None:
    line = told(Merged(commit=COMMIT, tree=TREE, pinned=("p/a",)))
    assert (line.merge_commit, line.tree, line.pinned) == (COMMIT, TREE, ("p/a",))


def test_every_path_of_a_conflict_is_told_with_whom() -> None:
    line = told(Conflicted(conflicts=(conflict("a"), conflict("b", 3, 5))))
    assert line.conflicts == (
        ConflictLine(path="a", kind=ConflictKind.CONTENT),
        ConflictLine(path="b", kind=ConflictKind.CONTENT, with_=(3, 5)),
    )


def test_a_note_stays_where_nothing_weightier_is_to_be_said_trap_36() -> None:
    assert told(Merged(commit=COMMIT, tree=TREE), note="as before").detail == "as before"
    assert told(Merged(commit=COMMIT, tree=LEFT.tree), note="as before").detail != "as before"


def test_checks_are_told_as_they_were_judged() -> None:
    checks = (
        Check(name="lint", state=CheckState.PASSED, source="ci", url="https://x"),
        Check(name="test", state=CheckState.PENDING, word="dreaming"),
    )
    verdict = Waiting(reason=Reason.CHECKS_PENDING, detail="")
    candidate = Candidate(base=LEFT, tip=LEFT, steps=())
    (line,) = lines_of([(replace(asked(7), checks=checks), verdict)], candidate)
    assert line.checks == (
        CheckLine(name="lint", state=CheckState.PASSED, source="ci", url="https://x"),
        CheckLine(name="test", state=CheckState.PENDING),
    )
    unreadable = replace(asked(7), checks=ChecksUnreadable(why="no permission"))
    (line,) = lines_of([(unreadable, verdict)], candidate)
    assert line.checks == ()


def test_every_open_pull_request_is_there_exactly_once_in_order_of_number() -> None:
    steps = tuple(
        Step(pull_request=asked(n), left=LEFT, outcome=Merged(commit=COMMIT, tree=TREE))
        for n in (9, 2, 5)
    )
    verdicts: list[tuple[int, Verdict]] = [
        (9, Eligible()),
        (3, Waiting(reason=Reason.NO_CHECKS, detail="")),
        (2, Eligible()),
        (1, Excluded(reason=Reason.DRAFT, detail="")),
        (5, Eligible()),
    ]
    candidate = Candidate(base=LEFT, tip=LEFT, steps=steps)
    lines = lines_of([(asked(n), verdict) for n, verdict in verdicts], candidate)
    assert [line.number for line in lines] == [1, 2, 3, 5, 9]
