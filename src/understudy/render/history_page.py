"""Several records as a page: the log, and the difference of two."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from understudy.core.record import DecisionWord, difference
from understudy.render import wording
from understudy.render.page import Page, Row, Span, Tone, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.record import Change, Record

_DECISION_TONES = {
    DecisionWord.PUBLISHED: Tone.GOOD,
    DecisionWord.UNCHANGED: Tone.QUIET,
    DecisionWord.WITHHELD: Tone.WAITING,
    DecisionWord.REFUSED: Tone.BAD,
    DecisionWord.DRY_RUN: Tone.QUIET,
}


def log_page(records: Sequence[Record], *, limit: int) -> Page:
    """List records, newest first, one a row. One more than `limit` shows what the last changed."""
    pairs = list(zip_longest(records, records[1:]))[:limit]
    if not pairs:
        return [row(wording.NO_RECORD)]
    width = len(str(records[0].serial))
    deltas = [wording.delta(difference(before, record)) for record, before in pairs]
    column = max(map(len, deltas))
    return [
        _entry(record, delta.ljust(column), width=width)
        for (record, _), delta in zip(pairs, deltas, strict=True)
    ]


def _entry(record: Record, delta: str, *, width: int) -> Row:
    decision = record.decision.value.ljust(len("published"))
    return row(
        Span(str(record.serial).rjust(width), Tone.TITLE),
        f"  {wording.when(record.at)}  ",
        Span(decision, _DECISION_TONES[record.decision]),
        f"  {record.base.branch} {wording.short(record.base.sha)}  {delta}  ",
        Span(wording.circumstances(record), Tone.QUIET),
    )


def difference_page(before: Record, after: Record) -> Page:
    """Tell what changed from one record to another, pull request by pull request."""
    change = difference(before, after)
    page = [row(Span(wording.compared(change), Tone.TITLE))]
    page += [row(line) for line in wording.moved(before, after)]
    page += [row()] if change.changes else []
    number = max((len(str(one.number)) for one in change.changes), default=0) + 1
    turned = max((len(wording.turned(one)) for one in change.changes), default=0)
    return [*page, *(_changed(one, number=number, turned=turned) for one in change.changes)]


def _changed(change: Change, *, number: int, turned: int) -> Row:
    columns = f"  {f'#{change.number}'.ljust(number)}  {wording.turned(change).ljust(turned)}  "
    return row(columns, change.title, hang=len(columns))
