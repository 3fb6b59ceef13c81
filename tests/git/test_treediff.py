from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.plans import LINK, PROGRAM, Entry
from understudy.core.errors import DamagedCacheError
from understudy.core.model import TreeSha
from understudy.git.objects import object_id
from understudy.git.treediff import ABSENT, ChangedPath, TreeDiff
from understudy.process import Coprocess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.git.stores import Files, Store
    from understudy.git.command import Git

EMPTY = TreeSha(object_id("tree", b"", like="0" * 40))


@pytest.fixture
def diff(git: Git) -> Iterator[TreeDiff]:
    opened = TreeDiff(git)
    yield opened
    opened.close()


def tree(store: Store, files: Files) -> TreeSha:
    return store.tree_of(store.commit(files))


def test_each_path_comes_with_what_both_trees_have(store: Store, diff: TreeDiff) -> None:
    before = tree(store, {"same": "1", "gone": "1", "changed": "1", "mode": "1", "d/deep/x": "1"})
    after = tree(
        store,
        {
            "same": "1",
            "changed": "2",
            "mode": Entry(b"1", PROGRAM),
            "d/deep/x": Entry(b"1", LINK),
            "new": "2",
        },
    )
    two, one, none = store.blob(b"2"), store.blob(b"1"), "0" * 40
    expected = [
        (b"changed", "100644", one, "100644", two),
        (b"d/deep/x", "100644", one, LINK, one),
        (b"gone", "100644", one, ABSENT, none),
        (b"mode", "100644", one, PROGRAM, one),
        (b"new", ABSENT, none, "100644", two),
    ]
    assert diff.changed(before, after) == [
        ChangedPath(path=path, mode_before=mode, blob_before=blob, mode=mode_after, blob=blob_after)
        for path, mode, blob, mode_after, blob_after in expected
    ]


def test_equal_trees_do_not_differ_even_where_git_has_lost_them(diff: TreeDiff) -> None:
    assert diff.changed(TreeSha("f" * 40), TreeSha("f" * 40)) == []


def test_the_empty_tree_needs_not_be_there(store: Store, diff: TreeDiff) -> None:
    full = tree(store, {"a": "1", "b/c": "2"})
    assert [entry.path for entry in diff.changed(EMPTY, full)] == [b"a", b"b/c"]
    assert [entry.mode for entry in diff.changed(full, EMPTY)] == [ABSENT, ABSENT]


ODD = [
    ".\n",
    "..\n",
    "a\n.\n",
    "\n.\n",
    "x/.\n",
    "y\n/.\n",
    ":100644 100644 a b M",
    "\n",
    "-",
    "--",
    " ",
    "\udcff\udcfe",
    '"quoted"',
    "tab\there",
]


@pytest.mark.parametrize("path", ODD)
def test_a_path_that_looks_like_the_mark_of_the_end_is_a_path(
    store: Store, diff: TreeDiff, path: str
) -> None:
    before, after = tree(store, {"k": "k"}), tree(store, {"k": "k", path: "1"})
    for _ in range(2):
        assert [entry.path for entry in diff.changed(before, after)] == [
            path.encode(errors="surrogateescape")
        ]


def test_all_odd_paths_at_once_in_pieces_of_any_size(
    store: Store, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = tree(store, {"k": "k"}), tree(store, {"k": "k", **dict.fromkeys(ODD, "1")})
    whole = None
    for size in (1 << 16, 1, 2, 3, 7):
        monkeypatch.setattr("understudy.process._READ", size)
        diff = TreeDiff(git)
        found = diff.changed(before, after)
        diff.close()
        whole = whole or found
        assert found == whole
    assert whole is not None
    assert len(whole) == len(ODD)


def test_no_path_of_those_looked_at_differs(store: Store, git: Git) -> None:
    diff = TreeDiff(git, pathspecs=[":(literal)d"])
    before, after = tree(store, {"a": "1", "d/x": "1"}), tree(store, {"a": "2", "d/x": "1"})
    assert diff.changed(before, after) == []
    also = tree(store, {"a": "1", "d/x": "2"})
    assert [entry.path for entry in diff.changed(before, also)] == [b"d/x"]
    diff.close()


def test_renames_are_not_followed(store: Store, diff: TreeDiff) -> None:
    changed = diff.changed(tree(store, {"a": "1"}), tree(store, {"b": "1"}))
    assert [(entry.path, entry.mode) for entry in changed] == [(b"a", ABSENT), (b"b", "100644")]


def test_many_paths_come_whole(store: Store, diff: TreeDiff) -> None:
    many: Files = {f"{n % 7}/{'long' * 20}/{n}": str(n) for n in range(3000)}
    assert len(diff.changed(tree(store, {"a": "1"}), tree(store, many))) == 3001


@pytest.mark.parametrize("which", ["a tree within", "the tree itself"])
def test_a_lost_tree_means_a_damaged_cache_at_once_trap_38(
    store: Store, diff: TreeDiff, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody should wait ten minutes for an answer that will not come.
    monkeypatch.setattr(Coprocess.read, "__defaults__", (2.0,))
    before, after = tree(store, {"d/a": "1"}), tree(store, {"d/a": "2"})
    store.lose(after if which == "the tree itself" else store.git("rev-parse", f"{after}:d"))
    with pytest.raises(DamagedCacheError):
        diff.changed(before, after)
