"""Which commits the heads bring, beyond what the left side has: one walk for a whole fold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from understudy.core.model import CommitSha
from understudy.git.objects import committer_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader
    from understudy.process import Coprocess

_LATEST_DATE = 1 << 40
"""A head may claim any date; one past this would not fit where git keeps dates."""


@dataclass(slots=True)
class NewHistory:
    """The commits reachable from the heads but not from the start, and which were merged since."""

    start: CommitSha
    _parents: Mapping[str, tuple[str, ...]]
    _included: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, git: Git, *, start: CommitSha, heads: Iterable[CommitSha]) -> Self:
        """Walk once from all heads down to what `start` has."""
        asked = "".join(f"{head}\n" for head in heads) + f"^{start}\n"
        said = git.run("rev-list", "--parents", "--stdin", stdin=asked.encode())
        parents = {}
        for line in said.decode().splitlines():
            commit, *others = line.split(" ")
            parents[commit] = tuple(others)
        return cls(start=start, _parents=parents)

    def had_from_the_start(self, head: CommitSha) -> bool:
        """Tell whether the start of the walk has this commit."""
        return head not in self._parents

    def contains(self, head: CommitSha) -> bool:
        """Tell whether what has been merged so far has this commit: `git merge` says up to date."""
        return head not in self._parents or head in self._included

    def fork_point(self, head: CommitSha) -> CommitSha | None:
        """Return the one commit of the start that all the head's new commits stand on.

        All common ancestors of head and start are then its ancestors: it is their only merge base.
        None where there are several, or where the head shares new commits with what was merged.
        """
        found: set[str] = set()
        for commit in self._from(head):
            if commit in self._included:
                return None
            found.update(parent for parent in self._parents[commit] if parent not in self._parents)
            if len(found) > 1:
                return None
        return CommitSha(found.pop()) if found else None

    def include(self, head: CommitSha) -> None:
        """Note that the head was merged, and with it all its ancestors."""
        self._included.update(list(self._from(head)))  # the walk itself asks what is included

    def _from(self, head: CommitSha) -> Iterable[str]:
        """Yield the head's new commits; it goes no further down where one is included already."""
        seen = {str(head)}
        pending = [str(head)]
        while pending:
            commit = pending.pop()
            if commit not in self._parents:
                continue
            yield commit
            if commit not in self._included:
                more = [parent for parent in self._parents[commit] if parent not in seen]
                seen.update(more)
                pending.extend(more)


class CommitterDates:
    """When commits were committed, in seconds since 1970, read as late and as few as can be."""

    def __init__(self, git: Git, reader: ObjectReader) -> None:
        """Know none yet."""
        self._git = git
        self._reader = reader
        self._known: dict[CommitSha, int] = {}
        self._reading: Coprocess | None = None

    def begin(self, commits: Iterable[CommitSha]) -> None:
        """Have git read the dates of many commits, while others work."""
        # A commit-graph keeps 34 bits of a date: they are read from the commits themselves.
        options = ("--no-walk=unsorted", "--timestamp", "--stdin")
        self._reading = self._git.start("-c", "core.commitGraph=false", "rev-list", *options)
        self._reading.ask("".join(f"{commit}\n" for commit in commits).encode())
        self._reading.end_questions()

    def of(self, commit: CommitSha) -> int:
        """Return the date of one commit."""
        if commit not in self._known:
            self._finish()
        if commit not in self._known:
            found = committer_date(self._reader.read_existing(commit))
            self._known[commit] = within_bounds(found)
        return self._known[commit]

    def learn(self, dates: Mapping[CommitSha, int]) -> None:
        """Take over dates that are known from elsewhere."""
        self._known.update(dates)

    def close(self) -> None:
        """End git."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _finish(self) -> None:
        if self._reading is None:
            return
        said = bytearray()
        while more := self._reading.read():
            said += more
        self.close()
        for line in said.decode().splitlines():
            date, commit = line.split(" ")
            self._known[CommitSha(commit)] = within_bounds(int(date))


def within_bounds(date: int) -> int:
    """Return the date, or the nearest that git can keep."""
    return max(0, min(date, _LATEST_DATE))
