from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render import samples
from understudy.core.record import LineState
from understudy.render.markdown import summary
from understudy.render.page import plain
from understudy.render.record_page import record_page
from understudy.render.terminal import draw
from understudy.render.untrusted import for_markdown, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Add ntfy: été, 日本, 🎉", "Add ntfy: été, 日本, 🎉", id="harmless"),
        pytest.param("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", id="ANSI colour"),
        pytest.param("\x1b]0;title\x07", "\\x1b]0;title\\x07", id="terminal title"),
        pytest.param("\x9b2J", "\\x9b2J", id="C1 control"),
        pytest.param("a\rb\nc\td\x08", "a\\rb\\nc\\td\\x08", id="cursor"),
        pytest.param("abc\u202ecba", "abc\\u202ecba", id="bidi override"),
        pytest.param("a\u2066b\u2069", "a\\u2066b\\u2069", id="bidi isolate"),
        pytest.param("a\u200bb\ufeff", "a\\u200bb\\ufeff", id="zero width"),
        pytest.param("a\u2028b", "a\\u2028b", id="line separator"),
        pytest.param("a\U000e0041", "a\\U000e0041", id="invisible tag"),
        pytest.param("a\udcff", "a\\udcff", id="lone surrogate"),
        pytest.param("👩\u200d🚀", "👩\u200d🚀", id="joined emoji"),
    ],
)
def test_what_moves_the_cursor_or_hides_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Add ntfy", "Add ntfy", id="harmless"),
        pytest.param("<img src=x>&amp;", "&lt;img src=x&gt;&amp;amp;", id="HTML"),
        pytest.param("a | b", "a \\| b", id="table"),
        pytest.param("`x` *y* _z_", "\\`x\\` \\*y\\* \\_z\\_", id="marks"),
        pytest.param("[a](b)", "\\[a\\]\\(b\\)", id="link"),
        pytest.param("ping @alice", "ping @<!-- -->alice", id="trap 26: mention"),
        pytest.param("fixes #1", "fixes \\#<!-- -->1", id="trap 26: closing word"),
        pytest.param("o/r#1", "o/r\\#<!-- -->1", id="trap 26: other repository"),
        pytest.param("GH-12", "GH\\-<!-- -->12", id="trap 26: GH"),
        pytest.param("https://x.org", "https\\://<!-- -->x\\.org", id="address"),
        pytest.param("a\n# b", "a\\\\n\\# b", id="new line"),
    ],
)
def test_markdown_shows_it_and_does_nothing(text: str, shown: str) -> None:
    assert for_markdown(text) == shown


ANY_TEXT = st.text(st.characters(codec=None))
HARMFUL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@given(ANY_TEXT)
def test_no_text_reaches_a_terminal_with_a_control_character(text: str) -> None:
    record = samples.record(
        pull_requests=(
            samples.line(1, LineState.CONFLICTED, text, author=text, head_ref=text, detail=text),
        )
    )
    page = record_page(record, None)
    stream = io.StringIO()
    draw(page, stream)

    for told in (plain(page), stream.getvalue()):
        assert not HARMFUL.search(told)


@given(ANY_TEXT)
def test_no_text_leaves_its_table_cell_or_acts_on_the_forge(text: str) -> None:
    """Trap 26."""
    record = samples.record(pull_requests=(samples.line(1, LineState.WAITING, text, detail=text),))

    rows = [line for line in summary(record, None).split("\n") if line.startswith("| ")]

    assert len(rows) == 3
    assert len(re.findall(r"(?<!\\)\|", rows[2])) == 5
    assert not re.search(r"[@#]\w", rows[2])
    assert set(re.findall(r"<[^>]*>", rows[2])) <= {"<!-- -->"}
