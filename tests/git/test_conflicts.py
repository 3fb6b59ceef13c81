from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.git.stores import lines
from tests.plans import FILE, LINK, PROGRAM, SUBMODULE, Entry
from understudy.core.model import ConflictKind
from understudy.git.conflicts import (
    Answer,
    IncompleteAnswerError,
    parse_answer,
    unmerged,
)

if TYPE_CHECKING:
    from tests.git.stores import Files, Store

BINARY = b"\0\1\2"
LEFT, HEAD = "a" * 40, "b" * 40
TREE = b"c" * 40


def said(store: Store, left: str, head: str) -> bytes:
    asked = f"{left} {head}\n".encode()
    return store.raw("merge-tree", "--write-tree", "--stdin", "-z", "--messages", stdin=asked)


def three(store: Store, base: Files, ours: Files, theirs: Files) -> tuple[str, str]:
    root = store.commit(base)
    return store.commit(ours, root), store.commit(theirs, root)


def submodule(letter: str) -> Entry:
    return Entry(letter.encode() * 40, SUBMODULE)


TEXT = lines(10)
SITUATIONS: dict[str, tuple[Files, Files, Files, dict[bytes, ConflictKind]]] = {
    "clean": ({"a": TEXT}, {"a": TEXT, "b": "b"}, {"a": TEXT, "c": "c"}, {}),
    "content": (
        {"a": TEXT},
        {"a": lines(10, line5="ours")},
        {"a": lines(10, line5="theirs")},
        {b"a": ConflictKind.CONTENT},
    ),
    "add/add": (
        {"x": "x"},
        {"x": "x", "a": "ours\n"},
        {"x": "x", "a": "theirs\n"},
        {b"a": ConflictKind.ADD_ADD},
    ),
    "modify/delete": (
        {"a": TEXT, "x": "x"},
        {"a": lines(10, line5="ours"), "x": "x"},
        {"x": "x"},
        {b"a": ConflictKind.MODIFY_DELETE},
    ),
    "rename/delete": (
        {"a": TEXT, "x": "x"},
        {"moved": TEXT, "x": "x"},
        {"x": "x"},
        {b"moved": ConflictKind.RENAME_DELETE},
    ),
    "rename/rename": (
        {"a": TEXT},
        {"one": TEXT},
        {"two": TEXT},
        {
            b"a": ConflictKind.RENAME_RENAME,
            b"one": ConflictKind.RENAME_RENAME,
            b"two": ConflictKind.RENAME_RENAME,
        },
    ),
    "binary": (
        {"a": BINARY},
        {"a": BINARY + b"1"},
        {"a": BINARY + b"2"},
        {b"a": ConflictKind.BINARY},
    ),
    "file/directory": (
        {"x": "x"},
        {"x": "x", "a": "a file"},
        {"x": "x", "a/b": "in a directory"},
        {b"a": ConflictKind.FILE_DIRECTORY},
    ),
    "kinds of file": (
        {"x": "x"},
        {"x": "x", "a": "a file"},
        {"x": "x", "a": Entry(b"target", LINK)},
        {b"a": ConflictKind.MODE},
    ),
    "modes": (
        {"a": TEXT},
        {"a": Entry(lines(10, line5="ours").encode(), PROGRAM)},
        {"a": Entry(lines(10, line5="theirs").encode(), FILE)},
        {b"a": ConflictKind.CONTENT},
    ),
    "submodule": (
        {"s": submodule("1")},
        {"s": submodule("2")},
        {"s": submodule("3")},
        {b"s": ConflictKind.SUBMODULE},
    ),
    "odd path": (
        {'\n"\udcff ': TEXT},
        {'\n"\udcff ': lines(10, line5="ours")},
        {'\n"\udcff ': lines(10, line5="theirs")},
        {b'\n"\xff ': ConflictKind.CONTENT},
    ),
    "a directory split in two": (
        {f"d/{n}": lines(10) + str(n) for n in range(4)},
        {f"{'xy'[n % 2]}/{n}": lines(10) + str(n) for n in range(4)},
        {**{f"d/{n}": lines(10) + str(n) for n in range(4)}, "d/new": "new"},
        {b"d": ConflictKind.DIRECTORY_RENAME},
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_each_situation_has_the_kind_that_git_gives_it(store: Store, situation: str) -> None:
    base, ours, theirs, expected = SITUATIONS[situation]
    left, head = three(store, base, ours, theirs)
    answer, _ = parse_answer(said(store, left, head))
    assert answer.clean == (not expected)
    assert unmerged(answer, labels=(left, head)) == expected


@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_answer_cut_anywhere_is_incomplete_and_never_wrong(store: Store, situation: str) -> None:
    left, head = three(store, *SITUATIONS[situation][:3])
    whole = said(store, left, head)
    answer, used = parse_answer(whole)
    assert used == len(whole)
    for cut in range(len(whole)):
        with pytest.raises(IncompleteAnswerError):
            parse_answer(whole[:cut])
    assert parse_answer(whole + whole) == (answer, used)
    assert whole.endswith(b"\0")


FIELD = st.binary(min_size=1, max_size=6).map(lambda text: text.replace(b"\0", b"\n"))


@given(
    paths=st.lists(FIELD, max_size=3),
    messages=st.lists(st.tuples(st.lists(FIELD, min_size=1, max_size=3), FIELD, FIELD), max_size=3),
)
def test_whatever_paths_and_messages_hold_a_cut_answer_is_incomplete(
    paths: list[bytes], messages: list[tuple[list[bytes], bytes, bytes]]
) -> None:
    whole = b"0\0" + TREE + b"\0"
    whole += b"".join(b"100644 %s 2\t%s\0" % (TREE, path) for path in paths) + b"\0"
    for about, kind, text in messages:
        whole += b"\0".join([str(len(about)).encode(), *about, kind, text]) + b"\0"
    whole += b"\0"
    answer, used = parse_answer(whole)
    assert used == len(whole)
    assert [entry.path for entry in answer.entries] == paths
    assert [(list(m.paths), m.kind) for m in answer.messages] == [(a, k) for a, k, _ in messages]
    for cut in range(len(whole)):
        with pytest.raises(IncompleteAnswerError):
            parse_answer(whole[:cut])


def answer_on(*paths: bytes) -> Answer:
    listed = b"".join(b"100644 %s 2\t%s\0" % (TREE, path) for path in paths)
    return parse_answer(b"0\0" + TREE + b"\0" + listed + b"\0\0")[0]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (b"a", b"a"),
        (b"d/a~" + LEFT.encode(), b"d/a"),
        (b"d/a~" + HEAD.encode(), b"d/a"),
        (b"a~" + HEAD.encode() + b"_0", b"a"),
        (b"a~" + HEAD.encode() + b"_12", b"a"),
        (b"a~HEAD", b"a~HEAD"),
        (b"a~" + b"c" * 40, b"a~" + b"c" * 40),
        (b"a~" + HEAD.encode() + b"_x", b"a~" + HEAD.encode() + b"_x"),
        (b"a~" + HEAD.encode() + b"\n", b"a~" + HEAD.encode() + b"\n"),
    ],
)
def test_the_label_with_which_git_sets_a_path_aside_is_taken_away(path: bytes, name: bytes) -> None:
    assert list(unmerged(answer_on(path), labels=(LEFT, HEAD))) == [name]


def test_a_path_set_aside_twice_gets_a_number_that_is_taken_away_too(store: Store) -> None:
    root = store.commit({"x": "x"})
    left = store.commit({"x": "x", "a": "a file"}, root)
    # `a` has to make room for a directory, and the name it would get is taken already.
    head = store.commit({"x": "x", "a/b": "b", f"a~{left}": "taken"}, root)
    answer, _ = parse_answer(said(store, left, head))
    assert {entry.path for entry in answer.entries} == {b"a~%s_0" % left.encode()}
    assert unmerged(answer, labels=(left, head)) == {b"a": ConflictKind.FILE_DIRECTORY}


def test_a_split_directory_leaves_nothing_unmerged_yet_is_named(store: Store) -> None:
    left, head = three(store, *SITUATIONS["a directory split in two"][:3])
    answer, _ = parse_answer(said(store, left, head))
    assert not answer.clean
    assert answer.entries == ()
    assert unmerged(answer, labels=(left, head))
