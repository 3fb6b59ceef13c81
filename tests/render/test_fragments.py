from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.parsed import parsed
from understudy.core.hunks import Hunk, Side
from understudy.core.model import ConflictKind, Reencryption
from understudy.core.why import ConflictView
from understudy.render import fragments

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/o/r/pull/12",
        "http://ci.example.org:8080/run?id=1&x=%20#step-2",
        "https://ci.example.org",
        "HTTPS://Example.org/a_b*c",
    ],
)
def test_a_clean_address_is_linked(url: str) -> None:
    assert parsed(fragments.link("lint", url)).links == {"lint": url}


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org/x",
        "/o/r/pull/12",
        "https://",
        "https://user@example.org/",
        "https://user:pass@example.org/",
        "https://example.org/a b",
        "https://example.org/)![x](y",
        "https://example.org/(a",
        'https://example.org/"onload=x',
        "https://example.org/'x",
        "https://example.org/<b>",
        "https://example.org/a|b",
        "https://example.org/a\\b",
        "https://example.org/`a`",
        "https://example.org/a\nb",
        "https://example.org/a\n",
        "https://example.org/\x00",
        "https://example.org/\u202e",
        "https://ex\u0430mple.org/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_no_other_address_is_linked(url: str | None) -> None:
    assert fragments.clean_url(url) is None
    assert parsed(fragments.link("lint", url)).links == {}


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_becomes_more_than_the_text_of_its_link(text: str, path: str) -> None:
    page = parsed(fragments.link(f"a{text}z", f"https://example.org/{path}"))

    assert page.is_well_formed()
    assert len(page.links) <= 1


@given(st.text(st.sampled_from("`~\n a<")))
def test_a_fence_holds_whatever_is_in_it(text: str) -> None:
    page = parsed(f"before\n\n{fragments.fenced(text)}\n\nafter")

    assert page.code == [f"{text.removesuffix(chr(10))}\n"]
    assert page.texts == ["before", "after"]


def test_a_block_of_code_shows_what_moves_the_cursor_and_cuts_long_lines() -> None:
    shown = fragments.fenced("a\tb\r\n\x1b[31m\u202e\n" + "x" * 1000)

    assert shown.splitlines()[1:3] == ["a   b\\r", "\\x1b[31m\\u202e"]
    assert len(shown.splitlines()[3]) == 400
    assert shown.splitlines()[3].endswith("x…")


@given(st.text(st.sampled_from("`a "), min_size=1))
def test_code_within_a_line_holds_whatever_is_in_it(text: str) -> None:
    page = parsed(f"a {fragments.code(f'x{text}y')} b")
    assert page.code == [f"x{text}y"]


def test_pieces_are_kept_whole_or_left_out() -> None:
    pieces = ["a" * 100] * 20

    assert fragments.fitting(pieces, 10_000) == pieces
    assert fragments.fitting(pieces, 1000) == pieces[:5]
    assert fragments.fitting(["日" * 100] * 20, 1000) == ["日" * 100]
    assert fragments.fitting(pieces, 0) == []


VIEW = ConflictView(
    path="a|b/`x`.yaml",
    kind=ConflictKind.CONTENT,
    with_=(4,),
    hunks=(
        Hunk(
            start_line=12,
            ours=Side(label="stage, with #4", text="image: x:1\n"),
            theirs=Side(label="#14", text="image: x:2 # ``` @bob\n"),
        ),
        Hunk(
            start_line=None,
            ours=Side(label="stage, with #4", text=None),
            theirs=Side(label="#14", text=""),
        ),
    ),
)


def test_trap_27_both_sides_of_a_conflict_are_shown() -> None:
    assert (
        fragments.both_sides([VIEW], 10_000, command="understudy why 14")
        == """\
**a\\|b/\\`x\\`\\.yaml \\(content, with \\#<!-- -->4\\)**

stage, with \\#<!-- -->4, line 12\\:

```
image: x:1
```

\\#<!-- -->14\\:

````
image: x:2 # ``` @bob
````

stage, with \\#<!-- -->4\\: *the file does not exist there, or is not text*

\\#<!-- -->14\\: *nothing*"""
    )


@pytest.mark.parametrize("kind", Reencryption)
def test_of_an_encrypted_file_no_cipher_text_is_shown(kind: Reencryption) -> None:
    told = fragments.both_sides([replace(VIEW, sops=kind)], 10_000, command="understudy why 14")

    assert "Both encrypted it anew with sops" in told
    assert "image:" not in told
    assert "more" not in told


def test_what_has_no_room_is_counted_and_the_command_that_shows_it_is_named() -> None:
    told = fragments.both_sides([VIEW] * 50, 2000, command="understudy why 14")

    assert fragments.size(told) <= 2000
    assert told.endswith("more: `understudy why 14`")
    assert parsed(told).is_well_formed()


def test_a_number_inside_html_is_no_link() -> None:
    folded = fragments.folded(fragments.number(4), "body")
    assert folded == "<details>\n<summary>#<!-- -->4</summary>\n\nbody\n\n</details>"
