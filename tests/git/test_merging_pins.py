from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.folding import folded
from tests.git.stores import Store, lines
from understudy.core.model import (
    Conflict,
    Conflicted,
    ConflictKind,
    Merged,
)

if TYPE_CHECKING:
    from understudy.git.command import Git

CHANGED = (lines(5, line3="ours"), lines(5, line3="theirs"))


WORKFLOW = ".github/workflows/ci.yml"
PIN = ".github/workflows/**"


def test_a_pinned_path_stays_the_bases_and_the_rest_gets_in_trap_20(store: Store, git: Git) -> None:
    base = store.commit({WORKFLOW: "base", "a": "1"})
    heads = [
        store.commit({WORKFLOW: "changed", "a": "2"}, base),
        store.commit({"a": "1", "b": "1", ".github/workflows/new": "new"}, base),
        store.commit({WORKFLOW: "base", "a": "1", "c": "1"}, base),
    ]
    outcomes = folded(store, git, base, heads, PIN)
    pinned = [outcome.pinned for outcome in outcomes if isinstance(outcome, Merged)]
    assert pinned == [(WORKFLOW,), (WORKFLOW, ".github/workflows/new"), ()]
    last = outcomes[-1]
    assert isinstance(last, Merged)
    assert last.tree == store.tree_of(
        store.commit({WORKFLOW: "base", "a": "2", "b": "1", "c": "1"})
    )


def test_a_conflict_on_pinned_paths_alone_is_none_trap_20(store: Store, git: Git) -> None:
    root = store.commit({WORKFLOW: lines(5), "a": "1"})
    base = store.commit({WORKFLOW: CHANGED[0], "a": "1"}, root)
    head = store.commit({WORKFLOW: CHANGED[1], "a": "2"}, root)
    (outcome,) = folded(store, git, base, [head], PIN)
    assert isinstance(outcome, Merged)
    assert outcome.pinned == (WORKFLOW,)
    assert outcome.tree == store.tree_of(store.commit({WORKFLOW: CHANGED[0], "a": "2"}))


def test_a_conflict_on_pinned_and_other_paths_is_one(store: Store, git: Git) -> None:
    root = store.commit({WORKFLOW: lines(5), "a": lines(5)})
    base = store.commit({WORKFLOW: CHANGED[0], "a": CHANGED[0]}, root)
    head = store.commit({WORKFLOW: CHANGED[1], "a": CHANGED[1]}, root)
    (outcome,) = folded(store, git, base, [head], PIN)
    assert outcome == Conflicted(
        conflicts=(
            Conflict(path=WORKFLOW, kind=ConflictKind.CONTENT),
            Conflict(path="a", kind=ConflictKind.CONTENT),
        )
    )


def test_a_split_directory_beside_a_pinned_conflict_is_a_conflict(store: Store, git: Git) -> None:
    # The split leaves no path unmerged: the pinned path alone must not speak for it.
    split = {f"d/{n}": lines(9) + str(n) for n in range(4)}
    root = store.commit({WORKFLOW: lines(5), **split})
    moved = {f"{'xy'[n % 2]}/{n}": lines(9) + str(n) for n in range(4)}
    base = store.commit({WORKFLOW: CHANGED[0], **moved}, root)
    head = store.commit({WORKFLOW: CHANGED[1], **split, "d/new": "new"}, root)
    (outcome,) = folded(store, git, base, [head], PIN)
    assert isinstance(outcome, Conflicted)


@pytest.mark.parametrize("pin", [("CODEOWNERS",), ("CODEOWNERS", "CODEOWNERS/**")], ids=str)
@pytest.mark.parametrize("turned", [False, True], ids=["file here", "directory here"])
def test_nothing_that_git_set_aside_for_a_pinned_path_gets_in(
    store: Store, git: Git, pin: tuple[str, ...], *, turned: bool
) -> None:
    file, folder = "CODEOWNERS", "CODEOWNERS/x"
    ours, theirs = (folder, file) if turned else (file, folder)
    root = store.commit({ours: "1", "a": "1"})
    base = store.commit({ours: "2", "a": "1"}, root)
    head = store.commit({theirs: "1", "a": "2"}, root)
    (outcome,) = folded(store, git, base, [head], *pin)
    if isinstance(outcome, Merged):
        assert store.paths(outcome.tree) == [ours, "a"]


def test_a_directory_that_moved_onto_a_pinned_one_brings_nothing_there_trap_20(
    store: Store, git: Git
) -> None:
    files = {str(n): lines(9) + str(n) for n in range(4)}
    old, new = {f"old/{n}": x for n, x in files.items()}, {f"p/{n}": x for n, x in files.items()}
    root = store.commit({**old, "a": "1"})
    base = store.commit({**new, "a": "1"}, root)
    head = store.commit({**old, **new, "old/added": "new", "a": "1"}, root)
    (outcome,) = folded(store, git, base, [head], "p/**")
    if isinstance(outcome, Merged):
        assert [path for path in store.paths(outcome.tree) if path.startswith("p/")] == list(new)
