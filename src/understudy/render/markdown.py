"""A record as Markdown, for a step summary. It always fits into one, and says what it left out.

Everything shown goes through escaping. It decides nothing and writes no file.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from understudy.core.config import DEFAULT_STAGE
from understudy.core.guard import HELD
from understudy.core.record import LineState, difference
from understudy.render import fragments, wording
from understudy.render.untrusted import for_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.core.answers import Report
    from understudy.core.decisions import Finding
    from understudy.core.record import Change, Line, Record
    from understudy.core.why import ConflictView

    Conflicts = Mapping[int, Sequence[ConflictView]]

LIMIT = 1024 * 1024
"""Bytes of one step's summary: of a longer one, GitHub shows nothing at all."""

_FOLDED_FROM = 26
_CHANGES = 12
_BY_IMPORTANCE = ("Out", "Waiting", "In")
_TITLE = 160
_WHY = 400
_MESSAGE = 1500
_ONE_CONFLICT = 32 * 1024
_PINNED_PATHS = 40
_FRAME = 500
"""Bytes of a table's heading, its fold and its first rows."""


def summary(
    record: Record,
    before: Record | None,
    *,
    conflicts: Conflicts | None = None,
    report: Report | None = None,
    limit: int = LIMIT,
) -> str:
    """Return a whole document of at most `limit` bytes.

    In this order: the headline, what stands against publishing, what changed, who is in, waiting
    or out, both sides of the conflicts, and what could not be done.
    """
    parts = _opening(record, before, report, limit // 4)
    groups = _groups(record, (limit - _sum(parts)) * 3 // 4)
    parts += groups or [wording.NOTHING_OPEN]
    parts += _pinned(record, (limit - _sum(parts)) // 2)
    parts += _conflicts(record, conflicts or {}, limit - _sum(parts))
    return "\n\n".join(parts) + "\n" if _sum(parts) <= limit else ""


def failure(message: str, hint: str) -> str:
    """Return the document of a command that failed."""
    said = [f"### {for_markdown(wording.FAILED)}", _message(message)]
    return "\n\n".join([*said, *([_message(hint)] if hint else [])]) + "\n"


# --- what became of the stage --------------------------------------------------------------------


def _opening(record: Record, before: Record | None, report: Report | None, room: int) -> list[str]:
    parts = [f"### {for_markdown(wording.headline(record))}"]
    parts += [for_markdown(wording.signature(record))]
    parts += _stands_against(record, room // 2)
    if report and report.unsent:
        parts += [f"**{for_markdown(wording.UNSENT)}**", *_findings(report.unsent, room // 4)]
    return parts + (_since(record, before) if before else [])


def _stands_against(record: Record, room: int) -> Iterable[str]:
    if record.hold:
        typed = fragments.code(wording.command("rebuild --resume", _flags(record)))
        yield f"> {for_markdown(wording.held(record.hold))} {typed}"
    found = [one for one in record.findings if not (record.hold and one.rule == HELD)]
    yield from _findings(found, room)


def _findings(found: Sequence[Finding], room: int) -> list[str]:
    kept = fragments.fitting(
        (f"> {_message(wording.finding(one))}\n>\n> {_message(one.remedy)}" for one in found), room
    )
    rest = len(found) - len(kept)
    return [*kept, *([f"> {wording.more(rest)}"] if rest else [])]


def _message(text: str) -> str:
    """Return what may have several lines, such as a program's output, as one paragraph."""
    return for_markdown(fragments.cut(" ".join(text.split()), _MESSAGE))


def _since(record: Record, before: Record) -> list[str]:
    change = difference(before, record)
    sentence = for_markdown(wording.since(change, record.base.branch))
    shown = [_change(one) for one in change.changes[:_CHANGES]]
    rest = len(change.changes) - len(shown)
    if rest:
        typed = wording.command(f"diff {before.serial} {record.serial}", _flags(record))
        shown.append(f"- {fragments.more(rest, typed)}")
    return ["\n".join([sentence, "", *shown]) if shown else sentence]


def _change(change: Change) -> str:
    title = fragments.cut(change.title, _TITLE)
    return f"- {for_markdown(f'#{change.number} {title}: {wording.turned(change)}')}"


# --- who is in, waiting or out -------------------------------------------------------------------


def _groups(record: Record, room: int) -> list[str]:
    told: dict[str, str] = {}
    for title in _BY_IMPORTANCE:
        lines = [one for one in record.pull_requests if one.state in wording.GROUPS[title]]
        if lines:
            left = room - _sum(told.values())
            share = left if title == _BY_IMPORTANCE[-1] else left // 2
            told[title] = _group(title, lines, record, share)
    return [told[title] for title in wording.GROUPS if title in told]


def _group(title: str, lines: Sequence[Line], record: Record, room: int) -> str:
    heading = f"#### {title} ({len(lines)})"
    rows = fragments.fitting((_table_row(line) for line in lines), room - _FRAME)
    table = "\n".join([fragments.heads("Pull request", "Title", "By", "Why"), *rows])
    if len(rows) < len(lines):
        typed = wording.command(f"show {record.serial}", _flags(record))
        table += f"\n\n{fragments.more(len(lines) - len(rows), typed)}"
    if len(lines) < _FOLDED_FROM:
        return f"{heading}\n\n{table}"
    return f"{heading}\n\n{fragments.folded(wording.pull_requests(len(lines)), table)}"


def _table_row(line: Line) -> str:
    return fragments.row(
        (
            fragments.link(f"#{line.number}", line.url),
            for_markdown(fragments.cut(line.title, _TITLE)),
            for_markdown(line.author),
            _why(line),
        )
    )


def _why(line: Line) -> str:
    """Return the reason, with the names of checks in it leading to their runs."""
    why = fragments.cut(wording.reason(line) or "", _WHY)
    urls = {f"`{check.name}`": check.url for check in line.checks if check.url}
    if not urls:
        return for_markdown(why)
    names = "|".join(re.escape(name) for name in sorted(urls, key=len, reverse=True))
    parts = re.split(f"({names})", why)
    return "".join(
        fragments.link(part[1:-1], urls[part]) if part in urls else for_markdown(part)
        for part in parts
    )


def _pinned(record: Record, room: int) -> list[str]:
    lines = [line for line in record.pull_requests if line.pinned]
    if not lines:
        return []
    kept = fragments.fitting(
        (f"- {for_markdown(f'#{line.number}: {_paths(line.pinned)}')}" for line in lines), room
    )
    if len(kept) < len(lines):
        typed = wording.command(f"why {lines[len(kept)].number}", _flags(record))
        kept.append(f"- {fragments.more(len(lines) - len(kept), typed)}")
    return [f"#### {for_markdown(wording.left_as_on(record.base.branch))}", "\n".join(kept)]


def _paths(paths: Sequence[str]) -> str:
    more = len(paths) - _PINNED_PATHS
    shown = ", ".join(fragments.cut(path, _TITLE) for path in paths[:_PINNED_PATHS])
    return f"{shown} and {wording.more(more)}" if more > 0 else shown


# --- both sides of the conflicts -----------------------------------------------------------------


def _conflicts(record: Record, conflicts: Conflicts, room: int) -> list[str]:
    lines = [line for line in record.pull_requests if line.state is LineState.CONFLICTED]
    lines.sort(key=lambda line: line.number not in conflicts)
    told = (
        _conflict(record, line, conflicts[line.number])
        for line in lines
        if line.number in conflicts
    )
    kept = fragments.fitting(told, room)
    if not kept:
        return []
    if len(kept) < len(lines):
        typed = wording.command(f"why {lines[len(kept)].number}", _flags(record))
        kept.append(fragments.more(len(lines) - len(kept), typed))
    return [f"#### {wording.BOTH_SIDES}", *kept]


def _conflict(record: Record, line: Line, views: Sequence[ConflictView]) -> str:
    whom = sorted({number for view in views for number in view.with_})
    others = " and ".join(map(fragments.number, whom)) or "the base"
    title = f"{fragments.number(line.number)} with {others}"
    typed = wording.command(f"why {line.number}", _flags(record))
    return fragments.folded(title, fragments.both_sides(views, _ONE_CONFLICT, command=typed))


def _flags(record: Record) -> str:
    return "" if record.stage == DEFAULT_STAGE else f"--stage {shlex.quote(record.stage)}"


def _sum(parts: Iterable[str]) -> int:
    """Return the bytes of the parts with the empty lines between them."""
    return sum(fragments.size(part) + 2 for part in parts)
