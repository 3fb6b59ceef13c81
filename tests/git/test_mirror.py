from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from understudy.core.errors import DamagedCacheError
from understudy.core.model import CommitSha
from understudy.git import mirror
from understudy.git.cache import CacheFolder
from understudy.git.mirror import (
    KEPT_REF,
    KeptCommits,
    keep_within_bounds,
    make_ready,
    write_commit_graph,
)
from understudy.git.objects import ObjectReader
from understudy.git.remote import RemoteGit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.git.command import Git


@pytest.fixture
def folder(tmp_path: Path, store: Store) -> CacheFolder:
    made = CacheFolder(
        mirror=tmp_path / "cache" / "mirror.git",
        scratch=tmp_path / "cache" / "scratch" / "objects",
        identity=tmp_path / "cache" / "identity",
        remote=str(store.path),
    )
    made.mirror.parent.mkdir()
    made.clear_scratch()
    return made


@pytest.fixture
def link(folder: CacheFolder, store: Store) -> RemoteGit:
    return RemoteGit(
        git=Store(folder.mirror).opened(folder.scratch.parent), address=str(store.path)
    )


@pytest.fixture
def ready(folder: CacheFolder, link: RemoteGit) -> Git:
    make_ready(folder, link)
    return link.git


@pytest.fixture
def kept(ready: Git) -> Iterator[KeptCommits]:
    reader = ObjectReader(ready)
    yield KeptCommits(ready, reader)
    reader.close()


# --- making it -----------------------------------------------------------------------------------


def test_a_mirror_is_made_once_and_then_used(folder: CacheFolder, link: RemoteGit) -> None:
    make_ready(folder, link)
    (folder.mirror / "mark").write_text("x")
    make_ready(folder, link)
    assert (folder.mirror / "mark").exists()
    assert Store(folder.mirror).git("rev-parse", "--is-bare-repository") == "true"


def test_a_mirror_of_another_remote_is_made_anew(folder: CacheFolder, link: RemoteGit) -> None:
    make_ready(folder, link)
    (folder.mirror / "mark").write_text("x")
    folder.identity.write_text("another")
    make_ready(folder, link)
    assert not (folder.mirror / "mark").exists()


def test_a_half_made_mirror_is_made_anew(folder: CacheFolder, link: RemoteGit) -> None:
    folder.mirror.mkdir()
    (folder.mirror / "HEAD").write_text("half")
    make_ready(folder, link)
    assert Store(folder.mirror).git("count-objects") == "0 objects, 0 kilobytes"


@pytest.mark.parametrize("name", ["HEAD", "config"])
def test_a_mirror_that_lost_a_file_is_made_good(
    folder: CacheFolder, link: RemoteGit, name: str
) -> None:
    make_ready(folder, link)
    (folder.mirror / name).unlink()
    make_ready(folder, link)
    assert Store(folder.mirror).git("rev-parse", "--is-bare-repository") == "true"


def test_a_remote_of_sha256_gets_a_mirror_of_sha256(tmp_path: Path, folder: CacheFolder) -> None:
    store = Store.create(tmp_path / "256.git", hashing="sha256")
    commit = store.commit({"a": "1"})
    store.ref("refs/heads/master", commit)
    git = Store(folder.mirror).opened(folder.scratch.parent)
    link = RemoteGit(git=git, address=str(store.path))
    for _ in range(2):
        make_ready(folder, link)
        assert Store(folder.mirror).git("rev-parse", "--show-object-format") == "sha256"
    assert link.fetch([commit]) == frozenset()


def test_what_was_planted_in_the_cache_runs_nothing_and_lends_nothing(
    folder: CacheFolder, link: RemoteGit, store: Store, tmp_path: Path
) -> None:
    make_ready(folder, link)
    ran = tmp_path / "ran"
    program = f"touch {ran}"
    (folder.mirror / "config").write_text(
        f"[core]\n\tbare = true\n\tfsmonitor = {program}\n\tsshCommand = {program}\n"
        f'\thooksPath = {tmp_path}/hooks\n[merge "mine"]\n\tdriver = {program}\n'
        f'[filter "mine"]\n\tsmudge = {program}\n\tclean = {program}\n'
        f'[include]\n\tpath = {tmp_path}/more\n[remote "x"]\n\turl = ext::{program}\n'
        f"[uploadpack]\n\tpackObjectsHook = {program}\n[alias]\n\tfetch = !{program}\n"
    )
    for place in (folder.mirror / "hooks", tmp_path / "hooks"):
        place.mkdir()
        for hook in ("reference-transaction", "pre-push", "post-update", "post-checkout"):
            (place / hook).write_text(f"#!/bin/sh\n{program}\n")
            (place / hook).chmod(0o755)
    (folder.mirror / "info").mkdir(exist_ok=True)
    (folder.mirror / "info/attributes").write_text("* merge=mine filter=mine\n")
    (folder.mirror / "info/grafts").write_text("")
    (folder.mirror / "objects/info").mkdir(exist_ok=True)
    (folder.mirror / "objects/info/alternates").write_text(f"{store.path}/objects\n")
    make_ready(folder, link)
    commit = store.commit({"a": "1"})
    assert link.git.attempt("cat-file", "-e", commit).code != 0
    assert link.fetch([commit]) == frozenset()
    link.git.run("update-ref", "refs/x", commit)
    assert not ran.exists()
    listed = link.git.run("config", "--list", "--local").decode()
    assert listed == "core.repositoryformatversion=0\ncore.bare=true\n"


def test_a_planted_folder_to_borrow_settings_from_is_removed(
    folder: CacheFolder, link: RemoteGit, tmp_path: Path
) -> None:
    make_ready(folder, link)
    elsewhere = Store.create(tmp_path / "elsewhere.git")
    elsewhere.git("config", "core.editor", "touch /tmp/owned")
    (folder.mirror / "commondir").write_text(f"{elsewhere.path}\n")
    make_ready(folder, link)
    assert not (folder.mirror / "commondir").exists()
    assert b"touch" not in link.git.run("config", "--list")


# --- keeping -------------------------------------------------------------------------------------


def fetched(link: RemoteGit, store: Store, count: int) -> list[CommitSha]:
    commits = [store.commit({"a": f"{n}\n" * 2000}) for n in range(count)]
    assert link.fetch(commits) == frozenset()
    return commits


def has(git: Git, commit: CommitSha) -> bool:
    return git.attempt("cat-file", "-e", f"{commit}^{{tree}}").code == 0


def test_nothing_is_kept_at_first(kept: KeptCommits) -> None:
    assert kept.all() == frozenset()


def test_what_is_kept_is_remembered_by_the_next_session(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git
) -> None:
    commits = fetched(link, store, 3)
    kept.set(commits)
    kept.set(commits[:2])
    reader = ObjectReader(ready)
    assert KeptCommits(ready, reader).all() == kept.all() == frozenset(commits[:2])
    reader.close()
    assert Store(ready.directory).git("for-each-ref", "--format=%(refname)") == KEPT_REF


def test_keeping_nothing_keeps_what_was_kept(
    kept: KeptCommits, link: RemoteGit, store: Store
) -> None:
    commits = fetched(link, store, 1)
    kept.set(commits)
    kept.set([])
    assert kept.all() == frozenset(commits)


@pytest.mark.parametrize("packed", [False, True], ids=["a ref in a file", "a packed ref"])
def test_a_list_that_is_lost_means_a_damaged_cache(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git, *, packed: bool
) -> None:
    kept.set(fetched(link, store, 1))
    there = Store(ready.directory)
    there.lose(there.git("rev-parse", KEPT_REF))
    if packed:
        there.git("pack-refs", "--all")
    reader = ObjectReader(ready)
    with pytest.raises(DamagedCacheError):
        KeptCommits(ready, reader).all()
    reader.close()


def test_garbage_is_collected_once_there_may_be_much_of_it(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_SLACK_BYTES", 0)
    commits = fetched(link, store, 120)
    kept.set(commits)
    keep_within_bounds(ready)
    (ready.directory / "size-when-clean").write_text("1")
    kept.set(commits[:3])
    keep_within_bounds(ready)
    assert [has(ready, commit) for commit in commits] == [True] * 3 + [False] * 117
    assert kept.all() == frozenset(commits[:3])


def test_little_garbage_is_left_alone(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git
) -> None:
    commits = fetched(link, store, 3)
    kept.set(commits)
    kept.set(commits[:1])
    keep_within_bounds(ready)
    assert all(has(ready, commit) for commit in commits)


def test_the_number_of_packs_stays_bounded(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_MOST_PACKS", 4)
    counts = []
    every: list[CommitSha] = []
    for _ in range(9):
        commits = [store.commit({"a": str(len(every)), str(n): "x"}) for n in range(2)]
        every += commits
        link.fetch(commits)
        kept.pack_on_top(commits)
        kept.set(every)
        keep_within_bounds(ready)
        counts.append(len(list((ready.directory / "objects/pack").glob("*.pack"))))
    assert max(counts) <= 5
    assert all(has(ready, commit) for commit in every)


def test_a_measure_cut_short_by_a_kill_is_no_obstacle(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git
) -> None:
    kept.set(fetched(link, store, 1))
    (ready.directory / "size-when-clean").write_text("")
    keep_within_bounds(ready)


def test_what_is_packed_on_top_leaves_the_scratch_with_all_it_needs(
    kept: KeptCommits, link: RemoteGit, store: Store, ready: Git
) -> None:
    (base,) = fetched(link, store, 1)
    kept.set([base])
    there = {**ready.reading(), "GIT_OBJECT_DIRECTORY": str(ready.scratch)}
    there["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(ready.directory / "objects")
    names = {
        f"GIT_{role}_{part}": "x@x"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    blob = ready.run("hash-object", "-w", "--stdin", stdin=b"new", env=there).decode().strip()
    tree = ready.run("mktree", stdin=f"100644 blob {blob}\tnew\n".encode(), env=there)
    made = ready.run(
        "commit-tree", "-m", "x", "-p", base, tree.decode().strip(), env={**there, **names}
    )
    commit = CommitSha(made.decode().strip())
    kept.pack_on_top([commit])
    shutil.rmtree(ready.scratch)
    ready.scratch.mkdir()
    assert ready.run("cat-file", "blob", f"{commit}:new") == b"new"
    assert ready.attempt("fsck", "--connectivity-only", commit).code == 0


def test_a_commit_graph_covers_what_it_is_told(link: RemoteGit, store: Store, ready: Git) -> None:
    commits = fetched(link, store, 3)
    write_commit_graph(ready, [])
    write_commit_graph(ready, commits)
    assert ready.attempt("commit-graph", "verify").code == 0
