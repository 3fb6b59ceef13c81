"""What each pull request is told on its forge: one state and one sentence. It sends nothing.

The sentence says nothing that changes by itself, such as the newest record's number: an answer
that is the same is not sent again.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from understudy.core.delivery import Delivered, Delivery, Stuck, Underway, delivery
from understudy.core.deployment import AppliedStatus, Readiness
from understudy.core.model import Reason
from understudy.core.record import IN, DecisionWord, LineState

if TYPE_CHECKING:
    from collections.abc import Collection

    from understudy.core.config import OutState
    from understudy.core.decisions import Finding
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.core.record import Line, Record

LONGEST = 140
"""Characters of a status: https://docs.github.com/en/rest/commits/statuses"""

_LONGEST_NAME = 40
"""A branch whose name is longer is "the stage": the name must not push the reason out."""

_LONGEST_DELIVERY = 100
"""What a cluster says of itself must not push out all that is said of the pull request."""

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
class Became:
    """What became of the stage in the cluster. The text is raw, and empty if that is not known."""

    delivery: Delivery
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of the answers: how many were sent, and what stood against the others."""

    sent: int = 0
    unsent: tuple[Finding, ...] = ()


def context(stage: str) -> str:
    """Return the name under which a stage's answers appear among the checks of a head."""
    return f"understudy/{stage}"


def answers(
    record: Record,
    *,
    out: OutState,
    heard: Collection[str] = (),
    deployment: Deployment | None = None,
) -> tuple[Answer, ...]:
    """Return the answer to each pull request that the stage concerns.

    One that targets another branch is not told about a stage it never asked for, unless its head
    has `heard` of the stage before: that may be true no longer. With a `deployment`, those on the
    stage are told what became of it in the cluster.
    """
    now = became(record, deployment)
    return tuple(
        Answer(
            number=line.number,
            head=line.head,
            state=_state(record, line, out, now.delivery),
            text=_status(record, line, now.text),
        )
        for line in record.pull_requests
        if line.reason is not Reason.OTHER_BASE or line.head in heard
    )


def sentence(record: Record, line: Line, deployment: Deployment | None = None) -> str:
    """Say whether the branch has the pull request, and why or why not. It is raw text, uncut."""
    delivered = _delivered(record, line, became(record, deployment).text)
    return f"{_standing(record, line)}{_why(record, line)}{delivered}{_obstacle(record)}"


def became(record: Record, deployment: Deployment | None) -> Became:
    """Say how far the content that the lines speak of has come in the cluster."""
    if deployment is None or record.published is None or not _stands(record):
        return Became(delivery=Underway(blockers=()))
    match delivery(deployment, record.published.commit):
        case Delivered() as delivered:
            healthy = all(map(_is_healthy, deployment.kustomizations))
            text = "deployed and healthy" if healthy else "deployed"
            return Became(delivery=delivered, text=text)
        case Stuck() as stuck:
            return Became(delivery=stuck, text=_not_ready(stuck))
        case Underway() as underway:
            return Became(delivery=underway)
        case other:
            assert_never(other)


def _is_healthy(applied: AppliedStatus) -> bool:
    """Ready means "applied" alone, unless what was applied is waited for."""
    return bool(applied.watches_health) and applied.readiness is Readiness.READY


def _not_ready(stuck: Stuck) -> str:
    """Say what is not ready and why, as far as that was told."""
    failed = (each for each in stuck.blockers if each.readiness is Readiness.FAILED)
    blocker = next(failed, stuck.blockers[0])
    failing = blocker.failing if isinstance(blocker, AppliedStatus) else ""
    said = blocker.message if blocker.readiness is Readiness.FAILED else blocker.readiness.value
    # Flux names the object as `Kind/namespace/name`: once is enough where characters are few.
    said = said.removeprefix(failing.replace(" ", "/", 1)).lstrip(" :") if failing else said
    return ": ".join((f"{blocker.name} not ready", *filter(None, (failing, said))))


def says_no_less(shown: str, text: str) -> bool:
    """Tell whether a status that is shown says this, and besides what the cluster has."""
    return shown.startswith(text) and bool(_DELIVERED.fullmatch(shown[len(text) :]))


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return one line that a status can hold; what is cut is marked."""
    line = "".join(map(_plain, " ".join(text.split())))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _status(record: Record, line: Line, delivered: str) -> str:
    """Cut the reason at its end, where paths and names are listed, and nothing else."""
    end = shortened(_delivered(record, line, delivered), _LONGEST_DELIVERY) + _obstacle(record)
    said = _standing(record, line) + _why(record, line)
    return shortened(shortened(said, LONGEST - len(end)) + end)


def _plain(character: str) -> str:
    return character if character.isprintable() and character <= _LARGEST else _UNSHOWN


def _state(record: Record, line: Line, out: OutState, delivered: Delivery) -> AnswerState:
    """A success says that the branch has it: what only would be there is still pending."""
    if line.state in IN and isinstance(delivered, Stuck):
        return AnswerState(out.value)
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


_DELIVERED = re.compile(r"([,;] (deployed( and healthy)?|[a-z0-9.-]+ not ready\b.*))?")


def _delivered(record: Record, line: Line, said: str) -> str:
    """Return what is said of the stage to a pull request, if that is a part of it."""
    if not said or line.state not in IN:
        return ""
    return f"; {said}" if _why(record, line) else f", {said}"


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
