"""The state that every contestant starts from: all objects in one pack, with a commit-graph."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.environment import git
from understudy.core.model import CommitSha, Revision, TreeSha
from understudy.git.cache import CacheFolder, locked_cache
from understudy.git.repository import open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from benchmarks.subjects import Subject
    from understudy.core.model import PullRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`cache` holds our own mirror, `store` the same packs for the others, `work` what they make.

    `dates` are the committer dates of base and heads; `attributes` the base's attribute files.
    """

    remote: str
    cache: Path
    store: Path
    work: Path
    base: Revision
    pull_requests: tuple[PullRequest, ...]
    dates: dict[CommitSha, int]
    attributes: dict[str, str]

    def mirror(self) -> AbstractContextManager[CacheFolder]:
        """Hold the folders behind our own mirror."""
        return locked_cache(self.remote, root=self.cache)


def starting_state(subject: Subject, work: Path) -> Start:
    """Fetch the subject into our own mirror, and share what came with the other contestants."""
    work.mkdir(parents=True)
    cache, store = work / "cache", work / "store.git"
    remote = str(subject.remote)
    commits = [subject.base, *(pull_request.head for pull_request in subject.pull_requests)]
    with open_repository(remote, cache=cache) as repository:
        if repository.fetch(commits):
            message = "The subject does not serve all its heads."
            raise RuntimeError(message)
    with locked_cache(remote, root=cache) as folder:
        git(work, "init", "--quiet", "--bare", str(store))
        _link_objects(folder.mirror, store)
        folder.remove_scratch()
    # libgit2 reads a commit-graph of one file only, git reads either.
    shutil.rmtree(store / "objects/info/commit-graphs", ignore_errors=True)
    listed = "".join(f"{commit}\n" for commit in dict.fromkeys(commits))
    git(store, "commit-graph", "write", "--stdin-commits", "--no-progress", stdin=listed)
    tree = TreeSha(git(store, "rev-parse", f"{subject.base}^{{tree}}"))
    return Start(
        remote=remote,
        cache=cache,
        store=store,
        work=work,
        base=Revision(commit=subject.base, tree=tree),
        pull_requests=subject.pull_requests,
        dates=dict(_dates(store, listed)),
        attributes=dict(_attributes(store, subject.base)),
    )


def fresh_copy(start: Start, name: str, *, bare: bool = True) -> Path:
    """Return a new repository with the same objects; the one of that name before is removed."""
    copy = start.work / name
    shutil.rmtree(copy, ignore_errors=True)
    git(start.work, "init", "--quiet", *(["--bare"] if bare else []), str(copy))
    _link_objects(start.store, copy if bare else copy / ".git")
    return copy


def copied_cache(start: Start, name: str) -> Path:
    """Return a cache with the same mirror in it, to change at will."""
    copy = start.work / name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(start.cache, copy, copy_function=_link_pack_else_copy)
    return copy


def _link_objects(source: Path, target: Path) -> None:
    shutil.copytree(
        source / "objects", target / "objects", copy_function=os.link, dirs_exist_ok=True
    )


def _link_pack_else_copy(source: str, target: str) -> None:
    if "/objects/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _dates(store: Path, commits: str) -> Iterator[tuple[CommitSha, int]]:
    said = git(store, "rev-list", "--no-walk=unsorted", "--timestamp", "--stdin", stdin=commits)
    for line in said.splitlines():
        date, commit = line.split(" ")
        yield CommitSha(commit), int(date)


def _attributes(store: Path, base: CommitSha) -> Iterator[tuple[str, str]]:
    for path in _paths(git(store, "ls-tree", "-r", "-z", "--name-only", base).split("\0")):
        yield path, git(store, "cat-file", "blob", f"{base}:{path}") + "\n"


def _paths(listed: Sequence[str]) -> Iterator[str]:
    return (path for path in listed if path.rsplit("/", 1)[-1] == ".gitattributes")
