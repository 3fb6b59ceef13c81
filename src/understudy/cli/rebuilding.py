"""A rebuild as the command line runs and tells it, for `rebuild`, `plan` and `demo`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from understudy.cli import actions, printing, selecting
from understudy.cli import options as shared
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.core.answers import Report
    from understudy.core.model import Trigger
    from understudy.core.record import Record
    from understudy.core.why import ConflictView
    from understudy.render.page import Page
    from understudy.wiring import Options

AFTER_GRACE = 3
"""How often it runs again at most: a comment looks like a push, so one time may not be enough."""

LONGEST_GRACE = timedelta(minutes=5)
"""A longer grace is left to a later event: who waits holds up all that come behind."""

_MARGIN = 1.0
"""Seconds by which clocks may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for, and by whom."""

    kind: str | None = None
    by: str = ""
    dry_run: bool = False
    resume: bool = False
    after_grace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A rebuild's record, the record that was the newest before it, and who was told."""

    record: Record
    before: Record | None
    report: Report | None = None
    conflicts: Mapping[int, tuple[ConflictView, ...]] = field(default_factory=dict)
    grace: timedelta = timedelta()


def rebuild(options: Options, request: Request) -> Done:
    """Run it, with progress where somebody watches.

    With `after_grace` it runs again when the grace after a push is over: no event tells of that.
    """
    done = first = _rebuild_once(options, request)
    for _ in range(AFTER_GRACE if request.after_grace else 0):
        if done.grace > LONGEST_GRACE or not _waits_for_grace(done.record):
            break
        time.sleep(done.grace.total_seconds() + _MARGIN)
        done = _rebuild_once(options, replace(request, resume=False))
    return replace(done, before=first.before)


def _waits_for_grace(record: Record) -> bool:
    from understudy.core.model import Reason

    return any(line.reason is Reason.NO_CHECKS_YET for line in record.pull_requests)


def _rebuild_once(options: Options, request: Request) -> Done:
    from understudy.rebuild import rebuild as bring_up_to_date
    from understudy.wiring import open_project

    with printing.progress() as progress, open_project(options) as project:
        before = next(iter(selecting.newest(project, 1)), None)
        record = bring_up_to_date(
            project,
            trigger=trigger(request.kind, request.by),
            progress=progress,
            dry_run=request.dry_run,
            resume=request.resume,
        )
        report = None if request.dry_run else project.forge.report(record, before)
        return Done(
            record=record,
            before=before,
            report=report,
            conflicts=actions.conflicts_to_show(project, record) if actions.wants_summary() else {},
            grace=project.stage.checks.grace,
        )


def trigger(kind: str | None, by: str) -> Trigger:
    """Say who asks. Without a kind it is a workflow's event that asks, or a person."""
    from understudy.core.model import Trigger

    if kind is None:
        return actions.trigger(by) or Trigger(origin=by)
    return Trigger(kind=kind, origin=by)


def show(done: Done, options: Options, *, as_json: bool) -> None:
    """Print the record, and tell a workflow run of it where it wants to be told.

    A runner's log is told in its own way, with groups and annotations, so there is no page.
    """
    if as_json:
        printing.show_text(to_json(done))
    elif not actions.inside_actions():
        printing.show(as_page(done, options, verbose=shared.verbose()))
        printing.tell_unsent(done.report)
    actions.tell(done.record, done.before, conflicts=done.conflicts, report=done.report)


def to_json(done: Done) -> str:
    """Return the record as the public format has it."""
    from understudy.core.record import to_json as encoded

    return encoded(done.record).decode()


def as_page(done: Done, options: Options, *, verbose: bool = False) -> Page:
    """Return the record as people read it."""
    from understudy.render.record_page import record_page

    flags = shared.repeated(options)
    return record_page(done.record, done.before, flags=flags, verbose=verbose)


def exit_code(record: Record) -> ExitCode:
    """Return how the command ends. A hold is a person's wish, so it is no failure."""
    from understudy.core.guard import HELD
    from understudy.core.record import DecisionWord

    if record.decision not in {DecisionWord.WITHHELD, DecisionWord.REFUSED}:
        return ExitCode.DONE
    rules = {finding.rule for finding in record.findings}
    return ExitCode.DONE if rules == {HELD} else ExitCode.WITHHELD
