from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.git.history import CommitterDates, NewHistory, within_bounds

if TYPE_CHECKING:
    from tests.git.stores import Store
    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader


def test_what_the_start_has_is_contained_from_the_start(store: Store, git: Git) -> None:
    root = store.commit({"a": "1"})
    base = store.commit({"a": "2"}, root)
    head = store.commit({"a": "3"}, root)
    history = NewHistory.read(git, start=base, heads=[root, base, head])
    assert [history.contains(commit) for commit in (root, base, head)] == [True, True, False]
    assert [history.had_from_the_start(commit) for commit in (base, head)] == [True, False]


def test_an_included_head_brings_all_its_ancestors_and_no_descendant(
    store: Store, git: Git
) -> None:
    base = store.commit({"a": "0"})
    one = store.commit({"a": "1"}, base)
    two = store.commit({"a": "2"}, one)
    side = store.commit({"b": "1"}, base)
    merge = store.commit({"a": "2", "b": "1"}, two, side)
    after = store.commit({"a": "3"}, merge)
    history = NewHistory.read(git, start=base, heads=[one, two, side, merge, after])
    history.include(merge)
    contained = [history.contains(commit) for commit in (one, two, side, merge, after)]
    assert contained == [True, True, True, True, False]
    assert not history.had_from_the_start(one)


def test_a_long_history_is_no_deep_recursion(store: Store, git: Git) -> None:
    base = store.commit({"a": "0"})
    stream = b"".join(
        b"commit refs/heads/long\nmark :%d\ncommitter A <a@b> %d +0000\ndata 0\nfrom %s\n"
        % (number, number, b":%d" % (number - 1) if number > 1 else base.encode())
        for number in range(1, 3001)
    )
    store.raw("fast-import", "--quiet", stdin=stream)
    head = store.revision(store.git("rev-parse", "refs/heads/long")).commit
    first = store.revision(store.git("rev-parse", "refs/heads/long~2999")).commit
    history = NewHistory.read(git, start=base, heads=[head, first])
    history.include(head)
    assert history.contains(first)


def test_no_heads_at_all(store: Store, git: Git) -> None:
    base = store.commit({"a": "0"})
    assert NewHistory.read(git, start=base, heads=[]).contains(base)


def test_a_head_has_a_fork_point_until_something_it_shares_is_included(
    store: Store, git: Git
) -> None:
    root = store.commit({"a": "r"})
    base = store.commit({"a": "0"}, root)
    shared = store.commit({"a": "1"}, base)
    one, two = store.commit({"a": "2"}, shared), store.commit({"a": "3"}, shared)
    other = store.commit({"b": "1"}, root)
    history = NewHistory.read(git, start=base, heads=[one, two, other])
    assert [history.fork_point(head) for head in (one, two, other)] == [base, base, root]
    history.include(one)
    assert [history.fork_point(head) for head in (one, two, other)] == [None, None, root]
    history.include(other)
    assert history.fork_point(other) is None


def test_a_head_that_took_the_base_in_has_no_one_fork_point(store: Store, git: Git) -> None:
    root = store.commit({"a": "r"})
    base = store.commit({"a": "0"}, root)
    before = store.commit({"a": "r", "b": "1"}, root)
    head = store.commit({"a": "0", "b": "1"}, before, base)
    stranger = store.commit({"z": "1"})
    history = NewHistory.read(git, start=base, heads=[head, stranger])
    assert history.fork_point(head) is None
    assert history.fork_point(stranger) is None


def test_dates_are_the_same_however_they_are_read(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    base = store.commit({"a": "0"}, when=5)
    heads = [store.commit({"a": str(when)}, base, when=when) for when in (0, 1, 1 << 31, 1 << 33)]
    together, alone = CommitterDates(git, reader), CommitterDates(git, reader)
    together.begin(heads)
    expected = [0, 1, 1 << 31, 1 << 33]
    assert [together.of(head) for head in heads] == expected
    assert [alone.of(head) for head in heads] == expected


def test_dates_do_not_depend_on_a_commit_graph(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    # A commit-graph keeps 34 bits of a date: a head that claims a later one must not make the
    # candidate another one where git reads it from there (invariant 2).
    base = store.commit({"a": "0"})
    head = store.commit({"a": "1"}, base, when=(1 << 34) + 5)
    store.raw("commit-graph", "write", "--stdin-commits", stdin=head.encode())
    alone, together = CommitterDates(git, reader), CommitterDates(git, reader)
    together.begin([head])
    assert alone.of(head) == together.of(head) == (1 << 34) + 5


def test_dates_stay_within_what_git_can_keep() -> None:
    assert [within_bounds(date) for date in (-1, 0, 7)] == [0, 0, 7]
    assert within_bounds(1 << 60) == within_bounds(1 << 61) < 1 << 60
