"""A rebuild as the command line runs and tells it, for `rebuild`, `plan` and `demo`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from understudy.cli import options as shared
from understudy.cli import printing, selecting
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from understudy.core.answers import Report
    from understudy.core.record import Record
    from understudy.render.page import Page
    from understudy.wiring import Options

AFTER_GRACE = 3
"""How often it runs again at most: a comment looks like a push, so one time may not be enough."""

_MARGIN = 1.0
"""Seconds by which clocks may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for, and by whom."""

    kind: str = "manual"
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
    grace: timedelta = timedelta()


def rebuild(options: Options, request: Request) -> Done:
    """Run it, with progress where somebody watches.

    With `after_grace` it runs again when the grace after a push is over: no event tells of that.
    """
    done = first = _rebuild_once(options, request)
    for _ in range(AFTER_GRACE if request.after_grace else 0):
        if not _waits_for_grace(done.record):
            break
        time.sleep(done.grace.total_seconds() + _MARGIN)
        done = _rebuild_once(options, replace(request, resume=False))
    return replace(done, before=first.before)


def _waits_for_grace(record: Record) -> bool:
    from understudy.core.model import Reason

    return any(line.reason is Reason.NO_CHECKS_YET for line in record.pull_requests)


def _rebuild_once(options: Options, request: Request) -> Done:
    from understudy.core.model import Trigger
    from understudy.rebuild import rebuild as bring_up_to_date
    from understudy.wiring import open_project

    with printing.progress() as progress, open_project(options) as project:
        before = next(iter(selecting.newest(project, 1)), None)
        record = bring_up_to_date(
            project,
            trigger=Trigger(kind=request.kind, origin=request.by),
            progress=progress,
            dry_run=request.dry_run,
            resume=request.resume,
        )
        report = None if request.dry_run else project.forge.report(record, before)
        return Done(record=record, before=before, report=report, grace=project.stage.checks.grace)


def as_json(done: Done) -> str:
    """Return the record as the public format has it."""
    from understudy.core.record import to_json

    return to_json(done.record).decode()


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
