"""Put a stage back to what it was at an earlier record, and hold it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from understudy.core.decisions import Publish, Raced, Unchanged
from understudy.core.errors import RacedError, UsageError
from understudy.core.record import Hold, Record, RevisionLine
from understudy.stage import ATTEMPTS, conclude, read_stage

if TYPE_CHECKING:
    from understudy.core.model import Trigger
    from understudy.stage import Project


def restore(project: Project, record: Record, *, trigger: Trigger) -> Record:
    """Publish the record's stage again; rebuilds leave it alone until one is told to resume.

    Raises:
        UsageError: nothing was on the stage at that record.
        RacedError: the stage moved on the remote at each of ATTEMPTS attempts.
    """
    target = _what_was_on_stage(record)
    for _ in range(ATTEMPTS):
        project.repository.look_again()
        state = read_stage(project)
        if isinstance(state, Raced):
            continue
        now = project.clock.now().isoformat(timespec="seconds")
        draft = replace(
            record,
            serial=state.next_serial,
            previous=state.latest_serial,
            at=now,
            trigger=trigger,
            candidate=target,
            hold=Hold(serial=record.serial, since=now, by=trigger.origin),
            findings=(),
        )
        published = state.published
        same = published is not None and published.tree == target.tree
        expected = published.commit if published else None
        decision = Unchanged() if same else Publish(expected=expected)
        outcome = conclude(project, state, draft=draft, decision=decision)
        if isinstance(outcome, Record):
            return outcome
    message = f"{project.branch_ref} moved on the remote during each of {ATTEMPTS} attempts."
    raise RacedError(message, hint="Something else pushes there: find it, then restore again.")


def _what_was_on_stage(record: Record) -> RevisionLine:
    """Return the record's candidate, which the record keeps reachable.

    Where the stage held something else then, its lines do not speak of what was there.
    """
    published, candidate = record.published, record.candidate
    if published is None:
        message = f"Nothing was on stage at record {record.serial}."
        raise UsageError(message, hint="Choose another with `understudy log`.")
    if candidate is None or candidate.tree != published.tree:
        message = f"Record {record.serial} did not reach the stage: it was {record.decision.value}."
        raise UsageError(message, hint="Choose one that did with `understudy log`.")
    return candidate
