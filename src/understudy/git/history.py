"""Which commits the heads bring, beyond what the left side has: one walk for a whole fold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.model import CommitSha
    from understudy.git.command import Git


@dataclass(slots=True)
class NewHistory:
    """The commits reachable from the heads but not from the start, and which were merged since."""

    _parents: dict[str, tuple[str, ...]]
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
        return cls(parents)

    def contains(self, head: CommitSha) -> bool:
        """Tell whether what has been merged so far has this commit: `git merge` says up to date."""
        return head not in self._parents or head in self._included

    def had_from_the_start(self, head: CommitSha) -> bool:
        """Tell whether the start of the walk has this commit."""
        return head not in self._parents

    def include(self, head: CommitSha) -> None:
        """Note that the head was merged, and with it all its ancestors."""
        pending = [str(head)]
        while pending:
            commit = pending.pop()
            if commit in self._parents and commit not in self._included:
                self._included.add(commit)
                pending.extend(self._parents[commit])
