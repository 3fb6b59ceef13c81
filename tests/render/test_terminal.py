from __future__ import annotations

import io

import pytest

from understudy.render.page import Span, Tone, indented, row
from understudy.render.terminal import draw


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def test_what_is_too_long_goes_on_below_its_column() -> None:
    stream = io.StringIO()

    draw([row("  #1  in  ", "one two three four five", hang=10), row("end")], stream)

    assert (
        stream.getvalue()
        == """\
  #1  in  one two three
          four five
end
"""
    )


def test_a_terminal_gets_colour() -> None:
    stream = Terminal()

    draw([indented(2, Span("in", Tone.GOOD))], stream)

    assert stream.getvalue() == "  \x1b[32min\x1b[0m\n"


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()

    draw([indented(2, Span("in", Tone.GOOD))], stream)

    assert stream.getvalue() == "  in\n"


def test_markup_of_others_is_only_text() -> None:
    stream = io.StringIO()

    draw([row("[red]x[/red] :tada:")], stream)

    assert stream.getvalue() == "[red]x[/red] :tada:\n"
