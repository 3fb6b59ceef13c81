"""Every sentence that people read about a record, once. It returns raw text: whoever writes it
out makes it harmless. The core's own `detail` sentences are used as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from understudy.core.model import CheckState, Reason
from understudy.core.record import IN, DecisionWord, LineState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.decisions import Finding
    from understudy.core.model import ConflictKind, Trigger
    from understudy.core.record import (
        Change,
        CheckLine,
        Difference,
        Hold,
        Line,
        Record,
        RevisionLine,
    )

_SHORT = 7
_LISTED = 6
"""So many numbers are written out in one line; the rest is counted, never left out in silence."""

NO_RECORD = "There is no record yet."
NOTHING_OPEN = "No pull request is open."
DRY_RUN = "A dry run: nothing was pushed or recorded."
UNSENT = "Some answers could not be sent"

STATE_WORDS = {
    LineState.INCLUDED: "in",
    LineState.CONTAINED: "contained",
    LineState.WAITING: "waiting",
    LineState.EXCLUDED: "excluded",
    LineState.CONFLICTED: "conflicted",
    LineState.EVICTED: "evicted",
}

GROUPS = {
    "In": IN,
    "Waiting": frozenset({LineState.WAITING}),
    "Out": frozenset({LineState.EXCLUDED, LineState.CONFLICTED, LineState.EVICTED}),
}
"""The order in which pull requests are told of; every state is in one group."""


def command(words: str, flags: str = "") -> str:
    """Return a command to type. `flags` repeat what the reader's own call named."""
    return f"understudy {words} {flags}".rstrip()


def short(sha: str) -> str:
    return sha[:_SHORT]


def when(at: str) -> str:
    """Return a record's time to the minute; records are in UTC."""
    return at[:16].replace("T", " ")


def pull_requests(count: int) -> str:
    return f"{count} pull request" + ("" if count == 1 else "s")


def numbers(them: Sequence[int]) -> str:
    """Return `#4`, `#4 and #9`, or `#4, #9 and #12`."""
    words = [f"#{number}" for number in them]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


# --- the record as a whole -----------------------------------------------------------------------


def headline(record: Record) -> str:
    """Say in one line what became of the stage."""
    return f"{record.stage}: {_outcome(record)}"


def _outcome(record: Record) -> str:
    if record.hold and record.decision is not DecisionWord.DRY_RUN:
        return f"held at record {record.hold.serial}, {_stays(record)}"
    match record.decision:
        case DecisionWord.PUBLISHED:
            return f"published {_tip(record.candidate)} = {_sum(record)}"
        case DecisionWord.UNCHANGED:
            return f"unchanged, {_tip(record.published)} has the content of {_sum(record)}"
        case DecisionWord.WITHHELD:
            return f"nothing was published, {_stays(record)}"
        case DecisionWord.REFUSED:
            return f"the remote refused the push, {_stays(record)}"
        case DecisionWord.DRY_RUN:
            return _would(record)
        case _:
            assert_never(record.decision)


def _would(record: Record) -> str:
    if record.hold:
        return f"would stay held at record {record.hold.serial}, {_stays(record)}"
    if record.findings or record.candidate is None:
        return f"would publish nothing, {_stays(record)}"
    if record.published and record.published.tree == record.candidate.tree:
        return f"would not change, {_tip(record.published)} has the content of {_sum(record)}"
    return f"would publish {_tip(record.candidate)} = {_sum(record)}"


def _sum(record: Record) -> str:
    merged = sum(line.state is LineState.INCLUDED for line in record.pull_requests)
    return f"{record.base.branch} {short(record.base.sha)} + {pull_requests(merged)}"


def _tip(revision: RevisionLine | None) -> str:
    return short(revision.commit) if revision else "nothing"


def _stays(record: Record) -> str:
    if record.published is None:
        return f"the branch {record.branch} does not exist"
    return f"the branch {record.branch} is at {short(record.published.commit)}"


def signature(record: Record) -> str:
    """Say which record this is, when it was made and what asked for it."""
    if record.decision is DecisionWord.DRY_RUN:
        return DRY_RUN
    return f"Record {record.serial}, {when(record.at)} UTC, {trigger(record.trigger)}"


def trigger(asked: Trigger) -> str:
    if not asked.origin:
        return asked.kind
    # A workflow run is asked for by an event, and an origin tells of it in a few words.
    joint = ":" if " " in asked.origin else " by"
    return f"{asked.kind}{joint} {asked.origin}"


def held(hold: Hold) -> str:
    by = f" by {hold.by}" if hold.by else ""
    return (
        f"Held at record {hold.serial} since {when(hold.since)} UTC{by}: the branch stays as it "
        "was there, whatever the pull requests do. To let it follow them again:"
    )


def finding(found: Finding) -> str:
    subject = f" {found.subject}:" if found.subject else ""
    return f"{found.rule}:{subject} {found.message}"


def duration(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    return f"{milliseconds} ms" if seconds < 1 else f"{seconds:.1f} s"


# --- one pull request ----------------------------------------------------------------------------

_REASONS = {
    Reason.DRAFT: "it is a draft",
    Reason.FORK: "it comes from a fork whose author is not trusted",
    Reason.LABEL_EXCLUDED: "a label keeps it out",
    Reason.LABEL_MISSING: "it lacks a label that is required",
    Reason.OTHER_BASE: "it targets another branch",
    Reason.STAGE_BRANCH: "it comes from the stage itself",
    Reason.CHECKS_FAILED: "a check failed",
    Reason.CHECKS_PENDING: "checks are still running",
    Reason.CHECKS_MISSING: "a required check has not reported",
    Reason.CHECKS_UNREADABLE: "its checks could not be read",
    Reason.NO_CHECKS: "it has no checks",
    Reason.NO_CHECKS_YET: "it has no checks yet",
    Reason.DEPENDENCY: "a pull request it depends on is out",
    Reason.DEPENDENCY_CYCLE: "it depends on itself through others",
    Reason.HEAD_MISSING: "the remote no longer has its head commit",
    Reason.UNMERGEABLE: "git can make no merge of it",
    Reason.CONFLICTS_WITH_BASE: "it conflicts with the base branch",
    Reason.CONFLICTS_WITH_PULL_REQUEST: "it conflicts with another pull request",
    Reason.ALREADY_IN_BASE: "the base branch already contains it",
    Reason.ALREADY_ON_STAGE: "a pull request that is in already contains it",
    Reason.NO_EFFECT: "it is merged and changes nothing",
    Reason.PINNED: "a part of it is left as on the base branch",
}


def reason(line: Line) -> str | None:
    """Say why the pull request is not simply in."""
    return line.detail or (_REASONS[line.reason] if line.reason else None)


def place(path: str, kind: ConflictKind, *, whom: Sequence[int]) -> str:
    """Name a path with the kind of conflict and whom it is with; no number means the base."""
    with_whom = f", with {numbers(whom)}" if whom else ""
    return f"{path} ({kind.value}{with_whom})"


def origin(line: Line) -> str:
    """Say who wrote it, and where its head is."""
    by = f"by {line.author}, " if line.author else ""
    return f"{by}{line.head_ref} at {short(line.head)}"


_CHECK_WORDS = {
    CheckState.PASSED: "passed",
    CheckState.FAILED: "failed",
    CheckState.PENDING: "still running",
    CheckState.MISSING: "has not reported",
}


def check(one: CheckLine) -> str:
    source = f" ({one.source})" if one.source else ""
    return f"{one.name}{source}: {_CHECK_WORDS[one.state]}"


# --- between two records -------------------------------------------------------------------------


def delta(change: Difference) -> str:
    """Return `+#12 -#9 ~#7`: who entered the stage, who left it, who was pushed to while in it."""
    signs = (("+", change.entered), ("-", change.left), ("~", change.updated))
    return " ".join(_signed(sign, them) for sign, them in signs if them)


def _signed(sign: str, them: Sequence[int]) -> str:
    named = " ".join(f"{sign}#{number}" for number in them[:_LISTED])
    more = len(them) - _LISTED
    return f"{named} ({sign}{more} more)" if more > 0 else named


def since(change: Difference, base: str) -> str:
    """Say what changed since the record before."""
    if not (change.changes or change.base_moved or change.tree_changed):
        return f"Nothing changed since record {change.before}"
    parts = (
        delta(change),
        f"{base} moved" if change.base_moved else "",
        "" if change.tree_changed else "same content",
    )
    said = ", ".join(part for part in parts if part) or "the stage has other content"
    return f"Since record {change.before}: {said}"


def circumstances(record: Record) -> str:
    """Say what asked for the record and whether it held the stage, as one column of the log."""
    hold = f", held at {record.hold.serial}" if record.hold else ""
    return f"{trigger(record.trigger)}{hold}"


def compared(change: Difference) -> str:
    said = delta(change) or "the same pull requests are in"
    return f"From record {change.before} to record {change.after}: {said}"


def moved(before: Record, after: Record) -> list[str]:
    """Say what became of the base and of the stage branch between two records."""
    return [
        _from_to(before.base.branch, before=before.base.sha, after=after.base.sha),
        _from_to(after.branch, before=_tip(before.published), after=_tip(after.published)),
    ]


def _from_to(branch: str, *, before: str, after: str) -> str:
    if before == after:
        return f"{branch}: still {short(after)}"
    return f"{branch}: {short(before)} -> {short(after)}"


def turned(change: Change) -> str:
    """Return `waiting -> in`, or `in, new head` where only the head moved."""
    before = STATE_WORDS[change.before] if change.before else "not open"
    after = STATE_WORDS[change.after] if change.after else "closed"
    return f"{after}, new head" if change.before is change.after else f"{before} -> {after}"


# --- where a forge shows it ----------------------------------------------------------------------

FAILED = "understudy failed"
BOTH_SIDES = "Both sides of the conflicts"


def more(count: int) -> str:
    return f"{count} more"


def left_as_on(base: str) -> str:
    return f"Left as on {base}"
