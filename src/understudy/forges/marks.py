"""Checks in git notes: one JSON object a line, the last line for a check wins."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from understudy.core import phrases
from understudy.core.checks import STATES, Run, newest
from understudy.core.errors import UsageError
from understudy.core.flux_statuses import Told
from understudy.core.model import Check, ChecksUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class _Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    state: str
    source: str = ""
    url: str | None = None
    at: str | None = None


def encode_marks(
    marks: Sequence[tuple[str, str]], *, source: str, url: str | None, at: datetime
) -> str:
    """Return the lines that note these (name, state) pairs.

    Raises:
        UsageError: a state is no word of the table in `core.checks`.
    """
    return "".join(_line(name, state, source=source, url=url, at=at) for name, state in marks)


def checks_in(note: bytes) -> tuple[Check, ...] | ChecksUnreadable:
    """Read a note. One line that cannot be read makes the whole unreadable, never empty."""
    marks = _marks(note)
    if isinstance(marks, ChecksUnreadable):
        return marks
    return newest(
        Run(name=mark.name, word=mark.state, source=mark.source, url=mark.url) for mark in marks
    )


def told_in(note: bytes) -> tuple[Told, ...]:
    """Return the newest mark of each name as a commit status; a note that is none says nothing."""
    marks = _marks(note)
    by_name: Iterable[_Mark] = (
        () if isinstance(marks, ChecksUnreadable) else {mark.name: mark for mark in marks}.values()
    )
    return tuple(Told(name=mark.name, word=mark.state, at=_time(mark.at)) for mark in by_name)


def _marks(note: bytes) -> list[_Mark] | ChecksUnreadable:
    marks = []
    for number, line in enumerate(note.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            mark = msgspec.json.decode(line, type=_Mark)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ChecksUnreadable(why=f"line {number} of its note is no mark")
        except RecursionError:
            return ChecksUnreadable(why=f"line {number} of its note is nested too deeply")
        if not mark.name:
            return ChecksUnreadable(why=f"line {number} of its note names no check")
        marks.append(mark)
    return marks


def _time(text: str | None) -> datetime | None:
    """Return it with its zone, without which it is no moment."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _line(name: str, state: str, *, source: str, url: str | None, at: datetime) -> str:
    if state.lower() not in STATES:
        close = phrases.near_miss(state, STATES)
        guess = f" Did you mean `{close}`?" if close else ""
        message = f"`{phrases.shown(state)}` is not the state of a check.{guess}"
        raise UsageError(message, hint=f"The states are {phrases.listed(sorted(STATES))}.")
    mark = _Mark(
        name=name,
        state=state.lower(),
        source=source,
        url=url,
        at=at.isoformat(timespec="seconds"),
    )
    return msgspec.json.encode(mark).decode() + "\n"
