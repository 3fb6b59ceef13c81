from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from understudy.core.errors import DamagedCacheError
from understudy.core.model import CommitSha, TreeSha
from understudy.git.watched import WatchedPaths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.git.stores import Store
    from understudy.git.command import Git

PATHSPECS = [":(literal)pinned"]


@contextmanager
def watching(
    store: Store, git: Git, base: str, heads: Sequence[CommitSha]
) -> Iterator[WatchedPaths]:
    watched = WatchedPaths(git, base=store.revision(base), heads=heads, pathspecs=PATHSPECS)
    yield watched
    watched.close()


def test_heads_that_keep_the_bases_version_are_told_from_those_that_do_not(
    store: Store, git: Git
) -> None:
    base = store.commit({"a": "1", "pinned/x": "1"})
    same = [store.commit({"a": str(n), "pinned/x": "1"}, base) for n in range(90)]
    other = [
        store.commit({"a": "1", "pinned/x": "2"}, base),
        store.commit({"a": "1"}, base),
        store.commit({"a": "1", "pinned/x": "1", "pinned/.\n": "1"}, base),
        store.commit({"pinned/x": "2"}),
    ]
    heads = [same[0], other[0], *same[1:60], other[1], other[2], *same[60:], other[3]]
    merged = TreeSha("e" * 40)
    with watching(store, git, base, heads) as watched:
        left = store.tree_of(base)
        found = {head: watched.survive(head, left=left, merged=merged) for head in heads}
    assert [head for head in heads if not found[head]] == other


def test_a_head_nobody_told_of_is_not_said_to_keep_it(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    head = store.commit({"a": "2"}, base)
    with watching(store, git, base, []) as watched:
        assert not watched.survive(head, left=store.tree_of(base), merged=TreeSha("e" * 40))


def test_a_left_side_that_differs_is_not_said_to_keep_it(store: Store, git: Git) -> None:
    base = store.commit({"pinned/x": "1"})
    left, head = store.commit({"pinned/x": "2"}, base), store.commit({"pinned/x": "1", "a": "1"})
    with watching(store, git, base, [head]) as watched:
        assert not watched.are_as_in_base(store.tree_of(left))
        assert not watched.survive(head, left=store.tree_of(left), merged=TreeSha("e" * 40))


def test_a_lost_head_means_a_damaged_cache_trap_38(store: Store, git: Git) -> None:
    base = store.commit({"a": "1", "pinned/x": "1"})
    head = store.commit({"a": "2", "pinned/x": "2"}, base)
    store.lose(store.tree_of(head))
    with watching(store, git, base, [head]) as watched, pytest.raises(DamagedCacheError):
        watched.survive(head, left=store.tree_of(base), merged=TreeSha("e" * 40))
