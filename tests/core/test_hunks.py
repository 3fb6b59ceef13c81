from __future__ import annotations

import pytest

from understudy.core.hunks import hunks_in
from understudy.core.model import ConflictedFile, ConflictKind

Found = list[tuple[int | None, str | None, str | None]]


def found(merged: bytes | None, ours: bytes | None = b"", theirs: bytes | None = b"") -> Found:
    file = ConflictedFile(
        path="a",
        kind=ConflictKind.CONTENT,
        ours=ours,
        theirs=theirs,
        merged=merged,
        labels=("aa", "bb"),
    )
    hunks = hunks_in(file, ours="the base", theirs="#12")
    assert {(hunk.ours.label, hunk.theirs.label) for hunk in hunks} == {("the base", "#12")}
    return [(hunk.start_line, hunk.ours.text, hunk.theirs.text) for hunk in hunks]


SIMPLE = b"1\n<<<<<<< aa\nours\n=======\ntheirs\n>>>>>>> bb\n3\n"
TWO = SIMPLE + b"4\n<<<<<<< aa\n=======\nadded\n>>>>>>> bb\n"
TABLE: dict[str, tuple[bytes, bytes, bytes, Found]] = {
    "one": (SIMPLE, b"1\nours\n3\n", b"1\ntheirs\n3\n", [(2, "ours\n", "theirs\n")]),
    "two, lines counted on the left": (
        TWO,
        b"1\nours\n3\n4\n",
        b"1\ntheirs\n3\n4\nadded\n",
        [(2, "ours\n", "theirs\n"), (5, "", "added\n")],
    ),
    "a file renamed on one side, which git names behind the label": (
        SIMPLE.replace(b" aa", b" aa:name").replace(b" bb", b" bb:other"),
        b"1\nours\n3\n",
        b"1\ntheirs\n3\n",
        [(2, "ours\n", "theirs\n")],
    ),
    "carriage returns": (
        SIMPLE.replace(b"\n", b"\r\n"),
        b"1\r\nours\r\n3\r\n",
        b"1\r\ntheirs\r\n3\r\n",
        [(2, "ours\r\n", "theirs\r\n")],
    ),
    "no newline at the end": (
        b"<<<<<<< aa\nours\n=======\ntheirs\n>>>>>>> bb\n",
        b"ours",
        b"theirs",
        [(1, "ours\n", "theirs\n")],
    ),
    "not utf-8": (
        SIMPLE.replace(b"ours", b"\xff"),
        b"1\n\xff\n3\n",
        b"1\ntheirs\n3\n",
        [(2, "\ufffd\n", "theirs\n")],
    ),
    "a heading underlined like the middle": (
        b"<<<<<<< aa\nOur own\n=======\nx\n=======\ntheirs\n>>>>>>> bb\n",
        b"Our own\n=======\nx\n",
        b"theirs\n",
        [(1, "Our own\n=======\nx\n", "theirs\n")],
    ),
    "their heading underlined like the middle": (
        b"<<<<<<< aa\nours\n=======\nTheirs!\n=======\nx\n>>>>>>> bb\n",
        b"ours\n",
        b"Theirs!\n=======\nx\n",
        [(1, "ours\n", "Theirs!\n=======\nx\n")],
    ),
    "a text about markers, outside of the hunk": (
        b"<<<<<<< HEAD\nexample\n=======\n>>>>>>> x\n" + SIMPLE,
        b"<<<<<<< HEAD\nexample\n=======\n>>>>>>> x\n1\nours\n3\n",
        b"<<<<<<< HEAD\nexample\n=======\n>>>>>>> x\n1\ntheirs\n3\n",
        [(6, "ours\n", "theirs\n")],
    ),
    "a lone carriage return is no line": (
        b"a\rb\n" + SIMPLE,
        b"a\rb\n1\nours\n3\n",
        b"a\rb\n1\ntheirs\n3\n",
        [(3, "ours\n", "theirs\n")],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_each_place_shows_both_sides_trap_27(case: str) -> None:
    merged, ours, theirs, expected = TABLE[case]
    assert found(merged, ours, theirs) == expected


def test_what_is_deleted_on_one_side_shows_the_other_whole() -> None:
    assert found(b"kept\n", b"kept\n", None) == [(None, "kept\n", None)]
    assert found(b"kept\n", None, b"kept\n") == [(None, None, "kept\n")]
    assert found(None, None, None) == [(None, None, None)]


def test_what_is_no_text_is_not_shown() -> None:
    assert found(b"\0ours", b"\0ours", b"\0theirs") == [(None, None, None)]


def test_without_markers_both_sides_are_shown_whole() -> None:
    assert found(b"no markers\n", b"ours\n", b"theirs\n") == [(None, "ours\n", "theirs\n")]
    longer = b"<<<<<<<<<< aa\nours\n==========\ntheirs\n>>>>>>>>>> bb\n"
    assert found(longer, b"ours\n", b"theirs\n") == [(None, "ours\n", "theirs\n")]


def test_a_long_side_is_cut_and_says_by_how_much() -> None:
    ours = "".join(f"{n}\n" for n in range(300)).encode()
    merged = b"<<<<<<< aa\n" + ours + b"=======\nx\n>>>>>>> bb\n"
    ((_, shown, _),) = found(merged, ours, b"x\n")
    assert shown is not None
    assert shown.splitlines()[199:] == ["199", "… 100 more lines"]
