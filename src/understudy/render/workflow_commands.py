"""A record as the log of a GitHub Actions step: groups, and a few annotations.

The runner takes lines of the log for commands: no text of others may become one.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core.guard import HELD
from understudy.core.record import difference
from understudy.render import wording
from understudy.render.untrusted import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.core.answers import Report
    from understudy.core.decisions import Finding
    from understudy.core.record import Line, Record

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""

_LISTED = 5
_LONGEST = 4000
_OLD_FORM = re.compile(r"##(?=\[)")
"""`##[set-output name=x]y` is a command too, and that anywhere in a line."""

_NEW_FORM = re.compile(r"(?:^|(?<=\r))[^\S\r\n]*(?=::)", re.MULTILINE)
"""`::set-output name=x::y` is one at the beginning of a line, after any white space."""


def notice(message: str, *, title: str) -> str:
    return _annotation("notice", message, title)


def warning(message: str, *, title: str, file: str = "") -> str:
    return _annotation("warning", message, title, file=file)


def error(message: str, *, title: str, file: str = "") -> str:
    """Return an annotation, shown at a file of the repository if one is named."""
    return _annotation("error", message, title, file=file)


def log_line(text: str) -> str:
    """Return the text as one line of the log that the runner takes for no command."""
    return without_commands(visible(text))


def without_commands(text: str) -> str:
    """Return text of any number of lines in which the runner finds no command."""
    return _NEW_FORM.sub(r"\\", _OLD_FORM.sub("# #", text))


def group(title: str, lines: Iterable[str]) -> list[str]:
    """Return lines that the log folds under a title."""
    return [f"::group::{_data(title)}", *map(log_line, lines), "::endgroup::"]


def log(record: Record, before: Record | None, report: Report | None = None) -> list[str]:
    """Return the lines that tell of a record."""
    lines = [notice(_headline(record), title="understudy")]
    lines += [log_line(wording.signature(record))]
    if before:
        lines += [log_line(wording.since(difference(before, record), record.base.branch))]
    for title, states in wording.GROUPS.items():
        told = [line for line in record.pull_requests if line.state in states]
        if told:
            shown = (said for line in told for said in _line(line))
            lines += group(f"{title} ({len(told)})", shown)
    lines += _errors(record)
    if report and report.unsent:
        lines += [_unsent(report.unsent, record)]
    return lines


def _headline(record: Record) -> str:
    if not record.hold:
        return wording.headline(record)
    typed = wording.command("rebuild --resume")
    return f"{wording.headline(record)}\n{wording.held(record.hold)} {typed}"


def _line(line: Line) -> Iterable[str]:
    yield f"#{line.number} {wording.STATE_WORDS[line.state]}: {line.title}"
    why = wording.reason(line)
    if why:
        yield f"    {why}"


def _errors(record: Record) -> Iterable[str]:
    found = [one for one in record.findings if one.rule != HELD]
    shown = found if len(found) <= MOST else found[: MOST - 1]
    for one in shown:
        yield error(_found(one), title=f"{record.stage}: {one.rule}")
    if len(shown) < len(found):
        yield error(wording.more(len(found) - len(shown)), title=record.stage)


def _unsent(found: Sequence[Finding], record: Record) -> str:
    told = [_found(one) for one in found[:_LISTED]]
    rest = len(found) - len(told)
    said = "\n".join([*told, *([wording.more(rest)] if rest else [])])
    return warning(said, title=f"{record.stage}: {wording.UNSENT}")


def _found(one: Finding) -> str:
    return f"{wording.finding(one)}\n{one.remedy}"


# --- the runner's escaping -----------------------------------------------------------------------


def _annotation(kind: str, message: str, title: str, *, file: str = "") -> str:
    place = f"file={_property(file)}," if file else ""
    return f"::{kind} {place}title={_property(title)}::{_data(message[:_LONGEST])}"


def _data(text: str) -> str:
    lines = (without_commands(visible(line)) for line in text.splitlines())
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    line = without_commands(visible(" ".join(text.split())))
    return line.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
