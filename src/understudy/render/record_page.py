"""One record as a page: what became of the stage, who is in, waiting or out and why, what next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.guard import HELD
from understudy.core.record import DecisionWord, LineState, difference
from understudy.render import wording
from understudy.render.page import Page, Row, Span, Tone, indented, row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.record import Line, Record

STATE_TONES = {
    LineState.INCLUDED: Tone.GOOD,
    LineState.CONTAINED: Tone.GOOD,
    LineState.WAITING: Tone.WAITING,
    LineState.EXCLUDED: Tone.BAD,
    LineState.CONFLICTED: Tone.BAD,
    LineState.EVICTED: Tone.BAD,
}

_STATE_WIDTH = max(map(len, wording.STATE_WORDS.values()))


def record_page(
    record: Record, before: Record | None, *, flags: str = "", verbose: bool = False
) -> Page:
    """Tell of a record. `before` is the one it is compared with, `flags` go with each command."""
    page = [row(Span(wording.headline(record), Tone.TITLE))]
    page += [row(Span(wording.signature(record), Tone.QUIET))]
    page += _stands_against(record, flags)
    page += _groups(record)
    page += [row()] if before else []
    page += [row(wording.since(difference(before, record), record.base.branch))] if before else []
    page += _timings(record) if verbose else []
    page += _next_step(record, flags)
    return page


def _stands_against(record: Record, flags: str) -> Iterable[Row]:
    if record.hold:
        yield row()
        yield row(Span(wording.held(record.hold), Tone.WAITING))
        yield indented(4, Span(wording.command("rebuild --resume", flags), Tone.COMMAND))
    for found in record.findings:
        if record.hold and found.rule == HELD:
            continue
        yield row()
        yield row(Span(wording.finding(found), Tone.BAD))
        yield indented(4, found.remedy)


def _groups(record: Record) -> Iterable[Row]:
    if not record.pull_requests:
        yield row()
        yield row(wording.NOTHING_OPEN)
    width = max((len(str(line.number)) for line in record.pull_requests), default=0)
    for title, states in wording.GROUPS.items():
        lines = [line for line in record.pull_requests if line.state in states]
        if not lines:
            continue
        yield row()
        yield row(Span(f"{title} ({len(lines)})", Tone.TITLE))
        for line in lines:
            yield from _line(line, width)


def _line(line: Line, width: int) -> Iterable[Row]:
    number = f"#{line.number}".ljust(width + 1)
    word = wording.STATE_WORDS[line.state].ljust(_STATE_WIDTH)
    column = len(number) + len(word) + 6
    parts = ("  ", Span(number, Tone.TITLE), "  ", Span(word, STATE_TONES[line.state]), "  ")
    yield row(*parts, line.title, hang=column)
    why = wording.reason(line)
    if why:
        yield indented(column, Span(why, Tone.QUIET))


def _timings(record: Record) -> Iterable[Row]:
    yield row()
    yield row(f"Took {wording.duration(record.timings.total_ms)}")
    for phase, milliseconds in record.timings.phases.items():
        yield indented(2, f"{phase}: {wording.duration(milliseconds)}")


def _next_step(record: Record, flags: str) -> Iterable[Row]:
    out = wording.GROUPS["Out"]
    first = next(
        (line for line in record.pull_requests if line.state is LineState.CONFLICTED), None
    )
    first = first or next((line for line in record.pull_requests if line.state in out), None)
    # `why` reads what is recorded, and a dry run records nothing.
    if first and record.decision is not DecisionWord.DRY_RUN:
        yield row()
        typed = wording.command(f"why {first.number}", flags)
        yield row(f"Why is #{first.number} out?  ", Span(typed, Tone.COMMAND))
