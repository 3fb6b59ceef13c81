"""The merge engine: answers of git's own ort machinery, and merge commits written by hand.

Each answer equals `git merge --no-ff` of the same two commits in a work tree, but for pinned
paths. A merge commit is a function of its parents, its tree and the pull request's number alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import DamagedCacheError
from understudy.core.model import (
    AlreadyIncluded,
    CommitSha,
    Conflict,
    Conflicted,
    ConflictedFile,
    ConflictKind,
    Merged,
    MergeOutcome,
    PullRequest,
    Revision,
    TreeSha,
    Unmergeable,
)
from understudy.git.attributes import PATHSPEC, AttributesWorkTree
from understudy.git.conflicts import Answer, Entry, entries_by_path, unmerged
from understudy.git.history import CommitterDates, NewHistory
from understudy.git.mergetree import MergeTree, MergeTreeEndedError
from understudy.git.objects import CommitObject, object_id, write_scratch
from understudy.git.paths import as_text
from understudy.git.pins import PinnedPaths, restored
from understudy.git.treediff import TreeDiff
from understudy.git.watched import WatchedPaths

if TYPE_CHECKING:
    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader

_IDENTITY = "understudy <noreply@understudy.invalid>"
_OURS, _THEIRS = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What is to be merged: heads onto a base, with patterns of paths that stay the base's."""

    base: Revision
    heads: tuple[CommitSha, ...]
    pin: tuple[str, ...]


class MergeEngine:
    """One session of merging, on one mirror. Satisfies `ports.Merger`."""

    def __init__(
        self,
        git: Git,
        reader: ObjectReader,
        *,
        version: str,
        fold: Fold,
    ) -> None:
        """Prepare; git is started when the first answer is needed."""
        self._git = git
        self._reader = reader
        self._fold = fold
        self._pins = PinnedPaths(fold.pin)
        self._watched = WatchedPaths(
            git,
            base=fold.base,
            heads=fold.heads,
            pathspecs=[PATHSPEC, *self._pins.pathspecs()],
        )
        self._everything = TreeDiff(git)
        self._attributes = AttributesWorkTree(
            git.scratch.parent / "attributes", reader=reader, watched=self._watched
        )
        self._merge_tree = MergeTree(git, attributes=self._attributes.folder, version=version)
        self._dates_are_read = False
        self._history: NewHistory | None = None
        self._beyond_base: NewHistory | None = None
        self._dates = CommitterDates(git, reader)
        self._lean: dict[TreeSha, CommitSha] = {fold.base.tree: fold.base.commit}

    def merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        """Merge into what this session has merged so far; see `ports.Merger.merge`."""
        head = pull_request.head
        if self._history is None:
            self._history = self._beyond(left.commit)
            self._dates.learn(self._history.dates)
            if left.commit == self._fold.base.commit:
                self._beyond_base = self._history
        if self._history.contains(head):
            return AlreadyIncluded(in_base=self._is_in_base(head))
        outcome = self.try_merge(left, pull_request)
        if isinstance(outcome, Merged):
            self._history.include(head)
        return outcome

    def try_merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        """Merge into any revision; see `ports.Merger.try_merge`."""
        head = pull_request.head
        try:
            answer, labels = self._ask(left, head)
        except MergeTreeEndedError as error:
            return self._unmergeable(left.commit, head, said=error.message)
        if not answer.clean:
            kinds = unmerged(answer, labels=labels)
            if not kinds:
                return Unmergeable(detail="git finds a conflict in it and names no path")
            if not all(self._pins.has(path) for path in kinds):
                return Conflicted(
                    conflicts=tuple(
                        Conflict(path=as_text(path), kind=kind) for path, kind in kinds.items()
                    )
                )
        tree, pinned = self._settle(left, head, answer.tree)
        commit = self._commit(left, pull_request, tree)
        written = self._write(commit)
        self._dates.learn({written: commit.date})
        return Merged(commit=written, tree=tree, pinned=pinned)

    def conflicted_files(
        self, left: Revision, pull_request: PullRequest
    ) -> tuple[ConflictedFile, ...]:
        """Return what git has to show of a conflict; see `ports.Merger.conflicted_files`."""
        answer, labels = self._ask(left, pull_request.head)
        stages = entries_by_path(answer, labels=labels)
        return tuple(
            self._shown(answer, path, kind, stages.get(path, []))
            for path, kind in unmerged(answer, labels=labels).items()
        )

    def _shown(
        self, answer: Answer, path: bytes, kind: ConflictKind, entries: list[Entry]
    ) -> ConflictedFile:
        blobs = {entry.stage: entry.blob for entry in entries}
        at = f"{answer.tree}:" + (entries[0].path if entries else path).decode(
            errors="surrogateescape"
        )
        return ConflictedFile(
            path=as_text(path),
            kind=kind,
            ours=self._reader.read(blobs[_OURS]) if _OURS in blobs else None,
            theirs=self._reader.read(blobs[_THEIRS]) if _THEIRS in blobs else None,
            merged=self._reader.read(at),
        )

    def commit_id(self, left: Revision, pull_request: PullRequest, tree: TreeSha) -> CommitSha:
        """Return the id that the merge commit has; see `ports.Merger.commit_id`."""
        if not self._dates_are_read:
            self._dates.read_all(self._fold.heads)
            self._dates_are_read = True
        commit = self._commit(left, pull_request, tree)
        found = CommitSha(object_id("commit", commit.encode(), like=pull_request.head))
        self._dates.learn({found: commit.date})
        return found

    def touched(self, before: TreeSha, after: TreeSha) -> frozenset[str]:
        """Return the paths that differ; see `ports.Merger.touched`."""
        return frozenset(as_text(entry.path) for entry in self._everything.changed(before, after))

    def close(self) -> None:
        """End every git of this session."""
        self._merge_tree.close()
        self._watched.close()
        self._everything.close()

    def _ask(self, left: Revision, head: CommitSha) -> tuple[Answer, tuple[CommitSha, CommitSha]]:
        """Ask git, under the left side's attributes; return its answer and the labels in it."""
        as_in_base = self._watched.are_as_in_base(left.tree)
        if self._attributes.follow(self._fold.base.tree if as_in_base else left.tree):
            self._merge_tree.restart()
        side = self._leanest(left, head)
        return self._merge_tree.merge(side, head), (side, head)

    def _leanest(self, left: Revision, head: CommitSha) -> CommitSha:
        """Return the commit to merge into: one of the same tree with as little history as will do.

        What git makes of a merge follows from both trees and the merge bases. Those are the same
        for a commit of the left tree with the base for its only parent, as long as the head shares
        no commit with what was merged since. On it, git need not search through all merges before.
        """
        history = self._history
        at_base = history is not None and history.start == self._fold.base.commit
        if history is None or not at_base or not history.is_apart(head):
            return left.commit
        if left.tree not in self._lean:
            commit = CommitObject(
                tree=left.tree,
                parents=(self._fold.base.commit,),
                identity=_IDENTITY,
                date=self._dates.of(self._fold.base.commit),
                message="Stand in for a left side\n",
            )
            self._lean[left.tree] = self._write(commit)
        return self._lean[left.tree]

    def _settle(
        self, left: Revision, head: CommitSha, tree: TreeSha
    ) -> tuple[TreeSha, tuple[str, ...]]:
        """Return the merged tree with pinned paths put back, and which those were."""
        if self._watched.survive(head, left=left.tree, merged=tree):
            return tree, ()
        pinned = self._pins.among(self._watched.changed(left.tree, tree))
        if pinned:
            paths = [entry.path for entry in pinned]
            index = str(self._git.scratch.parent / "index")
            tree = restored(self._git, tree, left=left, pinned=paths, index=index)
        return tree, tuple(as_text(entry.path) for entry in pinned)

    def _write(self, commit: CommitObject) -> CommitSha:
        content, like = commit.encode(), commit.parents[0]
        return CommitSha(write_scratch(str(self._git.scratch), "commit", content, like=like))

    def _commit(self, left: Revision, pull_request: PullRequest, tree: TreeSha) -> CommitObject:
        # No `#12`, no title, no author: a forge acts on what a message mentions (trap 26), and a
        # title that changes must not change the candidate.
        head = pull_request.head
        return CommitObject(
            tree=tree,
            parents=(left.commit, head),
            identity=_IDENTITY,
            date=max(self._dates.of(left.commit), self._dates.of(head)),
            message=f"Merge pull request {pull_request.number} ({head[:12]})\n\nHead: {head}\n",
        )

    def _beyond(self, start: CommitSha) -> NewHistory:
        return NewHistory.read(self._git, start=start, heads=self._fold.heads)

    def _is_in_base(self, head: CommitSha) -> bool:
        if self._beyond_base is None:
            self._beyond_base = self._beyond(self._fold.base.commit)
        return self._beyond_base.had_from_the_start(head)

    def _unmergeable(self, left: CommitSha, head: CommitSha, *, said: str) -> Unmergeable:
        """Tell what a person can act on from a cache that has lost objects (trap 38)."""
        if self._git.attempt("merge-base", left, head).code == 1:
            return Unmergeable(detail="it shares no history with the base")
        whole = self._git.attempt("rev-list", "--objects", "--quiet", head, left)
        if whole.code != 0:
            message = f"The cache has lost objects: git says {said}"
            raise DamagedCacheError(message)
        return Unmergeable(detail=f"git cannot merge it: {said}")
