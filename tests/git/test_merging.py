from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests import oracle
from tests.git.stores import Files, Store, lines, request
from tests.plans import EPOCH, LINK, SUBMODULE, Entry
from understudy.core.errors import DamagedCacheError, UnderstudyError
from understudy.core.model import (
    AlreadyIncluded,
    CommitSha,
    Conflict,
    Conflicted,
    ConflictKind,
    Merged,
    MergeOutcome,
    Revision,
    Unmergeable,
)
from understudy.git.command import Git, installed_version
from understudy.git.merging import Fold, MergeEngine
from understudy.git.objects import ObjectReader
from understudy.process import Coprocess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@contextmanager
def engine(
    store: Store, git: Git, base: str, heads: Sequence[CommitSha], *pin: str
) -> Iterator[MergeEngine]:
    reader = ObjectReader(git)
    fold = Fold(base=store.revision(base), heads=tuple(heads), pin=pin)
    opened = MergeEngine(git, reader, version=installed_version(), fold=fold)
    try:
        yield opened
    finally:
        opened.close()
        reader.close()


def folded(
    store: Store, git: Git, base: str, heads: Sequence[CommitSha], *pin: str
) -> list[MergeOutcome]:
    """Return what becomes of each head in turn; the scratch is then part of the store."""
    outcomes: list[MergeOutcome] = []
    left = store.revision(base)
    with engine(store, git, base, heads, *pin) as merger:
        for number, head in enumerate(heads, 1):
            outcome = merger.merge(left, request(number, head))
            outcomes.append(outcome)
            if isinstance(outcome, Merged):
                left = Revision(commit=outcome.commit, tree=outcome.tree)
    shutil.copytree(git.scratch, store.path / "objects", dirs_exist_ok=True)
    return outcomes


def as_oracle(outcome: MergeOutcome) -> oracle.Answer:
    match outcome:
        case Merged(tree=tree):
            return oracle.Merged(tree)
        case AlreadyIncluded():
            return oracle.Contained()
        case Conflicted(conflicts=conflicts):
            return oracle.Conflicted(frozenset(conflict.path for conflict in conflicts))
        case Unmergeable():
            return oracle.Failed("")


def by_git(store: Store, base: str, heads: Sequence[CommitSha]) -> list[oracle.Answer]:
    answers = oracle.fold(store.path, base, heads, work=store.path.parent / "work")
    return [
        oracle.Merged(answer.tree)
        if isinstance(answer, oracle.Merged)
        else oracle.Failed("")
        if isinstance(answer, oracle.Failed)
        else answer
        for answer in answers
    ]


# --- the merge commit ----------------------------------------------------------------------------


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
    assert dates == [
        f"{EPOCH + when} {EPOCH + when} understudy understudy" for when in (50, 90)
    ]


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


# --- what is merged already ----------------------------------------------------------------------


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


# --- attributes ----------------------------------------------------------------------------------

UNION = "* merge=union\n"
CHANGED = (lines(5, line3="ours"), lines(5, line3="theirs"))
ATTRIBUTES: dict[str, Files] = {
    "none": {},
    "union": {".gitattributes": UNION},
    "binary": {".gitattributes": "f binary\n"},
    "no merge": {".gitattributes": "f -merge\n"},
    "nested": {"d/.gitattributes": UNION},
    "nested against the one above": {".gitattributes": UNION, "d/.gitattributes": "f -merge\n"},
    "a macro": {".gitattributes": "[attr]both merge=union\nd/f both\n"},
    "a driver that is defined nowhere": {".gitattributes": "* merge=mine\n"},
    "a filter": {".gitattributes": "* filter=mine diff=mine text\n"},
    "marker size": {".gitattributes": "* conflict-marker-size=20\n"},
    "eol": {".gitattributes": "* text eol=crlf\n"},
    "working-tree-encoding": {".gitattributes": "* working-tree-encoding=UTF-16\n"},
    "a link": {".gitattributes": Entry(b"elsewhere", LINK), "elsewhere": UNION},
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_attributes_count_as_they_do_in_a_work_tree(store: Store, git: Git, case: str) -> None:
    more = ATTRIBUTES[case]
    root = store.commit({"f": lines(5), "d/f": lines(5), **more})
    base = store.commit({"f": CHANGED[0], "d/f": CHANGED[0], **more}, root)
    heads = [
        store.commit({"f": CHANGED[1], "d/f": lines(5), **more}, root),
        store.commit({"f": lines(5), "d/f": CHANGED[1], **more}, root),
    ]
    assert [as_oracle(x) for x in folded(store, git, base, heads)] == by_git(store, base, heads)


def test_attributes_that_a_merged_head_brings_count_for_those_after_it(
    store: Store, git: Git
) -> None:
    start: Files = {"f": lines(5), "d/f": lines(5)}
    base = store.commit(start)
    heads = [
        store.commit({**start, "f": CHANGED[0]}, base),
        store.commit({**start, "f": CHANGED[1]}, base),
        store.commit({**start, ".gitattributes": UNION}, base),
        store.commit({**start, "f": CHANGED[1]}, base, when=EPOCH + 1),
        store.commit({**start, "d/.gitattributes": "f binary\n"}, base),
        store.commit({**start, "d/f": CHANGED[0]}, base),
        store.commit({**start, "d/f": CHANGED[1]}, base),
    ]
    found = [as_oracle(outcome) for outcome in folded(store, git, base, heads)]
    assert found == by_git(store, base, heads)
    kinds = [type(answer).__name__ for answer in found]
    assert kinds == ["Merged", "Conflicted", *["Merged"] * 4, "Conflicted"]


def test_attributes_of_the_head_itself_do_not_count(store: Store, git: Git) -> None:
    root = store.commit({"f": lines(5)})
    base = store.commit({"f": CHANGED[0]}, root)
    head = store.commit({"f": CHANGED[1], ".gitattributes": UNION}, root)
    outcomes = folded(store, git, base, [head])
    assert [as_oracle(outcome) for outcome in outcomes] == by_git(store, base, [head])
    assert isinstance(outcomes[0], Conflicted)


# --- pinned paths --------------------------------------------------------------------------------

WORKFLOW = ".github/workflows/ci.yml"
PIN = ".github/workflows/**"


def test_a_pinned_path_stays_the_bases_and_the_rest_gets_in_trap_20(
    store: Store, git: Git
) -> None:
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


# --- what is no merge ----------------------------------------------------------------------------


def test_strangers_do_not_merge_and_stop_nobody_trap_38_trap_29(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    stranger = store.commit({"z": "1"})
    head = store.commit({"a": "2"}, base)
    outcomes = folded(store, git, base, [stranger, head])
    assert outcomes[0] == Unmergeable(detail="it shares no history with the base")
    assert isinstance(outcomes[1], Merged)


LOST = {
    "the head": "{head}",
    "the head's tree": "{head}^{{tree}}",
    "a tree in the head": "{head}:d",
    "a file of the head": "{head}:f",
    "the common ancestor's tree": "{root}^{{tree}}",
    "the base's tree": "{base}^{{tree}}",
}


@pytest.mark.parametrize("what", LOST)
def test_a_lost_object_is_a_failure_and_no_verdict_trap_38(
    store: Store, git: Git, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coprocess.read, "__defaults__", (3.0,))
    start: Files = {"f": lines(9), "d/x": lines(9), "p/x": "1"}
    root = store.commit(start)
    base = store.commit({**start, "f": lines(9, line2="x"), "d/x": lines(9, line2="x")}, root)
    head = store.commit({**start, "f": lines(9, line8="y"), "d/x": lines(9, line8="y")}, root)
    revision = store.revision(base)
    with engine(store, git, base, [head], "p/**") as merger:
        store.lose(store.git("rev-parse", LOST[what].format(root=root, base=base, head=head)))
        with pytest.raises(DamagedCacheError):
            merger.merge(revision, request(1, head))


def test_a_scratch_that_cannot_be_written_is_no_verdict_on_a_head(store: Store, git: Git) -> None:
    # A full or vanished disk must not throw pull requests off the stage one by one.
    root = store.commit({"f": lines(9)})
    base = store.commit({"f": lines(9, line2="x")}, root)
    heads = [store.commit({"f": lines(9, line8=word)}, root) for word in ("y", "z")]
    with engine(store, git, base, heads) as merger:
        assert isinstance(merger.try_merge(store.revision(base), request(1, heads[0])), Merged)
        shutil.rmtree(git.scratch)
        git.scratch.write_bytes(b"in the way")
        with pytest.raises(UnderstudyError):
            merger.try_merge(store.revision(base), request(2, heads[1]))


@pytest.mark.parametrize("pin", [(), ("p/**",)], ids=["nothing pinned", "something pinned"])
def test_a_head_that_git_would_not_check_out_stops_nobody_trap_29(
    store: Store, git: Git, pin: tuple[str, ...]
) -> None:
    base = store.commit({"a": "1", "p/x": "1"})
    blob, folder = store.blob(b"1"), store.tree(("100644", store.blob(b"2"), "x"))
    hostile = store.tree(
        ("040000", store.tree(("100644", blob, "config")), ".git"),
        ("100644", blob, "a"),
        ("040000", folder, "p"),
    )
    heads = [store.commit_of_tree(hostile, base), store.commit({"a": "2", "p/x": "1"}, base)]
    outcomes = folded(store, git, base, heads, *pin)
    assert isinstance(outcomes[1], Merged)
    assert ".git/config" not in store.paths(outcomes[1].tree)


# --- what git shows ------------------------------------------------------------------------------


def test_both_sides_of_a_conflict_and_the_markers_are_shown(store: Store, git: Git) -> None:
    root = store.commit({"f": lines(3), "gone": "1\n", "m": Entry(b"1" * 40, SUBMODULE)})
    base = store.commit(
        {"f": lines(3, line2="ours"), "gone": "2\n", "m": Entry(b"2" * 40, SUBMODULE)}, root
    )
    head = store.commit({"f": lines(3, line2="theirs"), "m": Entry(b"3" * 40, SUBMODULE)}, root)
    with engine(store, git, base, [head]) as merger:
        shown = {
            file.path: file
            for file in merger.conflicted_files(store.revision(base), request(1, head))
        }
    assert shown.keys() == {"f", "gone", "m"}
    assert (shown["f"].ours, shown["f"].theirs) == (
        lines(3, line2="ours").encode(),
        lines(3, line2="theirs").encode(),
    )
    assert shown["f"].merged is not None
    assert re.sub(rb"[0-9a-f]{40}", b"SHA", shown["f"].merged).decode() == (
        "line 1\n<<<<<<< SHA\nours\n=======\ntheirs\n>>>>>>> SHA\nline 3\n"
    )
    assert (shown["gone"].ours, shown["gone"].theirs) == (b"2\n", None)
    assert (shown["m"].ours, shown["m"].theirs, shown["m"].merged) == (None, None, None)


@pytest.mark.parametrize("path", ["two\nlines", "carriage\r", "with space", "\udcff"])
def test_conflicts_on_odd_paths_are_shown_as_any_other(store: Store, git: Git, path: str) -> None:
    root = store.commit({path: lines(3), "carriage": "another file"})
    base = store.commit({path: lines(3, line2="ours"), "carriage": "another file"}, root)
    head = store.commit({path: lines(3, line2="theirs"), "carriage": "another file"}, root)
    with engine(store, git, base, [head]) as merger:
        (shown,) = merger.conflicted_files(store.revision(base), request(1, head))
    assert shown.ours == lines(3, line2="ours").encode()
    assert shown.merged is not None
    assert b"<<<<<<< " in shown.merged


def test_touched_are_all_paths_that_differ_written_as_text(store: Store, git: Git) -> None:
    before = store.commit({"a": "1", "b": "1", "\udcff": "1"})
    after = store.commit({"a": "2", "moved": "1", "\udcff": "2"})
    with engine(store, git, before, []) as merger:
        touched = merger.touched(store.tree_of(before), store.tree_of(after))
    assert touched == {"a", "b", "moved", '"\\377"'}


def test_trying_a_merge_out_does_not_count_as_merged(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    head = store.commit({"a": "2"}, base)
    left = store.revision(base)
    with engine(store, git, base, [head]) as merger:
        tried = merger.try_merge(left, request(1, head))
        assert merger.merge(left, request(1, head)) == tried
        assert merger.merge(left, request(1, head)) == AlreadyIncluded(in_base=False)
