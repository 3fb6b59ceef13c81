from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from understudy.core.errors import DamagedCacheError
from understudy.core.model import CommitSha
from understudy.git.objects import (
    CommitObject,
    ObjectReader,
    object_id,
    parents_of,
    tree_of,
    write_loose,
)

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.git.command import Git

KINDS = {"blob": b"any \0 content\n", "tree": b"", "blob of nothing": b""}


@pytest.mark.parametrize("hashing", ["sha1", "sha256"])
@pytest.mark.parametrize(("kind", "content"), KINDS.items())
def test_git_reads_what_is_written_by_hand(
    tmp_path: Path, hashing: str, kind: str, content: bytes
) -> None:
    store = Store.create(tmp_path / "it.git", hashing=hashing)
    like = store.commit({"a": "a"})
    word = kind.split(maxsplit=1)[0]
    name = write_loose(store.path / "objects", word, content, like=like)
    assert len(name) == len(like)
    assert store.git("cat-file", "-t", name) == word
    assert store.raw("cat-file", word, name) == content
    assert object_id(word, content, like=like) == name


@pytest.mark.parametrize("hashing", ["sha1", "sha256"])
def test_a_commit_written_by_hand_passes_gits_own_inspection(tmp_path: Path, hashing: str) -> None:
    store = Store.create(tmp_path / "it.git", hashing=hashing)
    one, two = store.commit({"a": "a"}), store.commit({"a": "b"})
    commit = CommitObject(
        tree=store.tree_of(one),
        parents=(one, two),
        identity="understudy <noreply@understudy.invalid>",
        date=1_700_000_000,
        message="What it does\n\nWhy: ü\n",
    )
    name = write_loose(store.path / "objects", "commit", commit.encode(), like=one)
    store.ref("refs/heads/master", name)
    store.git("fsck", "--strict")
    shown = store.git("log", "-1", "--format=%T %P %an <%ae> %at %ct%n%B", name).split("\n")
    assert shown[0] == (
        f"{commit.tree} {one} {two} understudy <noreply@understudy.invalid> 1700000000 1700000000"
    )
    assert shown[1:] == ["What it does", "", "Why: ü"]
    assert parents_of(commit.encode()) == [one, two]
    assert tree_of(commit.encode()) == commit.tree


def test_what_a_message_says_is_not_taken_for_a_parent() -> None:
    content = b"tree %s\nparent %s\n\nparent %s\n" % (b"a" * 40, b"b" * 40, b"c" * 40)
    assert parents_of(content) == [CommitSha("b" * 40)]


def test_an_object_appears_whole_and_read_only_and_is_not_written_twice(tmp_path: Path) -> None:
    name = write_loose(tmp_path, "blob", b"content", like="0" * 40)
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written == tmp_path / name[:2] / name[2:]
    assert written.stat().st_mode & 0o777 == 0o444
    before = written.stat()
    assert write_loose(tmp_path, "blob", b"content", like="0" * 40) == name
    assert written.stat().st_mtime_ns == before.st_mtime_ns
    assert written.stat().st_ino == before.st_ino


def test_what_a_killed_process_left_of_an_object_is_not_in_the_way(tmp_path: Path) -> None:
    name = object_id("blob", b"content", like="0" * 40)
    unfinished = tmp_path / name[:2] / f"tmp_obj_{name[2:]}"
    unfinished.parent.mkdir()
    unfinished.write_bytes(b"half of it, and longer than what will be written in its place")
    assert write_loose(tmp_path, "blob", b"content", like="0" * 40) == name
    assert not unfinished.exists()


def test_objects_are_read_by_any_name(store: Store, reader: ObjectReader) -> None:
    commit = store.commit({"dir/with space": "one", "dir/ü \udcff": "two"})
    assert reader.read(f"{commit}:dir/with space") == b"one"
    assert reader.read(f"{commit}:dir/ü \udcff") == b"two"
    assert reader.read(store.blob(b"loose")) == b"loose"
    assert reader.read("refs/made/last") == store.raw("cat-file", "commit", commit)


@pytest.mark.parametrize(
    "name",
    [
        "f" * 40,
        "refs/heads/none",
        "",
        " ",
        "a missing",
        "two\nlines",
        "{commit}:none",
        "{commit}:\n",
    ],
)
def test_a_name_without_an_object_is_none_and_the_next_one_is_read(
    store: Store, reader: ObjectReader, name: str
) -> None:
    commit = store.commit({"a": "a"})
    assert reader.read(name.format(commit=commit)) is None
    assert reader.read(f"{commit}:a") == b"a"


def test_a_path_is_not_taken_for_another_that_lacks_its_last_character(
    store: Store, reader: ObjectReader
) -> None:
    commit = store.commit({"a": "without", "a\r": "with"})
    assert reader.read(f"{commit}:a\r") in {None, b"with"}


def test_a_submodule_has_no_content(store: Store, reader: ObjectReader) -> None:
    tree = store.tree(("160000", "1" * 40, "module"))
    assert reader.read(f"{tree}:module") is None


def test_large_and_awkward_contents_come_whole_one_after_the_other(
    store: Store, reader: ObjectReader
) -> None:
    contents = [b"x" * 3_000_001, b"", b"\n", b"ends without", b"\0" * 70_000, b"a b missing\n"]
    names = [store.blob(content) for content in contents]
    assert [reader.read(name) for name in names * 2] == contents * 2


def test_what_was_fetched_and_is_gone_means_a_damaged_cache_trap_38(
    store: Store, reader: ObjectReader
) -> None:
    name = store.blob(b"content")
    assert reader.read_existing(name) == b"content"
    store.lose(name)
    reader.close()
    with pytest.raises(DamagedCacheError, match=name):
        reader.read_existing(name)


def test_a_broken_object_means_a_damaged_cache(store: Store, reader: ObjectReader) -> None:
    name = store.blob(b"content")
    path = store.path / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    with pytest.raises(DamagedCacheError):
        reader.read_existing(name)


def test_an_object_written_while_the_reader_is_open_is_found(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    assert reader.read("f" * 40) is None
    scratch = write_loose(git.scratch, "blob", b"in the scratch", like="0" * 40)
    assert reader.read(scratch) == b"in the scratch"
    assert reader.read(store.blob(b"in the store")) == b"in the store"


def test_ids_are_those_of_the_hash_function_in_use() -> None:
    assert object_id("blob", b"", like="0" * 64) == hashlib.sha256(b"blob 0\0").hexdigest()
