"""What git is asked for a merge: under which attributes, onto which left side, and what ahead.

None of this changes an answer. It only spares git work, and the engine time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.model import CommitSha, TreeSha
from understudy.git.attributes import AttributesWorkTree
from understudy.git.mergetree import MergeTree
from understudy.git.objects import IDENTITY, CommitObject, write_scratch

if TYPE_CHECKING:
    from understudy.core.model import Revision
    from understudy.git.command import Git
    from understudy.git.conflicts import Answer
    from understudy.git.history import CommitterDates, NewHistory
    from understudy.git.objects import ObjectReader
    from understudy.git.watched import WatchedPaths


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What is to be merged: heads onto a base, with patterns of paths that stay the base's."""

    base: Revision
    heads: tuple[CommitSha, ...]
    pin: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer, and the names by which git calls the two sides in it."""

    answer: Answer
    labels: tuple[CommitSha, CommitSha]


class MergeQuestions:
    """The questions of one fold, put to one open merge-tree."""

    def __init__(
        self, git: Git, reader: ObjectReader, *, fold: Fold, watched: WatchedPaths, version: str
    ) -> None:
        """Prepare; git is started at the first question."""
        self._scratch = str(git.scratch)
        self._fold = fold
        self._watched = watched
        self._attributes = AttributesWorkTree(
            git.scratch.parent / "attributes",
            memory=git.directory / "attributes-of-base",
            reader=reader,
            watched=watched,
        )
        self._merge_tree = MergeTree(git, attributes=self._attributes.folder, version=version)
        self._lean: dict[tuple[TreeSha, CommitSha], CommitSha] = {}
        self._place = {head: place for place, head in enumerate(fold.heads)}

    def begin(self) -> None:
        """Have git start while others work."""
        self._merge_tree.begin(self._fold.base.commit)

    def ask(
        self, left: Revision, head: CommitSha, *, history: NewHistory | None, dates: CommitterDates
    ) -> Asked:
        """Have git merge the head into the left side, or take the answer that was asked ahead.

        Raises:
            MergeTreeEndedError: git cannot merge the two at all.
        """
        as_in_base = self._watched.are_as_in_base(left.tree)
        if self._attributes.follow(self._fold.base.tree if as_in_base else left.tree):
            self._merge_tree.restart()
        side = self._lean_side(left.tree, head, history=history, dates=dates) or left.commit
        return Asked(answer=self._merge_tree.merge(side, head), labels=(side, head))

    def ask_ahead(
        self, tree: TreeSha, *, after: CommitSha, history: NewHistory, dates: CommitterDates
    ) -> None:
        """Have git begin with the head that comes next, while this one is being written down."""
        heads = self._fold.heads
        place = self._place.get(after, len(heads)) + 1
        while place < len(heads) and history.contains(heads[place]):
            place += 1
        if place >= len(heads) or not self._attributes.fits(tree, self._fold.base.tree):
            return
        side = self._lean_side(tree, heads[place], history=history, dates=dates)
        if side is not None:
            self._merge_tree.ask_ahead(side, heads[place])

    def close(self) -> None:
        """End git."""
        self._merge_tree.close()

    def _lean_side(
        self, tree: TreeSha, head: CommitSha, *, history: NewHistory | None, dates: CommitterDates
    ) -> CommitSha | None:
        """Return a commit of the left tree with the head's fork point for its only parent.

        What git makes of a merge follows from both trees and the merge bases. Where the head forks
        off the base at one commit, and shares nothing with what was merged since, that commit is
        the only merge base, of this stand-in too. And git need not search for it through all the
        merges before and all of the base's history since.
        """
        base = self._fold.base.commit
        fork = history.fork_point(head) if history and history.start == base else None
        if fork is None:
            return None
        if (tree, fork) not in self._lean:
            commit = CommitObject(
                tree=tree,
                parents=(fork,),
                identity=IDENTITY,
                date=dates.of(base),
                message="Stand in for a left side\n",
            )
            written = write_scratch(self._scratch, "commit", commit.encode(), like=base)
            self._lean[tree, fork] = CommitSha(written)
        return self._lean[tree, fork]
