from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from tests.render import samples
from understudy.core.answers import LONGEST, AnswerState, answers, context, shortened
from understudy.core.config import OutState
from understudy.core.decisions import Finding
from understudy.core.guard import HELD
from understudy.core.model import Reason
from understudy.core.record import DecisionWord, Line, LineState, Record


def of(line: Line, **record: Any) -> Record:  # noqa: ANN401 - whatever a record has
    return samples.record(pull_requests=(line,), **record)


def test_one_that_targets_another_branch_is_told_nothing() -> None:
    line = samples.line(7, LineState.EXCLUDED, reason=Reason.OTHER_BASE, detail="it targets `x`")
    assert answers(of(line), out=OutState.FAILURE) == ()


# --- the state -----------------------------------------------------------------------------------

BY_STATE = [
    (LineState.INCLUDED, OutState.FAILURE, AnswerState.SUCCESS),
    (LineState.CONTAINED, OutState.FAILURE, AnswerState.SUCCESS),
    (LineState.WAITING, OutState.FAILURE, AnswerState.PENDING),
    (LineState.EXCLUDED, OutState.SUCCESS, AnswerState.SUCCESS),
    (LineState.EXCLUDED, OutState.FAILURE, AnswerState.FAILURE),
    (LineState.CONFLICTED, OutState.SUCCESS, AnswerState.SUCCESS),
    (LineState.CONFLICTED, OutState.FAILURE, AnswerState.FAILURE),
    (LineState.EVICTED, OutState.SUCCESS, AnswerState.SUCCESS),
    (LineState.EVICTED, OutState.FAILURE, AnswerState.FAILURE),
]


@pytest.mark.parametrize(("state", "out", "expected"), BY_STATE)
def test_the_state_of_an_answer_never_blocks_unless_asked_to(
    state: LineState, out: OutState, expected: AnswerState
) -> None:
    (answer,) = answers(of(samples.line(7, state)), out=out)
    assert answer.state is expected


# --- a branch that does not follow ---------------------------------------------------------------

REFUSAL = Finding(rule="protected-branch", subject="s", message="m", remedy="r")
KEPT = Finding(rule=HELD, subject="record 12", message="m", remedy="r")
STILL: list[tuple[dict[str, Any], str]] = [
    (
        {"decision": DecisionWord.WITHHELD, "hold": samples.HOLD, "findings": (KEPT,)},
        " (held at record 12)",
    ),
    (
        {"decision": DecisionWord.WITHHELD, "findings": (samples.WITHHOLDING,)},
        " (withheld: kustomize)",
    ),
    (
        {"decision": DecisionWord.REFUSED, "findings": (REFUSAL,)},
        " (push refused: protected-branch)",
    ),
    ({"decision": DecisionWord.DRY_RUN}, ""),
]


@pytest.mark.parametrize(("about", "obstacle"), STILL)
def test_no_answer_says_that_a_branch_has_what_it_does_not_have(
    about: dict[str, Any], obstacle: str
) -> None:
    lines = (samples.INCLUDED, samples.WAITING, samples.FAILED)
    record = samples.record(pull_requests=lines, **about)

    said = [(answer.state, answer.text) for answer in answers(record, out=OutState.SUCCESS)]

    assert said == [
        (AnswerState.PENDING, f"Would be on staging{obstacle}"),
        (AnswerState.PENDING, f"Would not yet be on staging: flux-test is still running{obstacle}"),
        (AnswerState.SUCCESS, f"Would not be on staging: lint failed{obstacle}"),
    ]


def test_an_answer_stays_the_same_while_nothing_changes_for_its_pull_request() -> None:
    record = samples.record()
    later = changed(
        record,
        serial=18,
        previous=17,
        at="2026-11-25T00:00:00+00:00",
        decision=DecisionWord.UNCHANGED,
        candidate=samples.revision("d"),
        published=samples.revision("d"),
        base=changed(record.base, sha=samples.commit("f")),
    )

    assert answers(record, out=OutState.SUCCESS) == answers(later, out=OutState.SUCCESS)


# --- the room there is ---------------------------------------------------------------------------


def test_what_is_cut_is_the_list_at_the_end_of_the_reason() -> None:
    line = samples.line(
        7,
        LineState.CONFLICTED,
        reason=Reason.CONFLICTS_WITH_PULL_REQUEST,
        detail="conflicts with #3 in " + "a/" * 100,
    )
    held = of(line, decision=DecisionWord.WITHHELD, hold=samples.HOLD)

    (answer,), (kept,) = (answers(one, out=OutState.SUCCESS) for one in (of(line), held))

    assert len(answer.text) == len(kept.text) == LONGEST
    assert answer.text.startswith("Not on staging: conflicts with #3 in a/a/")
    assert answer.text.endswith("…")
    assert kept.text.endswith("… (held at record 12)")


def test_a_long_name_of_a_branch_leaves_room_for_the_reason() -> None:
    record = samples.record(branch="b" * 200, pull_requests=(samples.FAILED,))
    (answer,) = answers(record, out=OutState.SUCCESS)
    assert answer.text == "Not on the stage: lint failed"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n\tb  c", "a b c"),
        ("bell\x07 and bidi\u202e", "bell� and bidi�"),
        ("a bug 🐛", "a bug �"),
        ("half \ud800", "half �"),
        ("été 日本", "été 日本"),
    ],
)
def test_a_status_is_one_line_of_characters_that_github_takes(text: str, shown: str) -> None:
    assert shortened(text) == shown


@given(st.text(), st.text(max_size=60), st.sampled_from(STILL))
def test_whatever_is_said_it_fits(detail: str, branch: str, still: tuple[Any, str]) -> None:
    line = samples.line(7, LineState.EXCLUDED, detail=detail)

    (answer,) = answers(of(line, branch=branch, **still[0]), out=OutState.SUCCESS)

    assert len(answer.text) <= LONGEST
    assert answer.text.isprintable()
    assert answer.text.endswith(still[1].strip())


def test_a_stage_has_its_own_context() -> None:
    assert context("staging") == "understudy/staging"
