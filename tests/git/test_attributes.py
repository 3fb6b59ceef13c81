from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.plans import LINK, Entry
from understudy.git.attributes import PATHSPEC, AttributesWorkTree
from understudy.git.objects import ObjectReader
from understudy.git.watched import WatchedPaths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.git.stores import Store
    from understudy.core.model import TreeSha
    from understudy.git.command import Git
    from understudy.git.treediff import ChangedPath

NAME = ".gitattributes"


@pytest.fixture
def followed(
    tmp_path: Path, store: Store, git: Git, reader: ObjectReader
) -> Iterator[AttributesWorkTree]:
    base = store.revision(store.commit({}))
    watched = WatchedPaths(git, base=base, heads=(), pathspecs=[PATHSPEC])
    yield AttributesWorkTree(
        tmp_path / "attributes", memory=tmp_path / "memory", reader=reader, watched=watched
    )
    watched.close()


def tree(store: Store, **files: str | Entry) -> TreeSha:
    """Return a tree of attribute files: `top`, `d`, `d_e` name the folders they are in."""
    named = {
        NAME if folder == "top" else f"{folder.replace('_', '/')}/{NAME}": content
        for folder, content in files.items()
    }
    return store.tree_of(store.commit({"other": "not attributes", **named}))


def held(followed: AttributesWorkTree) -> dict[str, str]:
    root = followed.folder
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted(root.rglob("*"))
        if not path.is_dir()
    }


def test_files_appear_change_and_go_with_the_tree(
    store: Store, followed: AttributesWorkTree
) -> None:
    assert followed.follow(tree(store, top="1", d="2", d_e="3"))
    assert held(followed) == {NAME: "1", f"d/{NAME}": "2", f"d/e/{NAME}": "3"}
    assert followed.follow(tree(store, top="1", d_e="changed", n="new"))
    assert held(followed) == {NAME: "1", f"d/e/{NAME}": "changed", f"n/{NAME}": "new"}
    assert followed.follow(tree(store))
    assert held(followed) == {}
    assert list(followed.folder.iterdir()) == []


def test_only_a_change_of_attributes_is_a_change(
    store: Store, followed: AttributesWorkTree
) -> None:
    first = tree(store, top="1")
    assert followed.follow(first)
    assert not followed.follow(first)
    also = store.tree_of(store.commit({NAME: "1", "more": "files", "d/x.gitattributes": "no"}))
    assert not followed.follow(also)
    assert held(followed) == {NAME: "1"}


def test_a_tree_without_any_is_no_change_at_first(
    store: Store, followed: AttributesWorkTree
) -> None:
    assert not followed.follow(tree(store))


def test_a_symbolic_link_is_no_attributes_file_as_in_git(
    store: Store, followed: AttributesWorkTree
) -> None:
    followed.follow(tree(store, top="1", d="2"))
    assert followed.follow(tree(store, top=Entry(b"/etc/passwd", LINK), d="2"))
    assert held(followed) == {f"d/{NAME}": "2"}
    assert followed.follow(tree(store, top="again", d="2"))
    assert held(followed) == {NAME: "again", f"d/{NAME}": "2"}


def test_a_file_becomes_a_folder_of_its_name_and_back(
    store: Store, followed: AttributesWorkTree
) -> None:
    file = store.tree_of(store.commit({NAME: "1"}))
    folder = store.tree_of(store.commit({f"{NAME}/{NAME}": "2"}))
    for _ in range(2):
        followed.follow(file)
        assert held(followed) == {NAME: "1"}
        followed.follow(folder)
        assert held(followed) == {f"{NAME}/{NAME}": "2"}


def test_folders_of_any_name(store: Store, followed: AttributesWorkTree) -> None:
    names = ["with space", "\n", "\udcff", "-x", "ü"]
    followed.follow(store.tree_of(store.commit({f"{name}/{NAME}": "1" for name in names})))
    found = {os.fsencode(path.name) for path in followed.folder.iterdir()}
    assert found == {name.encode(errors="surrogateescape") for name in names}


@pytest.mark.parametrize("name", ["..", ".", ".git", ".GIT", "../..", "..\\.."])
def test_a_hostile_tree_writes_nothing_outside_the_folder(
    store: Store, followed: AttributesWorkTree, tmp_path: Path, name: str
) -> None:
    inner = store.tree(("100644", store.blob(b"hostile"), NAME))
    for part in reversed(name.split("/")):
        inner = hostile(store, inner, part)
    before = outside(tmp_path)
    followed.follow(store.tree_of(store.commit_of_tree(inner)))
    after = outside(tmp_path)
    assert [path for path in after if followed.folder not in path.parents] == before
    assert set(held(followed)) <= {f"..\\../{NAME}"}


def outside(folder: Path) -> list[Path]:
    """Return all that is there but for git's objects and the memory beside the folder."""
    found = (path for path in folder.rglob("*") if "objects" not in path.parts)
    return sorted(path for path in found if path.name != "memory")


def hostile(store: Store, inner: str, name: str) -> str:
    """Write a tree with one folder of a name that git would not check out."""
    content = b"40000 %s\0" % name.encode() + bytes.fromhex(inner)
    return store.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=content)


def test_a_link_in_place_of_a_folder_is_not_followed(
    store: Store, followed: AttributesWorkTree, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    target = Entry(os.fsencode(tmp_path / "outside"), LINK)
    followed.follow(store.tree_of(store.commit({"d": target})))
    followed.follow(store.tree_of(store.commit({f"d/{NAME}": "1"})))
    assert list((tmp_path / "outside").iterdir()) == []
    assert held(followed) == {f"d/{NAME}": "1"}


@pytest.mark.parametrize(
    "folder", ["x" * 300, "/".join(["long" * 50] * 30)], ids=["a long name", "a long path"]
)
def test_a_path_no_file_system_takes_is_passed_over_trap_29(
    store: Store, followed: AttributesWorkTree, folder: str
) -> None:
    followed.follow(store.tree_of(store.commit({f"{folder}/{NAME}": "1", NAME: "top"})))
    assert held(followed) == {NAME: "top"}


def test_a_tree_with_two_entries_of_one_name_stops_nobody_trap_29(
    store: Store, followed: AttributesWorkTree
) -> None:
    file, folder = store.blob(b"a file"), store.tree(("100644", store.blob(b"inner"), NAME))
    content = b"100644 %s\0" % NAME.encode() + bytes.fromhex(file)
    content += b"40000 %s\0" % NAME.encode() + bytes.fromhex(folder)
    both = store.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=content)
    followed.follow(store.tree_of(store.commit_of_tree(both)))


def test_a_second_session_finds_the_same_from_what_the_first_remembered(
    store: Store, git: Git, reader: ObjectReader, tmp_path: Path
) -> None:
    trees = [tree(store, top="1", d="2"), tree(store, top="3", n=Entry(b"x", LINK)), tree(store)]
    base = store.revision(store.commit({}))
    for number, each in enumerate([*trees, *reversed(trees)]):
        watched = WatchedPaths(git, base=base, heads=(), pathspecs=[PATHSPEC])
        folders = [tmp_path / f"{number}-{memory}" for memory in ("shared", "own")]
        for folder, memory in zip(folders, ("shared", f"own {number}"), strict=True):
            session = AttributesWorkTree(
                folder, memory=tmp_path / memory, reader=reader, watched=watched
            )
            session.follow(each)
        watched.close()
        assert contents(folders[0]) == contents(folders[1])


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[TreeSha, TreeSha]]:
    """Return the pairs of trees that were compared, in turn."""
    pairs: list[tuple[TreeSha, TreeSha]] = []
    changed = WatchedPaths.changed

    def noted(self: WatchedPaths, before: TreeSha, after: TreeSha) -> list[ChangedPath]:
        pairs.append((before, after))
        return changed(self, before, after)

    monkeypatch.setattr(WatchedPaths, "changed", noted)
    return pairs


@pytest.mark.parametrize("damage", ["none", "cut short", "its tree is gone"])
def test_what_was_remembered_is_built_upon_only_where_it_can_be(
    store: Store, followed: AttributesWorkTree, compared: list[tuple[TreeSha, TreeSha]], damage: str
) -> None:
    first = tree(store, top="1", d="2", n="3")
    second = tree(store, top="changed", d="2")
    followed.follow(first)
    memory = followed.folder.parent / "memory"
    if damage == "cut short":
        memory.write_bytes(memory.read_bytes()[:-1])
    if damage == "its tree is gone":
        store.lose(first)
    with next_session(store, followed.folder) as again:
        again.follow(second)
        assert held(again) == {NAME: "changed", f"d/{NAME}": "2"}
    # All that a tree has is what it differs in from an empty one.
    empty = store.tree()
    assert compared == [(empty, first), (first if damage == "none" else empty, second)]


@contextmanager
def next_session(store: Store, folder: Path) -> Iterator[AttributesWorkTree]:
    git = store.opened(folder.parent / "scratch")
    reader = ObjectReader(git)
    base = store.revision(store.commit({}))
    watched = WatchedPaths(git, base=base, heads=(), pathspecs=[PATHSPEC])
    yield AttributesWorkTree(
        folder, memory=folder.parent / "memory", reader=reader, watched=watched
    )
    watched.close()
    reader.close()


def contents(root: Path) -> dict[Path, str]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root): path.read_text() for path in files}
