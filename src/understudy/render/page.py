"""A page: rows of toned text, the same on a terminal, in a pipe and in a test.

Spans may hold anything; they are made harmless where they are written out.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from understudy.render.untrusted import visible


class Tone(enum.Enum):
    """What a span means. Colours are the terminal's business."""

    PLAIN = "plain"
    TITLE = "title"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"
    QUIET = "quiet"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text with one tone."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Row:
    """One line. Where it must be broken, what follows is indented by `hang` columns."""

    spans: tuple[Span, ...] = ()
    hang: int = 0


Page = list[Row]


def row(*parts: Span | str, hang: int = 0) -> Row:
    """Make a row; bare text is plain."""
    return Row(tuple(Span(p) if isinstance(p, str) else p for p in parts), hang)


def indented(columns: int, *parts: Span | str) -> Row:
    """Make a row that starts, and goes on after a break, at the given column."""
    return row(" " * columns, *parts, hang=columns)


def plain(page: Page) -> str:
    """Return the page as text without colour, one unbroken line per row."""
    lines = ("".join(visible(span.text) for span in line.spans).rstrip() for line in page)
    return "".join(f"{line}\n" for line in lines)
