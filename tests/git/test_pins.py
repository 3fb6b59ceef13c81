from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Files, Store
from tests.plans import PROGRAM, Entry
from understudy.git.pins import PinnedPaths, restored
from understudy.git.treediff import TreeDiff

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.git.command import Git

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
    ("**/*.lock", "d/e/a.lock/x", NO),
    ("a/**/z", "a/z", YES),
    ("a/**/z", "a/b/c/z", YES),
    ("a/**/z", "a/bz", NO),
    ("v?.txt", "v1.txt", YES),
    ("v?.txt", "v.txt", NO),
    ("v?.txt", "v/.txt", NO),
    ("**", "any/thing", YES),
    ("*", "top", YES),
    ("*", "top/below", NO),
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
    store: Store, git: Git, tmp_path: Path, case: str
) -> None:
    changed, expected = RESTORED[case]
    left = store.revision(store.commit(BASE))
    tree = store.tree_of(store.commit(changed))
    diff = TreeDiff(git)
    pins = PinnedPaths(["p/**"])
    paths = [entry.path for entry in pins.among(diff.changed(left.tree, tree))]
    diff.close()
    result = restored(git, tree, left=left, pinned=paths, index=str(tmp_path / "index"))
    assert result == store_tree(store, git, expected)


def store_tree(store: Store, git: Git, files: Files) -> str:
    expected = store.tree_of(store.commit(files))
    assert git.run("ls-tree", "-r", expected) is not None
    return expected


def test_more_and_longer_paths_than_one_command_line_holds(
    store: Store, git: Git, tmp_path: Path
) -> None:
    long = "/".join(["d" * 200] * 15)
    many: Files = {f"p/{long}/{number}": str(number) for number in range(800)}
    left = store.revision(store.commit({**BASE, **many}))
    tree = store.tree_of(store.commit({**BASE, **dict.fromkeys(many, "changed")}))
    paths = [path.encode() for path in many]
    index = str(tmp_path / "index")
    assert restored(git, tree, left=left, pinned=paths, index=index) == left.tree
