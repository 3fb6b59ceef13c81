"""A merge engine in memory, over sets of paths: a twin of the real one for rules about folds.

A head writes words at paths. It conflicts at a path that holds another word than the base's, and
where all the paths of a clash are there together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar

from tests.git.stores import request
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

Words = dict[str, str]


@dataclass(frozen=True)
class Head:
    """What one head does to a tree."""

    writes: Words = field(default_factory=dict)
    clashes: dict[str, frozenset[str]] = field(default_factory=dict)
    stranger: bool = False


class Twin:
    """Satisfies `ports.Merger`, and counts what it is asked.

    What was written is known to every twin, as a candidate is that was fetched.
    """

    _trees: ClassVar[dict[TreeSha, Words]] = {}
    _within: ClassVar[dict[CommitSha, frozenset[CommitSha]]] = {}

    def __init__(self, base: Words, heads: dict[int, Head]) -> None:
        self._heads = {head_of(number): head for number, head in heads.items()}
        self.base = Revision(commit=CommitSha("base"), tree=self._tree(base))
        self._within[self.base.commit] = frozenset()
        self.merges: list[int] = []
        self.tries = 0

    def merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        self.merges.append(pull_request.number)
        if pull_request.head in self._within[left.commit]:
            return AlreadyIncluded(in_base=False)
        return self._outcome(left, pull_request)

    def try_merge(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        self.tries += 1
        return self._outcome(left, pull_request)

    def conflicted_files(
        self, left: Revision, pull_request: PullRequest
    ) -> tuple[ConflictedFile, ...]:
        raise NotImplementedError

    def commit_id(self, left: Revision, pull_request: PullRequest, tree: TreeSha) -> CommitSha:
        commit = CommitSha(_digest(left.commit, pull_request.head, tree))
        self._within[commit] = self._within[left.commit] | {pull_request.head}
        return commit

    def touched(self, before: TreeSha, after: TreeSha) -> frozenset[str]:
        differing = self._trees[before].items() ^ self._trees[after].items()
        return frozenset(path for path, _ in differing)

    def _outcome(self, left: Revision, pull_request: PullRequest) -> MergeOutcome:
        head = self._heads[pull_request.head]
        if head.stranger:
            return Unmergeable(detail="a stranger")
        here, base = self._trees[left.tree], self._trees[self.base.tree]
        paths = {
            path
            for path, word in head.writes.items()
            if here.get(path) not in {base.get(path), word}
        }
        paths |= {path for path, all_of in head.clashes.items() if all_of <= here.keys()}
        if paths:
            return Conflicted(
                conflicts=tuple(
                    Conflict(path=path, kind=ConflictKind.CONTENT) for path in sorted(paths)
                )
            )
        tree = self._tree({**here, **head.writes})
        return Merged(commit=self.commit_id(left, pull_request, tree), tree=tree)

    def _tree(self, words: Words) -> TreeSha:
        tree = TreeSha(_digest(*(f"{path}={word}" for path, word in sorted(words.items()))))
        self._trees[tree] = words
        return tree


def head_of(number: int) -> CommitSha:
    return CommitSha(f"{number:040x}")


def asked(number: int) -> PullRequest:
    return request(number, head_of(number))


def _digest(*parts: str) -> str:
    return hashlib.sha1("\0".join(parts).encode(), usedforsecurity=False).hexdigest()
