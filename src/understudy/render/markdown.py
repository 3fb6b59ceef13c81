"""A record as Markdown, for a step summary or a comment. Everything shown goes through escaping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.guard import HELD
from understudy.core.record import difference
from understudy.render import wording
from understudy.render.untrusted import for_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.record import Line, Record


def summary(record: Record, before: Record | None) -> str:
    """Return a whole document: headline, findings, one table of all pull requests, what changed."""
    parts = [f"### {for_markdown(wording.headline(record))}", _signature(record)]
    parts += [f"> {for_markdown(line)}" for line in _warnings(record)]
    if record.pull_requests:
        parts.append("\n".join(_table(record)))
    else:
        parts.append(wording.NOTHING_OPEN)
    if before:
        parts.append(for_markdown(wording.since(difference(before, record), record.base.branch)))
    return "\n\n".join(parts) + "\n"


def _signature(record: Record) -> str:
    return for_markdown(wording.signature(record))


def _warnings(record: Record) -> Iterable[str]:
    if record.hold:
        yield f"{wording.held(record.hold)} {wording.command('rebuild --resume')}"
    for found in record.findings:
        if not (record.hold and found.rule == HELD):
            yield f"{wording.finding(found)} {found.remedy}"


def _table(record: Record) -> Iterable[str]:
    yield "| Pull request | Title | State | Why |"
    yield "| --- | --- | --- | --- |"
    for states in wording.GROUPS.values():
        for line in record.pull_requests:
            if line.state in states:
                yield _table_row(line)


def _table_row(line: Line) -> str:
    cells = (f"#{line.number}", line.title, wording.STATE_WORDS[line.state], wording.reason(line))
    return "| " + " | ".join(for_markdown(cell or "") for cell in cells) + " |"
