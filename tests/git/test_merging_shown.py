from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.git.folding import engine
from tests.git.stores import Store, lines, request
from tests.plans import SUBMODULE, Entry
from understudy.core.hunks import hunks_in
from understudy.core.model import AlreadyIncluded

if TYPE_CHECKING:
    from understudy.git.command import Git


def test_both_sides_of_a_conflict_and_the_markers_are_shown(store: Store, git: Git) -> None:
    root = store.commit({"f": lines(3), "gone": "1\n", "m": Entry(b"1" * 40, SUBMODULE)})
    base = store.commit(
        {"f": lines(3, line2="ours"), "gone": "2\n", "m": Entry(b"2" * 40, SUBMODULE)}, root
    )
    head = store.commit({"f": lines(3, line2="theirs"), "m": Entry(b"3" * 40, SUBMODULE)}, root)
    with engine(store, git, base, [head]) as merger:
        shown = {
            file.path: file
            for file in merger.conflicted_files(store.revision(base), request(1, head))
        }
    assert shown.keys() == {"f", "gone", "m"}
    assert (shown["f"].ours, shown["f"].theirs) == (
        lines(3, line2="ours").encode(),
        lines(3, line2="theirs").encode(),
    )
    assert shown["f"].merged is not None
    assert re.sub(rb"[0-9a-f]{40}", b"SHA", shown["f"].merged).decode() == (
        "line 1\n<<<<<<< SHA\nours\n=======\ntheirs\n>>>>>>> SHA\nline 3\n"
    )
    assert (shown["gone"].ours, shown["gone"].theirs) == (b"2\n", None)
    assert (shown["m"].ours, shown["m"].theirs, shown["m"].merged) == (None, None, None)


@pytest.mark.parametrize("path", ["two\nlines", "carriage\r", "with space", "\udcff"])
def test_conflicts_on_odd_paths_are_shown_as_any_other(store: Store, git: Git, path: str) -> None:
    root = store.commit({path: lines(3), "carriage": "another file"})
    base = store.commit({path: lines(3, line2="ours"), "carriage": "another file"}, root)
    head = store.commit({path: lines(3, line2="theirs"), "carriage": "another file"}, root)
    with engine(store, git, base, [head]) as merger:
        (shown,) = merger.conflicted_files(store.revision(base), request(1, head))
    assert shown.ours == lines(3, line2="ours").encode()
    assert shown.merged is not None
    assert b"<<<<<<< " in shown.merged


def test_only_the_place_in_question_is_shown_of_a_file_renamed_on_one_side_trap_27(
    store: Store, git: Git
) -> None:
    root = store.commit({"old": lines(20)})
    base = store.commit({"new": lines(20, line3="ours")}, root)
    head = store.commit({"old": lines(20, line3="theirs")}, root)
    with engine(store, git, base, [head]) as merger:
        (shown,) = merger.conflicted_files(store.revision(base), request(1, head))
    (hunk,) = hunks_in(shown, ours="the base", theirs="#1")
    assert (hunk.start_line, hunk.ours.text, hunk.theirs.text) == (3, "ours\n", "theirs\n")


def test_touched_are_all_paths_that_differ_written_as_text(store: Store, git: Git) -> None:
    before = store.commit({"a": "1", "b": "1", "\udcff": "1"})
    after = store.commit({"a": "2", "moved": "1", "\udcff": "2"})
    with engine(store, git, before, []) as merger:
        touched = merger.touched(store.tree_of(before), store.tree_of(after))
    assert touched == {"a", "b", "moved", '"\\377"'}


def test_trying_a_merge_out_does_not_count_as_merged(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    head = store.commit({"a": "2"}, base)
    left = store.revision(base)
    with engine(store, git, base, [head]) as merger:
        tried = merger.try_merge(left, request(1, head))
        assert merger.merge(left, request(1, head)) == tried
        assert merger.merge(left, request(1, head)) == AlreadyIncluded(in_base=False)
