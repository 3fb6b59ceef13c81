"""Which record is meant by `17`, `latest`, `latest~2` or the beginning of a commit's id."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from understudy.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.core.record import Record
    from understudy.stage import Project

LATEST = "latest"

_OFFSET = re.compile(r"latest~([0-9]{1,9})")
_SERIAL = re.compile(r"[0-9]{1,6}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_OFFERED = 5


def record_argument(name: str, *, default: str | None = None) -> Callable[[Any], Any]:
    """Add an argument that names a record."""
    metavar = name.upper() if default is None else f"[{name.upper()}]"
    return click.argument(name, metavar=metavar, default=default, required=default is None)


def select(records: Sequence[Record], name: str) -> Record:
    """Return the record that `name` means; of several with the same commit, the newest.

    Raises:
        UsageError: there is none; the hint lists the newest.
    """
    found = _matching(records, name.lower())
    if found is None:
        message = f"`{name}` names no record of stage {records[0].stage}."
        raise UsageError(message, hint=_offer(records))
    return found


def all_records(project: Project) -> list[Record]:
    """Return all records, newest first.

    Raises:
        UsageError: there are none.
    """
    records = newest(project, None)
    if not records:
        from understudy.render import wording

        message = f"Stage {project.stage_name} has no record yet."
        raise UsageError(message, hint=f"`{wording.command('rebuild')}` writes the first one.")
    return records


def newest(project: Project, limit: int | None) -> list[Record]:
    """Return the newest records, if there are any."""
    return project.repository.records(project.record_tip(), limit)


def before(records: Sequence[Record], record: Record) -> Record | None:
    """Return the record that came before one, if it is still kept."""
    return next((one for one in records if one.serial < record.serial), None)


def _matching(records: Sequence[Record], name: str) -> Record | None:
    if name == LATEST:
        return records[0]
    if offset := _OFFSET.fullmatch(name):
        return next(iter(records[int(offset[1]) :]), None)
    if _SERIAL.fullmatch(name):
        return next((record for record in records if record.serial == int(name)), None)
    if _COMMIT.fullmatch(name):
        return next((record for record in records if _holds(record, name)), None)
    return None


def _holds(record: Record, prefix: str) -> bool:
    revisions = (record.candidate, record.published)
    return any(revision and revision.commit.startswith(prefix) for revision in revisions)


def _offer(records: Sequence[Record]) -> str:
    from understudy.render import wording

    offered = (f"{one.serial} ({wording.when(one.at)}, {one.decision.value})" for one in records)
    listed = ", ".join(islice(offered, _OFFERED))
    return f"The newest are {listed}. `{wording.command('log')}` lists all."
