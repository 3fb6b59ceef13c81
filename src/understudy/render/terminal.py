"""Pages drawn on a terminal: colour, and breaks at its width. Rich is loaded only here.

Rich's markup is never used: text of others cannot style anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from understudy.render.page import Tone
from understudy.render.untrusted import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from understudy.render.page import Page, Row

_STYLES = {
    Tone.PLAIN: "",
    Tone.TITLE: "bold",
    Tone.GOOD: "green",
    Tone.WAITING: "yellow",
    Tone.BAD: "red",
    Tone.QUIET: "dim",
    Tone.COMMAND: "cyan",
}


def draw(page: Page, stream: TextIO) -> None:
    """Write the page. Rich leaves colour out where `NO_COLOR` or `TERM=dumb` asks for it."""
    from rich.console import Console

    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    for line in page:
        console.print(_broken(line, console), soft_wrap=True)


def _broken(line: Row, console: Console) -> Text:
    from rich.text import Text

    text = Text.assemble(*((visible(span.text), _STYLES[span.tone]) for span in line.spans))
    text.rstrip()
    if text.cell_len <= console.width or console.width <= 2 * line.hang:
        return text
    head, tail = text.divide([line.hang]) if line.hang else (Text(), text)
    pieces = tail.wrap(console, console.width - line.hang)
    for piece in pieces:
        piece.rstrip()
    return Text.assemble(head, Text("\n" + " " * line.hang).join(pieces))
