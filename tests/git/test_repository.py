from __future__ import annotations

import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store, request
from tests.git.test_records import record
from understudy.core.decisions import Published, RefUpdate
from understudy.core.errors import DamagedCacheError, UnderstudyError, UsageError
from understudy.core.model import CommitSha, Merged
from understudy.git.repository import GitRepository, open_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Open = Callable[[], GitRepository]

STAGE = "refs/heads/staging"
RECORD = "refs/understudy/staging"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def repository(store: Store, cache: Path) -> Iterator[GitRepository]:
    with open_repository(str(store.path), cache=cache) as opened:
        yield opened


def mirror_in(cache: Path) -> Path:
    (mirror,) = cache.glob("*/mirror.git")
    return mirror


def spoil(pattern: str, folder: Path) -> None:
    found = list(folder.glob(pattern))
    assert found
    for path in found:
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        path.write_bytes(b"rubbish" * 9)


def test_the_default_branch_and_its_tip_are_the_remotes(
    store: Store, repository: GitRepository
) -> None:
    commit = store.commit({"a": "1"})
    store.ref("refs/heads/master", commit)
    assert repository.default_branch() == "master"
    assert repository.default_tip() == commit


def test_one_reading_of_the_remote_serves_until_it_is_looked_at_again(
    store: Store, repository: GitRepository
) -> None:
    commit = store.commit({"a": "1"})
    store.ref(STAGE, commit)
    assert repository.advertised([STAGE]) == {STAGE: commit}
    moved = store.commit({"a": "2"})
    store.ref(STAGE, moved)
    assert repository.advertised([STAGE]) == {STAGE: commit}
    repository.look_again()
    assert repository.advertised([STAGE]) == {STAGE: moved}


def test_fetched_commits_can_be_read(store: Store, repository: GitRepository) -> None:
    commit = store.commit({"a": "1", "d/ü": "2"})
    gone = CommitSha("f" * 40)
    assert repository.fetch([commit, gone]) == {gone}
    assert repository.revision(commit) == store.revision(commit)
    assert repository.file(commit, "a") == b"1"
    assert repository.file(commit, "d/ü") == b"2"
    assert repository.file(commit, "none") is None


def test_what_is_held_is_not_fetched_again_even_when_the_remote_lost_it(
    store: Store, cache: Path
) -> None:
    commit = store.commit({"a": "1"})
    with open_repository(str(store.path), cache=cache) as first:
        assert first.fetch([commit]) == frozenset()
    store.lose(commit)
    with open_repository(str(store.path), cache=cache) as second:
        assert second.fetch([commit]) == frozenset()
        assert second.revision(commit).commit == commit


@pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
def test_what_is_no_commit_is_not_taken_for_one(
    store: Store, repository: GitRepository, kind: str
) -> None:
    commit = store.commit({"a": "1"})
    store.git("tag", "-a", "-m", "tag", "v1", commit)
    names = {"blob": f"{commit}:a", "tree": f"{commit}^{{tree}}", "tag": "refs/tags/v1"}
    name = CommitSha(store.git("rev-parse", names[kind]))
    try:
        missing = repository.fetch([commit, name])
    except DamagedCacheError:
        pytest.fail("the cache is blamed for what was asked for")
    except UnderstudyError:
        return
    assert missing == {name}
    assert repository.revision(commit).commit == commit


def test_ancestry_is_told_for_all_heads_at_once_trap_28(
    store: Store, repository: GitRepository
) -> None:
    root = store.commit({"a": "0"})
    one, two = store.commit({"a": "1"}, root), store.commit({"a": "2"}, root)
    merge = store.commit({"a": "3"}, one, two)
    repository.fetch([merge, root])
    assert repository.contains_all(merge, [one, two, root, merge])
    assert repository.contains_all(merge, [])
    assert not repository.contains_all(one, [root, two])


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", "..", "."])
@pytest.mark.parametrize("above", [(), ("d",)], ids=["at the top", "in a folder"])
def test_a_path_that_git_would_not_check_out_is_told_trap_29(
    store: Store, repository: GitRepository, name: str, above: tuple[str, ...]
) -> None:
    tree = store.tree(("100644", store.blob(b"1"), "config"))
    for part in (name, *above):
        tree = store.tree(("040000", tree, part), ("100644", store.blob(b"1"), "plain"))
    hostile = store.commit_of_tree(tree)
    repository.fetch([hostile])
    said = repository.refused_path(repository.revision(hostile).tree)
    assert said is not None
    assert "/".join([*above, name, "config"]) in said


def test_a_path_that_only_looks_odd_is_not_refused(store: Store, repository: GitRepository) -> None:
    odd = [".gitignore", "a/.github/x", "...", "-rf", "two\nlines", "\udcff", "git", "d/..x"]
    commit = store.commit(dict.fromkeys(odd, "1"))
    hostile = store.commit_of_tree(store.tree(("100644", store.blob(b"1"), ".git")))
    repository.fetch([commit, hostile])
    assert repository.refused_path(repository.revision(commit).tree) is None
    assert repository.refused_path(repository.revision(hostile).tree)
    assert repository.refused_path(repository.revision(commit).tree) is None


def test_branch_and_record_are_written_together_and_read_back(
    store: Store, repository: GitRepository, cache: Path
) -> None:
    base = store.commit({"a": "1"})
    head = store.commit({"a": "1", "b": "1"}, base)
    repository.fetch([base, head])
    revision = repository.revision(base)
    with repository.merging(base=revision, heads=[head], pin=()) as merger:
        merged = merger.merge(revision, request(1, head))
    assert isinstance(merged, Merged)
    written = record(1, merged.commit)
    tip = repository.write_record(written, tip=None, keep=5)
    updates = [
        RefUpdate(ref=STAGE, old=None, new=merged.commit),
        RefUpdate(ref=RECORD, old=None, new=tip),
    ]
    assert repository.publish(updates) == Published()
    repository.settle()
    assert repository.records(tip) == [written]
    assert store.git("rev-parse", STAGE, RECORD).split() == [merged.commit, tip]
    store.git("fsck", "--strict")
    assert mirror_in(cache).is_dir()


def test_notes_are_read_and_written_over_the_remote(
    store: Store, repository: GitRepository
) -> None:
    commit = store.commit({"a": "1"})
    assert repository.notes("refs/notes/checks", [commit]) == {}
    repository.fetch([commit])
    tip = repository.append_note(None, commit, '{"lint": "success"}')
    update = RefUpdate(ref="refs/notes/checks", old=None, new=tip)
    assert repository.publish([update]) == Published()
    repository.look_again()
    assert repository.notes("refs/notes/checks", [commit]) == {commit: b'{"lint": "success"}\n'}
    assert store.git("notes", "--ref", "checks", "show", commit) == '{"lint": "success"}'


# --- a cache is never trusted --------------------------------------------------------------------


def filled(store: Store, cache: Path) -> CommitSha:
    commit = store.commit({str(n): str(n) for n in range(150)})
    with open_repository(str(store.path), cache=cache) as repository:
        assert repository.fetch([commit]) == frozenset()
    return commit


def read_all(store: Store, cache: Path, commit: CommitSha) -> None:
    with open_repository(str(store.path), cache=cache) as repository:
        repository.fetch([commit])
        repository.revision(commit)
        repository.file(commit, "7")


@pytest.mark.parametrize("pattern", ["objects/pack/*.pack", "objects/pack/*.idx"])
def test_a_damaged_cache_is_told_and_gone_at_the_next_opening(
    store: Store, cache: Path, pattern: str
) -> None:
    commit = filled(store, cache)
    spoil(pattern, mirror_in(cache))
    with pytest.raises(DamagedCacheError):
        read_all(store, cache, commit)
    with open_repository(str(store.path), cache=cache) as again:
        assert again.fetch([commit]) == frozenset()
        assert again.file(commit, "7") == b"7"


@pytest.mark.parametrize(
    "pattern",
    [
        "objects/pack/*.pack",
        "objects/pack/*.idx",
        "objects/info/commit-graphs/*.graph",
        "refs/understudy/kept",
    ],
)
def test_a_damaged_cache_does_not_stand_in_the_way_of_fetching_for_ever(
    store: Store, cache: Path, pattern: str
) -> None:
    first = filled(store, cache)
    second = store.commit({"new": "1"}, first)
    spoil(pattern, mirror_in(cache))
    for _ in range(2):
        try:
            with open_repository(str(store.path), cache=cache) as repository:
                assert repository.fetch([first, second]) == frozenset()
                assert repository.file(second, "new") == b"1"
                assert repository.file(first, "7") == b"7"
        except DamagedCacheError:
            continue
        return
    pytest.fail("a second attempt does not get there either")


def test_a_cache_in_a_folder_of_any_name(store: Store, tmp_path: Path) -> None:
    for name in ("with space", "with:colon", 'with"quote', "ü"):
        base = store.commit({"a": "1"})
        head = store.commit({"a": "1", "b": name}, base)
        with open_repository(str(store.path), cache=tmp_path / name) as repository:
            repository.fetch([base, head])
            revision = repository.revision(base)
            with repository.merging(base=revision, heads=[head], pin=()) as merger:
                assert isinstance(merger.merge(revision, request(1, head)), Merged)


def test_no_scratch_is_left_behind(store: Store, cache: Path) -> None:
    with ExitStack() as opened:
        repository = opened.enter_context(open_repository(str(store.path), cache=cache))
        scratch = repository._git.scratch  # noqa: SLF001 - where it is, is nobody's business but this test's
        assert scratch.is_dir()
    assert not scratch.parent.exists()


def test_what_is_no_repository_is_a_wrong_call(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(UsageError), open_repository(str(tmp_path), cache=cache):
        pass
