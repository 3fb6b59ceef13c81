"""What the core and the use case ask of the outside. Adapters satisfy these by shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from understudy.core.answers import Report
    from understudy.core.decisions import Publication, Raced, RefUpdate
    from understudy.core.deployment import Deployment
    from understudy.core.model import (
        CommitSha,
        ConflictedFile,
        MergeOutcome,
        PullRequest,
        Revision,
        Snapshot,
        TreeSha,
    )
    from understudy.core.record import Record


class Clock(Protocol):
    """The time, timezone-aware, in UTC. Never part of a candidate."""

    def now(self) -> datetime: ...


class Forge(Protocol):
    """Where pull requests and their checks are read."""

    def snapshot(self, previous: Record | None) -> Snapshot | Raced:
        """Read the whole world, or raise: never return a part of it (invariant 4).

        `previous` is the last record: a forge that has no numbers of its own keeps those given.
        Raced: what was read here and there does not belong to one moment.
        """

    def report(self, record: Record, before: Record | None) -> Report:
        """Tell each pull request what became of it, where that differs from what it was told.

        `before` is the record that was the newest until then: where a forge does not show what
        was said, it tells. A failure to tell is part of the result: the record is published.
        """

    def deployed(self, commit: CommitSha) -> Deployment | None:
        """Return what the forge was told of a stage's commit by what deploys it; None: nothing.

        Raises:
            UnavailableError: the forge did not answer.
            RefusedError: it may not be asked.
        """


class Access(Protocol):
    """What git needs to reach the remote beyond the user's own settings."""

    def git_settings(self) -> Sequence[tuple[str, str]]:
        """Return git configuration, in order. It may hold a credential: never for an argument."""


class _Nothing:
    def git_settings(self) -> Sequence[tuple[str, str]]:
        return ()


USERS_OWN_ACCESS: Access = _Nothing()
"""Git finds its credentials by itself: helpers, an ssh agent, or none needed."""


class Remote(Protocol):
    """The refs of the one remote and the notes on its commits: a forge without a server."""

    def advertised(self, patterns: Sequence[str]) -> dict[str, CommitSha]:
        """Return the full names (`refs/…`) of refs that match the patterns, with their ids."""

    def default_branch(self) -> str | None:
        """Return the short name of the branch the remote's HEAD points at."""

    def notes(self, ref: str, commits: Iterable[CommitSha]) -> dict[CommitSha, bytes]:
        """Return the text of the notes under `ref` for those of `commits` that have one."""


class Merger(Protocol):
    """One open merge engine. Each answer equals `git merge --no-ff` in a work tree."""

    def merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        """Merge the head into `left` and write the merge commit.

        Raises:
            MergeError: git could not answer; nothing can be said about this pull request.
        """

    def try_merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        """Merge into any revision, to find something out: it does not count as merged here."""

    def conflicted_files(
        self, left: Revision, pull_request: PullRequest
    ) -> tuple[ConflictedFile, ...]:
        """Return the content of each path on which merging into `left` conflicts."""

    def commit_id(self, left: Revision, pull_request: PullRequest, tree: TreeSha) -> CommitSha:
        """Return the id that the merge commit of this step has when its tree is `tree`."""

    def touched(self, before: TreeSha, after: TreeSha) -> frozenset[str]:
        """Return the paths that differ between two trees (no renames)."""


class Repository(Remote, Protocol):
    """The mirror of the remote, and the one way to write to it."""

    @property
    def git_version(self) -> str: ...

    def look_again(self) -> None:
        """Read the remote's refs anew at the next question: until then one answer serves all.

        So base, stage and heads are what the remote had at one moment.
        """

    def fetch(self, commits: Iterable[CommitSha]) -> frozenset[CommitSha]:
        """Bring commits into the mirror in one fetch; return those the remote no longer has."""

    def tree(self, commit: CommitSha) -> Tree:
        """Return the files of a fetched commit."""

    def revision(self, commit: CommitSha) -> Revision:
        """Return the commit with its tree. It must have been fetched."""

    def merging(
        self, *, base: Revision, heads: Sequence[CommitSha], pin: Sequence[str]
    ) -> AbstractContextManager[Merger]:
        """Open a merge engine for folding fetched heads onto a fetched base.

        `pin` are patterns of paths that stay as the base has them.
        """

    def refused_path(self, tree: TreeSha) -> str | None:
        """Return what git says of a path in the tree that it would not check out; None: of none."""

    def contains_all(self, commit: CommitSha, heads: Sequence[CommitSha]) -> bool:
        """Tell whether each head is an ancestor of `commit`."""

    def records(self, tip: CommitSha | None, limit: int | None = None) -> list[Record]:
        """Return the chain of records that ends at `tip`, newest first."""

    def write_record(self, record: Record, *, tip: CommitSha | None, keep: int) -> CommitSha:
        """Append to the chain, trimmed to the newest `keep` records; return its new tip."""

    def publish(self, updates: Sequence[RefUpdate]) -> Publication:
        """Push all updates or none, each only if the remote still has the expected value.

        Raises:
            UnavailableError: the remote cannot be reached.
        """

    def settle(self) -> None:
        """Keep in the mirror what was asked for and published since it was opened, no more."""


class Tree(Protocol):
    """The files of one revision. Paths are from its root, with `/`; "" is the root."""

    def folder_id(self, path: str) -> TreeSha | None:
        """Return the id of a folder's content; None where there is no such folder."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None where there is no such file."""

    def files(self, folder: str = "") -> Sequence[str]:
        """Return the paths of all files in a folder and below it, in order."""

    def export(self, folders: Iterable[str], into: Path) -> None:
        """Write these folders, with all the files in them, below a folder on disk.

        Symbolic links and submodules are no files: they are left out.

        Raises:
            UsageError: one of the files has a name that no disk takes.
        """


class Progress(Protocol):
    """Somebody who may be watching."""

    def phase(self, name: str, total: int | None = None) -> None:
        """Begin a phase of `total` steps, where that is known."""

    def advance(self) -> None:
        """Finish one step of the phase."""


class _Silent:
    def phase(self, name: str, total: int | None = None) -> None:
        pass

    def advance(self) -> None:
        pass


SILENT: Progress = _Silent()
"""Nobody is watching."""
