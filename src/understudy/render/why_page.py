"""Everything about one pull request as a page, in the order in which people ask (trap 27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.record import LineState
from understudy.render import advice, wording
from understudy.render.page import Page, Row, Span, Tone, indented, row
from understudy.render.record_page import STATE_TONES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.hunks import Hunk, Side
    from understudy.core.record import Line
    from understudy.core.why import ConflictView, Explanation

_COLUMN = 24
_TAB = 4


def why_page(explanation: Explanation, *, flags: str = "") -> Page:
    """Tell of one pull request. `flags` go with each command."""
    line = explanation.line
    page = [*_title(line), row()]
    page += _answers(explanation)
    for conflict in explanation.conflicts:
        page += [row(), *_conflict(conflict)]
    page += _way_in(explanation, flags)
    return page


def _title(line: Line) -> Iterable[Row]:
    yield row(Span(f"#{line.number} {line.title}", Tone.TITLE))
    yield row(Span(wording.origin(line), Tone.QUIET))
    if line.url:
        yield row(Span(line.url, Tone.QUIET))


def _answers(explanation: Explanation) -> Iterable[Row]:
    line, record = explanation.line, explanation.record
    base = record.base.branch
    yield _answer("State", advice.stands(line, record), tone=STATE_TONES[line.state])
    why = wording.reason(line)
    if why:
        yield _answer("Reason", why)
    yield from _listed("Checks", [wording.check(check) for check in line.checks] or ["none"])
    yield _answer(f"Conflict with {base}?", advice.conflict_with_base(line, base))
    others = advice.conflict_with_others(line, record)
    yield from _listed("Conflict with others?", others or [advice.no_conflict_with_others(line)])
    if line.pinned:
        yield from _listed(f"Left as on {base}", list(line.pinned))
    if explanation.blocks:
        yield _answer("Blocks", advice.blocks(explanation.blocks))


def _answer(question: str, answer: str, *, tone: Tone = Tone.PLAIN) -> Row:
    return row(question.ljust(_COLUMN), Span(answer, tone), hang=_COLUMN)


def _listed(question: str, answers: list[str]) -> Iterable[Row]:
    for index, answer in enumerate(answers):
        yield _answer("" if index else question, answer)


def _conflict(conflict: ConflictView) -> Iterable[Row]:
    yield row(Span(wording.place(conflict.path, conflict.kind, whom=conflict.with_), Tone.TITLE))
    if conflict.sops:
        yield indented(2, advice.REENCRYPTED[conflict.sops])
        return
    for hunk in conflict.hunks:
        yield from _hunk(hunk)


def _hunk(hunk: Hunk) -> Iterable[Row]:
    if hunk.start_line is not None:
        yield indented(2, Span(f"line {hunk.start_line}", Tone.QUIET))
    yield from _side(hunk.ours, Tone.WAITING)
    yield from _side(hunk.theirs, Tone.GOOD)


def _side(side: Side, tone: Tone) -> Iterable[Row]:
    yield indented(2, f"{side.label}:")
    if side.text is None:
        yield indented(4, Span(advice.NOT_THERE, Tone.QUIET))
        return
    text = side.text.removesuffix("\n")
    if not text:
        yield indented(4, Span(advice.EMPTY, Tone.QUIET))
        return
    for line in text.split("\n"):
        yield indented(4, Span(f"| {line.expandtabs(_TAB)}", tone))


def _way_in(explanation: Explanation, flags: str) -> Iterable[Row]:
    line, record = explanation.line, explanation.record
    if explanation.would_be_in_without:
        yield row()
        yield row(advice.would_be_in_without(explanation.would_be_in_without))
    if line.state is LineState.INCLUDED and not line.reason:
        return
    step = advice.would_let_in(line, record, flags=flags)
    if step:
        yield row()
        yield row(step.sentence)
    if step and step.command:
        yield indented(4, Span(step.command, Tone.COMMAND))
