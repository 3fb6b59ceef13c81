from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.twins import asked
from tests.render import samples
from understudy.core.answers import answers, sentence
from understudy.core.config import Drafts, Forks, NoChecks, OutState, Stage
from understudy.core.config_file import parse
from understudy.core.eligibility import judge_all
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
    PullRequest,
    Reason,
    Revision,
    Snapshot,
    Step,
    StepOutcome,
    TreeSha,
    Unmergeable,
    Verdict,
)
from understudy.core.record import Line, LineState, Record

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LEFT = Revision(commit=CommitSha("1" * 40), tree=TreeSha("a" * 40))
MERGED = Merged(commit=CommitSha("2" * 40), tree=TreeSha("b" * 40))


def rules(**keys: Any) -> Stage:  # noqa: ANN401 - whatever a file may say
    return parse({"stages": {"staging": keys}}).stages["staging"]


def judged(pull_request: PullRequest, stage: Stage, *others: PullRequest) -> Line:
    """Return the line of one that is judged, with others open beside it."""
    snapshot = Snapshot(base_ref="master", base=LEFT.commit, pull_requests=(pull_request, *others))
    verdicts = judge_all(snapshot, stage, now=NOW, previous=None)
    steps = tuple(
        Step(pull_request=one, left=LEFT, outcome=MERGED)
        for one, verdict in verdicts
        if isinstance(verdict, Eligible)
    )
    lines = lines_of(verdicts, Candidate(base=LEFT, tip=LEFT, steps=steps))
    return next(line for line in lines if line.number == pull_request.number)


def told(verdict: Verdict) -> Line:
    (line,) = lines_of([(asked(7), verdict)], Candidate(base=LEFT, tip=LEFT, steps=()))
    return line


def folded(outcome: StepOutcome, note: str | None = None) -> Line:
    step = Step(pull_request=asked(7), left=LEFT, outcome=outcome)
    candidate = Candidate(base=LEFT, tip=LEFT, steps=(step,))
    (line,) = lines_of([(asked(7), Eligible(note=note))], candidate)
    return line


def checked(**states: str) -> PullRequest:
    checks = tuple(Check(name=name, state=CheckState(state)) for name, state in states.items())
    return replace(asked(7), checks=checks)


def conflict(path: str, *with_: int) -> Conflicted:
    return Conflicted(conflicts=(Conflict(path=path, kind=ConflictKind.CONTENT, with_=with_),))


def of(line: Line, **record: Any) -> Record:  # noqa: ANN401 - whatever a record has
    return samples.record(pull_requests=(line,), **record)


DRAFT = replace(asked(7), draft=True)
FORK = replace(asked(7), from_fork=True, trusted=False)
LABELED = replace(asked(7), labels=frozenset({"no-stage"}))
JUST_PUSHED = replace(asked(7), pushed_at=NOW - timedelta(seconds=3))
UNREAD = replace(asked(7), checks=ChecksUnreadable(why="the token may not read check runs"))
STACKED = replace(asked(7), depends_on=frozenset({8}))
CIRCLE = replace(asked(7), depends_on=frozenset({8}))
OUT = replace(asked(8), draft=True)

SENTENCES: list[tuple[Line, str]] = [
    (folded(MERGED), "On staging"),
    (
        folded(MERGED, note="its checks cannot be read (no answer); it stays in as before"),
        "On staging: its checks cannot be read (no answer); it stays in as before",
    ),
    (
        folded(replace(MERGED, pinned=(".github/workflows/ci.yaml", "a"))),
        "On staging, without its changes to pinned paths: .github/workflows/ci.yaml, a",
    ),
    (
        folded(replace(MERGED, tree=LEFT.tree)),
        "On staging, and changes nothing that is not there already",
    ),
    (folded(AlreadyIncluded(in_base=True)), "On staging: master already contains it"),
    (
        folded(AlreadyIncluded(in_base=False)),
        "On staging: what is there already contains it",
    ),
    (
        judged(checked(lint="pending"), rules()),
        "Not yet on staging: waiting for check `lint`",
    ),
    (
        judged(checked(lint="passed"), rules(checks={"required": ["flux"]})),
        (
            "Not yet on staging: required check `flux` has not reported; is it spelt as the forge"
            " shows it?"
        ),
    ),
    (
        judged(JUST_PUSHED, rules()),
        "Not yet on staging: no check has reported yet, less than 60 s after the push",
    ),
    (
        judged(UNREAD, rules()),
        "Not yet on staging: its checks cannot be read: the token may not read check runs",
    ),
    (
        judged(checked(lint="failed"), rules()),
        "Not on staging: check `lint` failed; a push that passes lets it in",
    ),
    (
        judged(asked(7), rules(checks={"none": NoChecks.EXCLUDE.value})),
        "Not on staging: no check has reported; run one, or set `checks.none: include`",
    ),
    (
        judged(replace(asked(7), head_ref="staging"), rules()),
        "Not on staging: it comes from `staging`, a stage itself; open it from another branch",
    ),
    (
        judged(DRAFT, rules(drafts=Drafts.EXCLUDE.value)),
        "Not on staging: it is a draft; mark it as ready for review",
    ),
    (
        judged(FORK, rules()),
        (
            "Not on staging: it comes from a fork of somebody who is not trusted; a maintainer can"
            " set the label `stage` after reading it"
        ),
    ),
    (
        judged(FORK, rules(forks=Forks.EXCLUDE.value)),
        "Not on staging: it comes from a fork, and forks are excluded (`forks`)",
    ),
    (
        judged(LABELED, rules()),
        "Not on staging: it has the label `no-stage`; take it off to let it in",
    ),
    (
        judged(asked(7), rules(labels={"require": ["deploy"]})),
        "Not on staging: it lacks the label `deploy`; add it to let it in",
    ),
    (
        judged(STACKED, rules(drafts=Drafts.EXCLUDE.value), OUT),
        "Not on staging: it depends on #8, which is out",
    ),
    (
        judged(CIRCLE, rules(), replace(asked(8), depends_on=frozenset({7}))),
        "Not on staging: it depends on itself through others; take one `Depends-On` away",
    ),
    (
        folded(DependencyOut(number=3)),
        "Not on staging: it depends on #3, which did not get in",
    ),
    (
        told(
            Excluded(
                reason=Reason.HEAD_MISSING,
                detail="the remote no longer serves its head 777777777777; push the branch again",
            )
        ),
        "Not on staging: the remote no longer serves its head 777777777777; push the branch again",
    ),
    (
        folded(Unmergeable(detail="it shares no history with the base")),
        "Not on staging: it shares no history with the base",
    ),
    (folded(conflict("a.yaml")), "Not on staging: conflicts with the base in a.yaml"),
    (folded(conflict("a.yaml", 3, 5)), "Not on staging: conflicts with #3, #5 in a.yaml"),
    (
        samples.line(7, LineState.EVICTED, detail="apps/staging does not build with it"),
        "Not on staging: apps/staging does not build with it",
    ),
    (samples.line(7, LineState.EVICTED), "Not on staging"),
    (
        samples.line(7, LineState.EXCLUDED, reason=Reason.CHECKS_FAILED),
        "Not on staging: checks failed",
    ),
]


@pytest.mark.parametrize(("line", "text"), SENTENCES, ids=[text[:60] for _, text in SENTENCES])
def test_trap_27_each_state_and_reason_names_the_unmet_condition(line: Line, text: str) -> None:
    (answer,) = answers(of(line), out=OutState.SUCCESS)

    assert answer.text == sentence(of(line), line) == text
    assert (answer.number, answer.head) == (line.number, line.head)


def test_every_state_and_every_reason_has_its_sentence_here() -> None:
    assert {line.state for line, _ in SENTENCES} == set(LineState)
    assert {line.reason for line, _ in SENTENCES} - {None} == set(Reason) - {Reason.OTHER_BASE}


def test_one_that_targets_another_branch_is_told_nothing() -> None:
    line = judged(replace(asked(7), base_ref="release"), rules())

    assert line.reason is Reason.OTHER_BASE
    assert answers(of(line), out=OutState.FAILURE) == ()
