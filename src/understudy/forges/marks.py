"""Checks in git notes: one JSON object a line, the last line for a check wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from understudy.core import phrases
from understudy.core.checks import STATES, Run, newest
from understudy.core.errors import UsageError
from understudy.core.model import Check, ChecksUnreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


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
    runs = []
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
        runs.append(Run(name=mark.name, word=mark.state, source=mark.source, url=mark.url))
    return newest(runs)


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
