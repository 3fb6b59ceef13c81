from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from tests.git.stores import Store, lines, request
from tests.plans import EPOCH
from understudy.core.model import AlreadyIncluded, Merged, Revision

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.git.command import Git
from tests.git.folding import as_oracle, by_git, engine, folded

# --- the merge commit -----------------------------------------------------------------------------


def test_a_head_on_top_of_the_base_is_merged_never_fast_forwarded_trap_11(
    store: Store, git: Git
) -> None:
    base = store.commit({"a": "1"})
    head = store.commit({"a": "2"}, base)
    (outcome,) = folded(store, git, base, [head])
    assert isinstance(outcome, Merged)
    assert outcome.commit != head
    assert outcome.tree == store.tree_of(head)
    assert store.git("rev-parse", f"{outcome.commit}^1", f"{outcome.commit}^2").split() == [
        base,
        head,
    ]


def test_a_merge_that_changes_nothing_is_a_merge_all_the_same_trap_40(
    store: Store, git: Git
) -> None:
    root = store.commit({"a": "1"})
    base, head = store.commit({"a": "2"}, root), store.commit({"a": "2"}, root, when=EPOCH + 1)
    (outcome,) = folded(store, git, base, [head])
    assert isinstance(outcome, Merged)
    assert outcome.tree == store.tree_of(base)


def test_a_message_mentions_nobody_and_closes_nothing_trap_26(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    head = store.commit({"a": "2"}, base)
    left = store.revision(base)
    with engine(store, git, base, [head]) as merger:
        asked = request(12, head)
        outcome = merger.merge(left, asked)
        assert isinstance(outcome, Merged)
        assert merger.commit_id(left, asked, outcome.tree) == outcome.commit
    shutil.copytree(git.scratch, store.path / "objects", dirs_exist_ok=True)
    message = store.git("log", "-1", "--format=%B", outcome.commit)
    assert message == f"Merge pull request 12 ({head[:12]})\n\nHead: {head}"
    assert not re.search(r"[#@!]|fix|clos|resolv", message, re.IGNORECASE)


def test_dates_and_names_derive_from_the_parents_alone(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"}, when=EPOCH + 50)
    older = store.commit({"a": "1", "b": "1"}, base, when=EPOCH + 7)
    newer = store.commit({"a": "1", "c": "1"}, base, when=EPOCH + 90)
    dates = []
    for outcome in folded(store, git, base, [older, newer]):
        assert isinstance(outcome, Merged)
        shown = store.git("log", "-1", "--format=%at %ct %an %cn", outcome.commit)
        dates.append(shown)
    assert dates == [f"{EPOCH + when} {EPOCH + when} understudy understudy" for when in (50, 90)]


def test_ids_are_known_before_merging_in_a_session_of_its_own(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    heads = [store.commit({"a": "1", f"b{n}": "1"}, base, when=EPOCH - n) for n in range(3)]
    outcomes = folded(store, git, base, heads)
    left = store.revision(base)
    with engine(store, git, base, heads) as merger:
        for number, (head, outcome) in enumerate(zip(heads, outcomes, strict=True), 1):
            assert isinstance(outcome, Merged)
            assert merger.commit_id(left, request(number, head), outcome.tree) == outcome.commit
            left = Revision(commit=outcome.commit, tree=outcome.tree)


def test_a_repository_of_sha256_is_merged_too(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "256.git", hashing="sha256")
    base = store.commit({"a": "1", "p/x": "1"})
    heads = [store.commit({"a": "1", "p/x": "2", f"{n}": "1"}, base) for n in range(2)]
    outcomes = folded(store, store.opened(tmp_path / "scratch256"), base, heads, "p/**")
    assert [type(outcome) for outcome in outcomes] == [Merged, Merged]
    assert isinstance(outcomes[1], Merged)
    assert store.paths(outcomes[1].tree) == ["0", "1", "a", "p/x"]
    store.git("fsck", "--strict")


# --- what is merged already -----------------------------------------------------------------------


def test_heads_that_are_there_already_are_told_from_what_they_are_in(
    store: Store, git: Git
) -> None:
    root = store.commit({"a": "1"})
    base = store.commit({"a": "2"}, root)
    lower = store.commit({"a": "2", "b": "1"}, base)
    upper = store.commit({"a": "2", "b": "2"}, lower)
    outcomes = folded(store, git, base, [root, base, upper, lower, upper])
    assert outcomes[:2] == [AlreadyIncluded(in_base=True)] * 2
    assert isinstance(outcomes[2], Merged)
    assert outcomes[3:] == [AlreadyIncluded(in_base=False)] * 2
    assert [as_oracle(outcome) for outcome in outcomes] == by_git(
        store, base, [root, base, upper, lower, upper]
    )


def test_heads_that_share_history_merge_as_git_merges_them(store: Store, git: Git) -> None:
    base = store.commit({"a": lines(9)})
    lower = store.commit({"a": lines(9, line2="lower")}, base)
    one = store.commit({"a": lines(9, line2="one")}, lower)
    two = store.commit({"a": lines(9, line2="lower", line8="two")}, lower)
    three = store.commit({"a": lines(9, line2="three")}, lower)
    heads = [one, two, three, lower]
    found = [as_oracle(outcome) for outcome in folded(store, git, base, heads)]
    assert found == by_git(store, base, heads)
    assert [type(answer).__name__ for answer in found] == [
        "Merged",
        "Merged",
        "Conflicted",
        "Contained",
    ]


def test_a_criss_cross_history_merges_as_git_merges_it(store: Store, git: Git) -> None:
    root = store.commit({"a": lines(9)})
    one = store.commit({"a": lines(9, line2="one")}, root)
    two = store.commit({"a": lines(9, line8="two")}, root)
    both = lines(9, line2="one", line8="two")
    base = store.commit({"a": both}, one, two)
    head = store.commit({"a": both, "b": "new"}, two, one, when=EPOCH + 1)
    again = store.commit({"a": lines(9, line2="again", line8="two")}, two, one, when=EPOCH + 2)
    heads = [head, again]
    assert [as_oracle(x) for x in folded(store, git, base, heads)] == by_git(store, base, heads)
