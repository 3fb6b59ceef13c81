"""A rebuild as the command line runs and tells it, for `rebuild`, `plan` and `demo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.cli import options as shared
from understudy.cli import printing, selecting
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from understudy.core.record import Record
    from understudy.render.page import Page
    from understudy.wiring import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for, and by whom."""

    kind: str = "manual"
    by: str = ""
    dry_run: bool = False
    resume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A rebuild's record, and the record that was the newest before it."""

    record: Record
    before: Record | None


def rebuild(options: Options, request: Request) -> Done:
    """Run it, with progress where somebody watches."""
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
    return Done(record=record, before=before)


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
