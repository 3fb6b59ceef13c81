from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.plans import PROGRAM, Entry
from understudy.git.pins import PinnedPaths, restored
from understudy.git.treediff import TreeDiff

if TYPE_CHECKING:
    from tests.git.stores import Files, Store
    from understudy.core.model import TreeSha
    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader

YES, NO = True, False
PATTERNS = [
    (".github/workflows/**", ".github/workflows/ci.yml", YES),
    (".github/workflows/**", ".github/workflows/deep/er/ci.yml", YES),
    (".github/workflows/**", ".github/workflows", NO),
    (".github/workflows/**", ".github/workflows-old/ci.yml", NO),
    (".github/workflows/**", "sub/.github/workflows/ci.yml", NO),
    (".github/workflows/**", "xgithub/workflows/ci.yml", NO),
    (".github/workflows/**", ".github/workflows/latin\udcff", YES),
    (".github/workflows/**", ".github/workflows/two\nlines", YES),
    ("*.lock", "a.lock", YES),
    ("*.lock", ".lock", YES),
    ("*.lock", "d/a.lock", NO),
    ("*.lock", "a.lock\n", NO),
    ("**/*.lock", "a.lock", YES),
    ("**/*.lock", "d/e/a.lock", YES),
    ("**/*.lock", "d/e/a.lock/x", YES),
    ("a/**/z", "a/z", YES),
    ("a/**/z", "a/b/c/z", YES),
    ("a/**/z", "a/bz", NO),
    ("v?.txt", "v1.txt", YES),
    ("v?.txt", "v.txt", NO),
    ("v?.txt", "v/.txt", NO),
    ("**", "any/thing", YES),
    ("*", "top", YES),
    ("*", "top/below", YES),
    ("CODEOWNERS", "CODEOWNERS", YES),
    ("CODEOWNERS", "docs/CODEOWNERS", NO),
    ("/CODEOWNERS", "CODEOWNERS", YES),
    ("a.b", "axb", NO),
    ("[ab]", "[ab]", YES),
    ("[ab]", "a", NO),
    ("ü/*", "ü/x", YES),
    ("docs/", "docs/index.md", YES),
    ("docs", "docs/index.md", YES),
    ("vendor/*", "vendor/x/y", YES),
]


@pytest.mark.parametrize(("pattern", "path", "pinned"), PATTERNS)
def test_which_paths_a_pattern_pins_trap_20(pattern: str, path: str, pinned: bool) -> None:  # noqa: FBT001 - a column
    assert PinnedPaths([pattern]).has(path.encode(errors="surrogateescape")) == pinned


def test_no_pattern_pins_nothing() -> None:
    assert not PinnedPaths([]).has(b"anything")


def test_any_of_several_patterns_pins() -> None:
    pins = PinnedPaths(["a/**", "*.md"])
    assert [pins.has(path) for path in (b"a/x", b"x.md", b"x")] == [True, True, False]


@pytest.mark.parametrize(("pattern", "path"), [row[:2] for row in PATTERNS if row[2]])
def test_every_pinned_path_lies_under_the_pathspecs(
    store: Store, git: Git, pattern: str, path: str
) -> None:
    pins = PinnedPaths([pattern])
    diff = TreeDiff(git, pathspecs=pins.pathspecs())
    before = store.tree_of(store.commit({"unrelated": "1"}))
    after = store.tree_of(store.commit({"unrelated": "1", path: "1"}))
    assert [entry.path for entry in diff.changed(before, after)] == [
        path.encode(errors="surrogateescape")
    ]
    diff.close()


BASE: Files = {"p/kept": "base", "p/run": Entry(b"base", PROGRAM), "code": "base"}
RESTORED: dict[str, tuple[Files, Files]] = {
    "added": ({**BASE, "p/new": "x", "code": "2"}, {**BASE, "code": "2"}),
    "changed": ({**BASE, "p/kept": "x", "code": "2"}, {**BASE, "code": "2"}),
    "mode": ({**BASE, "p/run": Entry(b"base", "100644")}, BASE),
    "deleted": ({"code": "2"}, {**BASE, "code": "2"}),
    "file in place of the directory": ({"p": "a file", "code": "2"}, {**BASE, "code": "2"}),
    "directory in place of a file": (
        {**{path: BASE[path] for path in ("p/run", "code")}, "p/kept/x": "1"},
        BASE,
    ),
    "not utf-8": ({**BASE, "p/\udcff": "x"}, BASE),
    "odd": ({**BASE, "p/-x": "x", "p/\n": "x", "p/:(top)y": "x", "p/*": "x", 'p/"': "x"}, BASE),
    "submodule": ({**BASE, "p/kept": Entry(b"1" * 40, "160000")}, BASE),
}


@pytest.mark.parametrize("case", RESTORED)
def test_pinned_paths_are_put_back_as_the_left_side_has_them_trap_20(
    store: Store, git: Git, reader: ObjectReader, case: str
) -> None:
    changed, expected = RESTORED[case]
    left, tree = store.tree_of(store.commit(BASE)), store.tree_of(store.commit(changed))
    result = put_back(git, reader, left, tree)
    assert result == store.tree_of(store.commit(expected))


@pytest.mark.parametrize("last", ["code", None])
def test_all_that_was_added_goes_and_leaves_no_empty_folder_trap_20(
    store: Store, git: Git, reader: ObjectReader, last: str | None
) -> None:
    own: Files = {last: "1"} if last else {}
    left = store.tree_of(store.commit(own))
    tree = store.tree_of(store.commit({**own, "p/d/e/x": "1", "p/y": "2"}))
    assert put_back(git, reader, left, tree) == left


def test_what_is_written_is_whole_and_in_gits_order_trap_20(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    # Git sorts a folder as if its name ended with a slash: `x.d` comes before the folder `x`.
    left = store.tree_of(store.commit({"p/x/in": "1", "p/x.d": "1", "p/x0": "1", "code": "1"}))
    tree = store.tree_of(store.commit({"p/x": "1", "code": "2", "z/kept": "1"}))
    result = put_back(git, reader, left, tree)
    shutil.copytree(git.scratch, store.path / "objects", dirs_exist_ok=True)
    store.git("fsck", "--strict", store.commit_of_tree(result))
    assert store.paths(result) == ["code", "p/x.d", "p/x/in", "p/x0", "z/kept"]


def put_back(git: Git, reader: ObjectReader, left: TreeSha, tree: TreeSha) -> TreeSha:
    diff = TreeDiff(git)
    pinned = PinnedPaths(["p/**", "p"]).among(diff.changed(left, tree))
    diff.close()
    return restored(tree, pinned, reader=reader, scratch=git.scratch)


def test_more_and_longer_paths_than_one_command_line_holds(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    long = "/".join(["d" * 200] * 15)
    many: Files = {f"p/{long}/{number}": str(number) for number in range(200)}
    left = store.tree_of(store.commit({**BASE, **many}))
    tree = store.tree_of(store.commit({**BASE, **dict.fromkeys(many, "changed")}))
    assert put_back(git, reader, left, tree) == left
