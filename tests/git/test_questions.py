from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from understudy.git.attributes import PATHSPEC
from understudy.git.command import Git, installed_version
from understudy.git.history import CommitterDates, NewHistory
from understudy.git.mergetree import MergeTree
from understudy.git.objects import ObjectReader, parents_of
from understudy.git.questions import Asked, Fold, MergeQuestions
from understudy.git.watched import WatchedPaths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.git.stores import Files, Store
    from understudy.core.model import CommitSha, Revision

BASE: Files = {"a": "0"}


@dataclass(frozen=True)
class Asking:
    """The questions of one fold, and what they need to know."""

    questions: MergeQuestions
    watched: WatchedPaths
    history: NewHistory
    dates: CommitterDates
    reader: ObjectReader

    def ask(self, left: Revision, head: CommitSha) -> Asked:
        return self.questions.ask(left, head, history=self.history, dates=self.dates)

    def ask_ahead(self, left: Revision, *, after: CommitSha) -> None:
        """Go on after a head that left this behind, of which all that is watched is known."""
        self.watched.are_as_in_base(left.tree)
        self.questions.ask_ahead(left.tree, after=after, history=self.history, dates=self.dates)


@contextmanager
def asking(store: Store, git: Git, base: CommitSha, *heads: CommitSha) -> Iterator[Asking]:
    reader = ObjectReader(git)
    revision = store.revision(base)
    watched = WatchedPaths(git, base=revision, heads=heads, pathspecs=[PATHSPEC])
    questions = MergeQuestions(
        git,
        reader,
        fold=Fold(base=revision, heads=heads, pin=()),
        watched=watched,
        version=installed_version(),
    )
    history = NewHistory.read(git, start=base, heads=heads)
    yield Asking(questions, watched, history, CommitterDates(git, reader), reader)
    questions.close()
    watched.close()
    reader.close()


@pytest.fixture
def heads_asked(monkeypatch: pytest.MonkeyPatch) -> list[CommitSha]:
    """Return the heads that git was really asked about, in turn."""
    heads: list[CommitSha] = []
    ask = MergeTree.ask_ahead

    def noted(self: MergeTree, left: CommitSha, head: CommitSha) -> None:
        heads.append(head)
        ask(self, left, head)

    monkeypatch.setattr(MergeTree, "ask_ahead", noted)
    return heads


def three(store: Store) -> tuple[CommitSha, CommitSha, CommitSha, CommitSha]:
    """Return a base, and three heads that each add a file."""
    base = store.commit(BASE)
    one, two, other = (store.commit({**BASE, name: name}, base) for name in ("1", "2", "3"))
    return base, one, two, other


def after_one(store: Store, base: CommitSha, one: CommitSha) -> Revision:
    return store.revision(store.commit({**BASE, "1": "1"}, base, one))


def test_what_was_asked_ahead_is_not_asked_again(
    store: Store, git: Git, heads_asked: list[CommitSha]
) -> None:
    base, one, two, other = three(store)
    left = after_one(store, base, one)
    with asking(store, git, base, one, two, other) as fold:
        assert fold.ask(store.revision(base), one).answer.tree == left.tree
        fold.history.include(one)
        fold.ask_ahead(left, after=one)
        assert heads_asked == [one, two]
        found = fold.ask(left, two)
    assert heads_asked == [one, two]
    assert found.answer.tree == store.tree_of(store.commit({**BASE, "1": "1", "2": "2"}))


def test_a_head_gets_its_own_answer_though_another_was_asked_ahead(store: Store, git: Git) -> None:
    base, one, two, other = three(store)
    left = after_one(store, base, one)
    with asking(store, git, base, one, two, other) as fold:
        fold.ask(store.revision(base), one)
        fold.history.include(one)
        fold.ask_ahead(left, after=one)
        found = {head: fold.ask(left, head) for head in (other, two)}
    for head, name in ((other, "3"), (two, "2")):
        assert found[head].labels[1] == head
        expected = store.tree_of(store.commit({**BASE, "1": "1", name: name}))
        assert found[head].answer.tree == expected


def test_a_head_that_is_in_already_is_passed_over(
    store: Store, git: Git, heads_asked: list[CommitSha]
) -> None:
    base, before, _, other = three(store)
    one = store.commit({**BASE, "1": "1"}, before)
    left = after_one(store, base, one)
    with asking(store, git, base, one, before, base, other) as fold:
        fold.ask(store.revision(base), one)
        fold.history.include(one)
        fold.ask_ahead(left, after=one)
    assert heads_asked == [one, other]


def test_nothing_is_asked_ahead_after_the_last_head_or_one_nobody_told_of(
    store: Store, git: Git, heads_asked: list[CommitSha]
) -> None:
    base, one, two, other = three(store)
    with asking(store, git, base, one, two) as fold:
        fold.ask(store.revision(base), one)
        for last in (two, other):
            fold.ask_ahead(store.revision(base), after=last)
    assert heads_asked == [one]


def test_nothing_is_asked_ahead_under_attributes_that_may_be_others(
    store: Store, git: Git, heads_asked: list[CommitSha]
) -> None:
    base = store.commit(BASE)
    one = store.commit({**BASE, ".gitattributes": "* -merge\n"}, base)
    two = store.commit({**BASE, "2": "2"}, base)
    with asking(store, git, base, one, two) as fold:
        fold.ask(store.revision(base), one)
        fold.history.include(one)
        fold.ask_ahead(store.revision(one), after=one)
        assert heads_asked == [one]
        unknown = after_one(store, base, one).tree
        fold.questions.ask_ahead(unknown, after=one, history=fold.history, dates=fold.dates)
    assert heads_asked == [one]


def test_attributes_of_the_left_side_steer_the_merge(store: Store, git: Git) -> None:
    base = store.commit({"a": "1\n2\n3\n4\n5\n"})
    ours: Files = {"a": "one\n2\n3\n4\n5\n"}
    head = store.commit({"a": "1\n2\n3\n4\nfive\n"}, base)
    plain = store.revision(store.commit(ours, base))
    strict = store.revision(store.commit({**ours, ".gitattributes": "* -merge\n"}, base))
    with asking(store, git, base, head) as fold:
        clean = [fold.ask(left, head).answer.clean for left in (plain, strict, plain)]
    assert clean == [True, False, True]


def test_a_lean_left_side_stands_in_only_while_a_head_is_apart(store: Store, git: Git) -> None:
    base = store.commit(BASE)
    shared = store.commit({**BASE, "s": "s"}, base)
    one = store.commit({**BASE, "s": "s", "1": "1"}, shared)
    two = store.commit({**BASE, "s": "s", "2": "2"}, shared)
    other = store.commit({**BASE, "3": "3"}, base)
    left = store.revision(store.commit({**BASE, "s": "s", "1": "1"}, base, one))
    with asking(store, git, base, one, two, other) as fold:
        fold.history.include(one)
        assert fold.ask(left, two).labels == (left.commit, two)
        stand_in, head = fold.ask(left, other).labels
        content = fold.reader.read_existing(stand_in)
    assert head == other
    assert stand_in != left.commit
    assert [*parents_of(content)] == [base]


def test_no_stand_in_for_a_side_of_which_the_history_is_not_known(store: Store, git: Git) -> None:
    base, one, two, other = three(store)
    left = after_one(store, base, one)
    elsewhere = NewHistory.read(git, start=left.commit, heads=[two, other])
    with asking(store, git, base, two, other) as fold:
        for history in (None, elsewhere):
            found = fold.questions.ask(left, two, history=history, dates=fold.dates)
            assert found.labels == (left.commit, two)
