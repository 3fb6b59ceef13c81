"""What each pull request is told on its forge: one state and one sentence. It sends nothing.

The sentence says nothing that changes by itself, such as the newest record's number: an answer
that is the same is not sent again.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from understudy.core.model import Reason
from understudy.core.record import IN, DecisionWord, LineState

if TYPE_CHECKING:
    from collections.abc import Collection

    from understudy.core.config import OutState
    from understudy.core.decisions import Finding
    from understudy.core.model import CommitSha
    from understudy.core.record import Line, Record

LONGEST = 140
"""Characters of a status: https://docs.github.com/en/rest/commits/statuses"""

_LONGEST_NAME = 40
"""A branch whose name is longer is "the stage": the name must not push the reason out."""

_LARGEST = "\uffff"
"""GitHub refuses a status with a larger character: "description doesn't accept 4-byte Unicode"."""

_UNSHOWN = "\N{REPLACEMENT CHARACTER}"


class AnswerState(enum.Enum):
    """The state of a commit status, in the words that forges share."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is to be said on one head."""

    number: int
    head: CommitSha
    state: AnswerState
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of the answers: how many were sent, and what stood against the others."""

    sent: int = 0
    unsent: tuple[Finding, ...] = ()


def context(stage: str) -> str:
    """Return the name under which a stage's answers appear among the checks of a head."""
    return f"understudy/{stage}"


def answers(record: Record, *, out: OutState, heard: Collection[str] = ()) -> tuple[Answer, ...]:
    """Return the answer to each pull request that the stage concerns.

    One that targets another branch is not told about a stage it never asked for, unless its head
    has `heard` of the stage before: that may be true no longer.
    """
    return tuple(
        Answer(
            number=line.number,
            head=line.head,
            state=_state(record, line, out),
            text=_status(record, line),
        )
        for line in record.pull_requests
        if line.reason is not Reason.OTHER_BASE or line.head in heard
    )


def sentence(record: Record, line: Line) -> str:
    """Say whether the branch has the pull request, and why or why not. It is raw text, uncut."""
    return f"{_standing(record, line)}{_why(record, line)}{_obstacle(record)}"


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return one line that a status can hold; what is cut is marked."""
    line = "".join(map(_plain, " ".join(text.split())))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _status(record: Record, line: Line) -> str:
    """Cut the reason at its end, where paths and names are listed, and nothing else."""
    obstacle = _obstacle(record)
    said = _standing(record, line) + _why(record, line)
    return shortened(shortened(said, LONGEST - len(obstacle)) + obstacle)


def _plain(character: str) -> str:
    return character if character.isprintable() and character <= _LARGEST else _UNSHOWN


def _state(record: Record, line: Line, out: OutState) -> AnswerState:
    """A success says that the branch has it: what only would be there is still pending."""
    if line.state in IN:
        return AnswerState.SUCCESS if _stands(record) else AnswerState.PENDING
    return AnswerState.PENDING if line.state is LineState.WAITING else AnswerState(out.value)


# --- the sentence --------------------------------------------------------------------------------


def _stands(record: Record) -> bool:
    """Tell whether the branch has the content that the lines speak of."""
    return record.decision in {DecisionWord.PUBLISHED, DecisionWord.UNCHANGED}


def _standing(record: Record, line: Line) -> str:
    stage = record.branch if len(record.branch) <= _LONGEST_NAME else "the stage"
    stands = _stands(record)
    if line.state in IN:
        return f"{'On' if stands else 'Would be on'} {stage}"
    if line.state is LineState.WAITING:
        return f"{'Not yet on' if stands else 'Would not yet be on'} {stage}"
    return f"{'Not on' if stands else 'Would not be on'} {stage}"


def _why(record: Record, line: Line) -> str:
    match line.reason:
        case Reason.PINNED:
            return f", without its changes to pinned paths: {', '.join(line.pinned)}"
        case Reason.NO_EFFECT:
            return ", and changes nothing that is not there already"
        case Reason.ALREADY_IN_BASE:
            return f": {record.base.branch} already contains it"
        case Reason.ALREADY_ON_STAGE:
            return ": what is there already contains it"
        case reason:
            said = line.detail or (reason.value.replace("-", " ") if reason else "")
            return f": {said}" if said else ""


def _obstacle(record: Record) -> str:
    """Say what keeps the branch from following: a person's wish, a finding, the remote."""
    if record.hold:
        return f" (held at record {record.hold.serial})"
    rule = record.findings[0].rule if record.findings else ""
    match record.decision:
        case DecisionWord.REFUSED:
            return f" (push refused: {rule})"
        case DecisionWord.WITHHELD:
            return f" (withheld: {rule})"
        case DecisionWord.PUBLISHED | DecisionWord.UNCHANGED | DecisionWord.DRY_RUN:
            return ""
        case _:
            assert_never(record.decision)
