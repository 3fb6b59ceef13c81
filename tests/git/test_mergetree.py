from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.git.stores import lines
from tests.plans import SUBMODULE, Entry
from understudy.core.errors import DamagedCacheError, MergeError
from understudy.git import mergetree
from understudy.git.command import installed_version
from understudy.git.mergetree import MergeTree, MergeTreeEndedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.git.stores import Files, Store
    from understudy.core.model import CommitSha
    from understudy.git.command import Git

Ways = list[tuple[tuple[str, ...], int]]
WAYS: dict[str, Ways] = {
    "unbuffered": [(("stdbuf", "-o0"), 0)],
    "padded for 4096": [((), 4096 // 45 + 1)],
    "padded for 16384": [((), 16384 // 45 + 1)],
    "the second, as the first gives no answer": [(("sleep", "9"), 0), (("stdbuf", "-o0"), 0)],
    "the second, as the first ends": [(("false",), 0), (("stdbuf", "-o0"), 0)],
    "as found": [],
}


@pytest.fixture(params=WAYS)
def merging(
    request: pytest.FixtureRequest, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MergeTree]:
    monkeypatch.setattr(mergetree, "_PROBE_SECONDS", 1.0)
    opened = merge_tree(git, tmp_path)
    if WAYS[request.param]:
        monkeypatch.setattr(opened, "_ways", list(WAYS[request.param]))
    with opened, within(30):
        yield opened


def merge_tree(git: Git, tmp_path: Path) -> MergeTree:
    (tmp_path / "attributes").mkdir()
    return MergeTree(git, attributes=tmp_path / "attributes", version=installed_version())


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail where a test would hang: writing a question has no deadline of its own."""

    def late(*_: object) -> None:
        pytest.fail(f"no end within {seconds} seconds")

    previous = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def fork(store: Store, ours: Files, theirs: Files) -> tuple[CommitSha, CommitSha]:
    root = store.commit({"a": lines(10)})
    return store.commit(ours, root), store.commit(theirs, root)


def submodule(number: int) -> Entry:
    return Entry(str(number).encode() * 40, SUBMODULE)


def test_every_way_gives_each_answer_in_its_turn(store: Store, merging: MergeTree) -> None:
    clean = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    conflict = fork(store, {"a": lines(10, line5="x")}, {"a": lines(10, line5="y")})
    expected = store.tree_of(store.commit({"a": lines(10), "b": "1", "c": "1"}))
    for _ in range(3):
        assert merging.merge(*clean).tree == expected
        answer = merging.merge(*conflict)
        assert not answer.clean
        assert [entry.stage for entry in answer.entries] == [1, 2, 3]


def test_a_pair_that_ends_git_is_told_and_the_next_pair_is_merged(
    store: Store, merging: MergeTree
) -> None:
    left, head = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    stranger = store.commit({"z": "1"})
    for _ in range(2):
        assert merging.merge(left, head).clean
        with pytest.raises(MergeTreeEndedError, match="unrelated histories"):
            merging.merge(left, stranger)
        assert merging.merge(left, head).clean


def test_an_answer_may_be_larger_than_all_buffers(store: Store, merging: MergeTree) -> None:
    root = store.commit({f"{n}/{'long' * 10}": lines(3) for n in range(1200)})
    left = store.commit({f"{n}/{'long' * 10}": lines(3, line2="x") for n in range(1200)}, root)
    head = store.commit({f"{n}/{'long' * 10}": lines(3, line2="y") for n in range(1200)}, root)
    assert len(merging.merge(left, head).entries) == 3600
    assert merging.merge(left, left).clean


def test_what_was_asked_ahead_is_answered_when_asked_and_else_passed_over(
    store: Store, merging: MergeTree
) -> None:
    one = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    two = fork(store, {"a": lines(10), "b": "2"}, {"a": lines(10), "c": "2"})
    stranger = store.commit({"z": "1"})
    first, second = merging.merge(*one), merging.merge(*two)
    assert first != second
    for ahead in (one, two):
        merging.ask_ahead(*ahead)
        assert merging.merge(*one) == first
        merging.ask_ahead(*ahead)
        merging.ask_ahead(*two)
        assert merging.merge(*one) == first
        assert merging.merge(*two) == second
    merging.ask_ahead(one[0], stranger)
    with pytest.raises(MergeTreeEndedError):
        merging.merge(one[0], stranger)
    merging.ask_ahead(*one)
    merging.restart()
    assert merging.merge(*two) == second


@pytest.mark.parametrize("way", ["unbuffered", "padded for 4096"])
def test_a_pair_asked_ahead_that_ends_git_changes_no_other_answer(
    store: Store, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    left, head = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    stranger = store.commit({"z": "1"})
    with merge_tree(git, tmp_path) as merging, within(30):
        monkeypatch.setattr(merging, "_ways", list(WAYS[way]))
        expected = merging.merge(left, head)
        merging.ask_ahead(left, stranger)
        assert merging.merge(left, head) == expected


def test_git_is_started_again_after_a_restart(store: Store, merging: MergeTree) -> None:
    left, head = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    first = merging.merge(left, head)
    merging.restart()
    assert merging.merge(left, head) == first


def test_a_conflict_of_submodules_is_an_answer_like_any_other(
    store: Store, merging: MergeTree
) -> None:
    root = store.commit({"s": submodule(1)})
    left = store.commit({"s": submodule(2)}, root)
    head = store.commit({"s": submodule(3)}, root)
    for _ in range(2):
        answer = merging.merge(left, head)
        assert not answer.clean
        assert {entry.path for entry in answer.entries} == {b"s"}


def test_no_way_at_all_is_a_failure_with_a_hint(
    store: Store, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = store.commit({"a": "1"})
    with merge_tree(git, tmp_path) as merging:
        monkeypatch.setattr(merging, "_ways", [(("false",), 0)])
        with pytest.raises(MergeError, match="gives no answers") as caught:
            merging.merge(commit, commit)
    assert "2.39" in caught.value.hint


def test_no_padding_is_so_long_that_both_wait_for_each_other(
    store: Store, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, head = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    longest = max(padding for _, padding in mergetree._ways_to_answer("2.39.5"))  # noqa: SLF001 - the ways are tried from outside
    with merge_tree(git, tmp_path) as merging, within(6):
        monkeypatch.setattr(merging, "_ways", [((), longest)])
        assert merging.merge(left, head) == merging.merge(left, head)


@pytest.mark.parametrize("side", ["left", "head"])
def test_a_lost_tree_is_never_taken_for_an_empty_one_trap_38(
    store: Store, git: Git, tmp_path: Path, side: str
) -> None:
    # Git 2.39 says `error: Could not read` and merges as if that side had deleted everything.
    left, head = fork(store, {"a": lines(10), "b": "1"}, {"a": lines(10), "c": "1"})
    store.lose(store.tree_of(left if side == "left" else head))
    with (
        merge_tree(git, tmp_path) as merging,
        pytest.raises((MergeTreeEndedError, DamagedCacheError)),
    ):
        merging.merge(left, head)


def test_a_lost_blob_that_is_needed_ends_git_trap_38(
    store: Store, git: Git, tmp_path: Path
) -> None:
    left, head = fork(store, {"a": lines(10, line2="x")}, {"a": lines(10, line8="y")})
    store.lose(store.git("rev-parse", f"{head}:a"))
    with merge_tree(git, tmp_path) as merging, pytest.raises(MergeTreeEndedError):
        merging.merge(left, head)
