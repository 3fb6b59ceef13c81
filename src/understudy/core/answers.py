"""What each pull request is told on its forge: one state and one sentence. It sends nothing.

The sentence says nothing that changes by itself, such as a record's number: an answer that is the
same is not sent again.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.config import OutState
from understudy.core.model import Reason
from understudy.core.record import IN, LineState

if TYPE_CHECKING:
    from understudy.core.decisions import Finding
    from understudy.core.model import CommitSha
    from understudy.core.record import Line, Record

LONGEST = 140
"""Characters of a status: https://docs.github.com/en/rest/commits/statuses"""


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


def answers(record: Record, *, out: OutState) -> tuple[Answer, ...]:
    """Return the answer to each pull request that the stage concerns.

    One that targets another branch is not told about a stage it never asked for.
    """
    return tuple(
        Answer(
            number=line.number,
            head=line.head,
            state=_state(line, out),
            text=shortened(_text(record, line)),
        )
        for line in record.pull_requests
        if line.reason is not Reason.OTHER_BASE
    )


def shortened(text: str) -> str:
    """Return one line that a status can hold; what is cut is marked."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def _state(line: Line, out: OutState) -> AnswerState:
    if line.state in IN:
        return AnswerState.SUCCESS
    return AnswerState.PENDING if line.state is LineState.WAITING else AnswerState(out.value)


def _text(record: Record, line: Line) -> str:
    why = f": {line.detail}" if line.detail else ""
    if line.state in IN:
        return _in_text(record, why)
    if line.state is LineState.WAITING:
        return f"Waiting for {record.branch}{why}"
    return f"Not in {record.branch}{why}"


def _in_text(record: Record, why: str) -> str:
    """Say that it is in only where the branch has it: a hold or a refusal may stand between."""
    if record.findings:
        return f"Fits into {record.branch}, which stays as it was: {record.findings[0].rule}"
    return f"In {record.branch}{why}"
