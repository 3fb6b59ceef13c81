"""The merge engine: answers of git's own ort machinery, and merge commits written by hand.

Each answer equals `git merge --no-ff` of the same two commits in a work tree, but for pinned
paths. A merge commit is a function of its parents, its tree and the pull request's number alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from understudy.core.errors import DamagedCacheError, MergeError
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
from understudy.git.attributes import PATHSPEC, is_attributes_file
from understudy.git.conflicts import AUTO_MERGING, concerned, entries_by_path, unmerged
from understudy.git.history import CommitterDates, NewHistory
from understudy.git.mergetree import MergeTreeEndedError
from understudy.git.objects import IDENTITY, CommitObject, object_id, write_scratch
from understudy.git.paths import as_text
from understudy.git.pins import PinnedPaths, restored
from understudy.git.questions import Asked, Fold, MergeQuestions
from understudy.git.treediff import TreeDiff
from understudy.git.watched import WatchedPaths

if TYPE_CHECKING:
    from understudy.git.command import Git
    from understudy.git.conflicts import Answer, Entry, Message
    from understudy.git.objects import ObjectReader

_OURS, _THEIRS = 2, 3


class Settled(Protocol):
    """Told of the tree that a merge gave, before its commit is made: git need not wait for that."""

    def __call__(self, head: CommitSha, *, tree: TreeSha) -> None: ...


class MergeEngine:
    """One session of merging, on one mirror. Satisfies `ports.Merger`."""

    def __init__(self, git: Git, reader: ObjectReader, *, version: str, fold: Fold) -> None:
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
        self._questions = MergeQuestions(
            git, reader, fold=fold, watched=self._watched, version=version
        )
        self._everything = TreeDiff(git)
        self._dates = CommitterDates(git, reader)
        self._has_begun = False
        self._history: NewHistory | None = None
        self._beyond_base: NewHistory | None = None
        self._unwritten: list[bytes] = []

    def merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        """Merge into what this session has merged so far; see `ports.Merger.merge`."""
        head = pull_request.head
        if self._history is None:
            self._begin()
            self._watched.begin(head)
            self._history = self._beyond(left.commit, first=head)
            if left.commit == self._fold.base.commit:
                self._beyond_base = self._history
        if self._history.contains(head):
            return AlreadyIncluded(in_base=self._is_in_base(head))
        outcome = self._merge(left, pull_request, settled=self._take_in)
        if not isinstance(outcome, Merged):
            self._go_on(head, tree=left.tree)
        self._write_out()
        return outcome

    def try_merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        """Merge into any revision; see `ports.Merger.try_merge`."""
        outcome = self._merge(left, pull_request)
        self._write_out()
        return outcome

    def conflicted_files(
        self, left: Revision, pull_request: PullRequest
    ) -> tuple[ConflictedFile, ...]:
        """Return what git has to show of a conflict; see `ports.Merger.conflicted_files`."""
        asked = self._ask(left, pull_request.head)
        stages = entries_by_path(asked.answer, labels=asked.labels)
        return tuple(
            self._shown(asked, path, kind, stages.get(path, []))
            for path, kind in unmerged(asked.answer, labels=asked.labels).items()
        )

    def _shown(
        self, asked: Asked, path: bytes, kind: ConflictKind, entries: list[Entry]
    ) -> ConflictedFile:
        answer, labels = asked.answer, asked.labels
        blobs = {entry.stage: entry.blob for entry in entries}
        at = (entries[0].path if entries else path).decode(errors="surrogateescape")
        literal = {"GIT_LITERAL_PATHSPECS": "1"}
        listed = self._git.run("ls-tree", "-z", "--full-tree", answer.tree, "--", at, env=literal)
        found = listed.partition(b"\t")[0].rpartition(b" ")[2].decode()
        return ConflictedFile(
            path=as_text(path),
            kind=kind,
            ours=self._reader.read(blobs[_OURS]) if _OURS in blobs else None,
            theirs=self._reader.read(blobs[_THEIRS]) if _THEIRS in blobs else None,
            merged=self._reader.read(found) if found else None,
            labels=labels,
        )

    def commit_id(self, left: Revision, pull_request: PullRequest, tree: TreeSha) -> CommitSha:
        """Return the id that the merge commit has; see `ports.Merger.commit_id`."""
        self._begin()
        _, name = self._commit(left, pull_request, tree)
        return name

    def touched(self, before: TreeSha, after: TreeSha) -> frozenset[str]:
        """Return the paths that differ; see `ports.Merger.touched`."""
        return frozenset(as_text(entry.path) for entry in self._everything.changed(before, after))

    def close(self) -> None:
        """End every git of this session."""
        self._questions.close()
        self._watched.close()
        self._dates.close()
        self._everything.close()

    def _go_on(self, head: CommitSha, *, tree: TreeSha) -> None:
        """Have git begin with the next head, now that it is known what that is merged into."""
        if self._history is not None:
            self._questions.ask_ahead(tree, after=head, history=self._history, dates=self._dates)

    def _take_in(self, head: CommitSha, *, tree: TreeSha) -> None:
        if self._history is not None:
            self._history.include(head)
        self._go_on(head, tree=tree)

    def _merge(
        self, left: Revision, pull_request: PullRequest, *, settled: Settled | None = None
    ) -> MergeOutcome:
        head = pull_request.head
        try:
            asked = self._ask(left, head)
        except MergeTreeEndedError as error:
            return self._unmergeable(left.commit, head, said=error.message)
        if not asked.answer.clean:
            kinds = unmerged(asked.answer, labels=asked.labels)
            if not kinds:
                return Unmergeable(detail="git finds a conflict in it and names no path")
            named = concerned(asked.answer, labels=asked.labels)
            if not all(self._pins.has(path) for path in named):
                return Conflicted(
                    conflicts=tuple(
                        Conflict(path=as_text(path), kind=kind) for path, kind in kinds.items()
                    )
                )
        tree, pinned = self._settle(left, head, asked.answer)
        if settled is not None:
            settled(head, tree=tree)
        content, merged = self._commit(left, pull_request, tree)
        self._unwritten.append(content)
        return Merged(commit=merged, tree=tree, pinned=pinned)

    def _ask(self, left: Revision, head: CommitSha) -> Asked:
        return self._questions.ask(left, head, history=self._history, dates=self._dates)

    def _settle(
        self, left: Revision, head: CommitSha, answer: Answer
    ) -> tuple[TreeSha, tuple[str, ...]]:
        """Return the merged tree with pinned paths put back, and which those were."""
        tree = answer.tree
        # Where git followed a rename, a change made elsewhere may have been carried here.
        plain = answer.clean and all(self._is_plain(message) for message in answer.messages)
        if plain and self._watched.survive(head, left=left.tree, merged=tree):
            return tree, ()
        pinned = self._pins.among(self._watched.changed(left.tree, tree))
        if pinned:
            tree = restored(tree, pinned, reader=self._reader, scratch=self._git.scratch)
        return tree, tuple(as_text(entry.path) for entry in pinned)

    def _is_plain(self, message: Message) -> bool:
        return message.kind == AUTO_MERGING and not any(
            self._pins.has(path) or is_attributes_file(path) for path in message.paths
        )

    def _write_out(self) -> None:
        like = self._fold.base.commit
        for content in self._unwritten:
            write_scratch(str(self._git.scratch), "commit", content, like=like)
        self._unwritten.clear()

    def _commit(
        self, left: Revision, pull_request: PullRequest, tree: TreeSha
    ) -> tuple[bytes, CommitSha]:
        """Return the content of the merge commit, and its id."""
        # No `#12`, no title, no author: a forge acts on what a message mentions (trap 26), and a
        # title that changes must not change the candidate.
        head = pull_request.head
        commit = CommitObject(
            tree=tree,
            parents=(left.commit, head),
            identity=IDENTITY,
            date=max(self._dates.of(left.commit), self._dates.of(head)),
            message=f"Merge pull request {pull_request.number} ({head[:12]})\n\nHead: {head}\n",
        )
        content = commit.encode()
        name = CommitSha(object_id("commit", content, like=head))
        self._dates.learn({name: commit.date})
        return content, name

    def _begin(self) -> None:
        """Have every git that will be needed start before the first is waited for."""
        if not self._has_begun:
            self._has_begun = True
            self._dates.begin(self._fold.heads)
            self._questions.begin()
            self._watched.begin_comparing()

    def _beyond(self, start: CommitSha, *, first: CommitSha | None = None) -> NewHistory:
        """Read the history that the heads bring from the first one on: those before are reused."""
        heads = self._fold.heads
        if first in heads:
            heads = heads[heads.index(first) :]
        return NewHistory.read(self._git, start=start, heads=heads)

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
        scratch = self._git.attempt(
            "hash-object", "-w", "--stdin", stdin=said.encode(), env=self._git.writing_scratch()
        )
        if scratch.code != 0:
            # A full disk must not throw pull requests off the stage one by one.
            message = f"Git cannot write merges to {self._git.scratch}: {said}"
            raise MergeError(message, hint="Make room there, then try again.")
        return Unmergeable(detail=f"git cannot merge it: {said}")
