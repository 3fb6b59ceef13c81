"""Paths whose change needs care while merging: attribute files, which steer later merges, and
pinned paths, which have to be put back.

Most pull requests touch none. Where a head has the base's version of all of them, and so has the
left side, a merge of the two has it too: both sides agree. Which heads are such is found for all
of them by one git that works ahead, so that a merge need not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.errors import DamagedCacheError
from understudy.git.treediff import TreeDiff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.model import CommitSha, Revision, TreeSha
    from understudy.git.command import Git
    from understudy.git.treediff import ChangedPath
    from understudy.process import Coprocess

_WORTH_A_PROCESS = 8
"""With fewer heads, each merge is compared instead."""

_AHEAD = 400
"""Questions sent before they are needed: less than a pipe holds, so that sending never waits."""


class WatchedPaths:
    """What is known of the watched paths in the trees and heads of one fold."""

    def __init__(
        self, git: Git, *, base: Revision, heads: Sequence[CommitSha], pathspecs: Sequence[str]
    ) -> None:
        """Prepare; git is started at the first question."""
        self._base = base
        self._differences = TreeDiff(git, pathspecs=pathspecs)
        self._heads = _HeadsAhead(git, base=base.commit, heads=heads, pathspecs=pathspecs)
        self._as_in_base = {base.tree: True}

    def begin_comparing(self) -> None:
        """Have the git that compares trees start while others work."""
        self._differences.begin()

    def changed(self, before: TreeSha, after: TreeSha) -> list[ChangedPath]:
        """Return the watched paths in which two trees differ."""
        return self._differences.changed(before, after)

    def are_as_in_base(self, tree: TreeSha) -> bool:
        """Tell whether a tree has the base's version of every watched path."""
        if tree not in self._as_in_base:
            self._as_in_base[tree] = not self.changed(self._base.tree, tree)
        return self._as_in_base[tree]

    def is_known_as_in_base(self, tree: TreeSha) -> bool:
        """Tell the same, without asking git: False also where it is not known."""
        return self._as_in_base.get(tree, False)

    def survive(self, head: CommitSha, *, left: TreeSha, merged: TreeSha) -> bool:
        """Tell without comparing whether merging `head` left the base's version of all in place."""
        if not self.are_as_in_base(left) or self._heads.differ(head):
            return False
        self._as_in_base[merged] = True
        return True

    def begin(self, first: CommitSha) -> None:
        """Have git begin to look at the heads, from this one on: it works while others do."""
        self._heads.pass_over_those_before(first)
        self._heads.begin()

    def close(self) -> None:
        """End git."""
        self._differences.close()
        self._heads.close()


class _HeadsAhead:
    """Which heads differ from the base in a watched path, found in their order, ahead of time."""

    def __init__(
        self, git: Git, *, base: CommitSha, heads: Sequence[CommitSha], pathspecs: Sequence[str]
    ) -> None:
        self._git = git
        self._base = base
        self._pathspecs = pathspecs
        self._to_ask = list(dict.fromkeys(heads))[::-1]
        self._asked: list[CommitSha] = []
        self._differ: dict[CommitSha, bool] = {}
        self._process: Coprocess | None = None
        self._unread = b""
        self._found = False

    def differ(self, head: CommitSha) -> bool:
        while head not in self._differ:
            if not self._asked and not self._to_ask:
                return True  # not one of the heads we were told of: compare
            self.begin()
            if self._process is not None:
                self._read(self._process)
        return self._differ[head]

    def pass_over_those_before(self, first: CommitSha) -> None:
        if self._process is None and first in self._to_ask:
            del self._to_ask[self._to_ask.index(first) + 1 :]
            if len(self._to_ask) < _WORTH_A_PROCESS:
                self._to_ask.clear()

    def begin(self) -> None:
        if self._to_ask and self._process is None:
            options = ("--stdin", "-r", "--name-only", "--no-renames")
            self._process = self._git.start("diff-tree", *options, "--", *self._pathspecs)
            self._ask(self._process)

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(self, process: Coprocess) -> None:
        if self._to_ask and len(self._asked) < _AHEAD // 2:
            more = self._to_ask[-_AHEAD // 2 :][::-1]
            del self._to_ask[-_AHEAD // 2 :]
            # A commit with the base for its parent; what follows is echoed, and ends the answer.
            questions = "".join(f"{head} {self._base}\n.\n" for head in more)
            process.ask(questions.encode())
            self._asked.extend(more)

    def _read(self, process: Coprocess) -> None:
        self._ask(process)
        answer = process.read()
        if not answer:
            message = "Git stopped comparing heads: the cache is damaged."
            raise DamagedCacheError(message)
        *lines, self._unread = (self._unread + answer).split(b"\n")
        for line in lines:
            if line == b".":
                self._differ[self._asked.pop(0)] = self._found
                self._found = False
            else:
                self._found = True
