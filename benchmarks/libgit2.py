"""The same fold done by libgit2, through pygit2 in a bare repository."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import pygit2

from benchmarks.environment import git
from benchmarks.fold import Fold, Step
from benchmarks.starting import Start, fresh_copy

if TYPE_CHECKING:
    from pathlib import Path

_WHO = pygit2.Signature("Benchmark", "benchmark@example.invalid", 1_700_000_000, 0)


def by_libgit2(start: Start) -> Fold:
    """Fold with merge_commits and create_commit."""
    copy = fresh_copy(start, "libgit2.git")
    began = perf_counter()
    repository = pygit2.Repository(str(copy))
    left, tree = pygit2.Oid(hex=start.base.commit), pygit2.Oid(hex=start.base.tree)
    steps, clock = [], []
    for pull_request in start.pull_requests:
        head = pygit2.Oid(hex=pull_request.head)
        verdict, merged = _merge(repository, left, head, tree=tree)
        if verdict == "merged" and merged is not None:
            tree = merged
            message = f"Merge pull request {pull_request.number}"
            left = repository.create_commit(None, _WHO, _WHO, message, tree, [left, head])
        steps.append(Step(number=pull_request.number, verdict=verdict, tree=str(tree)))
        clock.append(perf_counter() - began)
    return Fold(seconds=perf_counter() - began, clock=tuple(clock), steps=tuple(steps))


def disagreements(start: Start, loop: Fold) -> tuple[str, ...]:
    """Name each step on which libgit2 does not say what git said of the very same two commits."""
    clone = start.work / "loop"
    repository = pygit2.Repository(str(clone))
    lefts = _lefts(clone, start, loop)
    tree = str(start.base.tree)
    found = []
    for step, left, pull_request in zip(loop.steps, lefts, start.pull_requests, strict=True):
        head = pygit2.Oid(hex=pull_request.head)
        verdict, merged = _merge(repository, pygit2.Oid(hex=left), head, tree=pygit2.Oid(hex=tree))
        if verdict != step.verdict:
            found.append(f"#{step.number} {verdict}, git: {step.verdict}")
        elif verdict == "merged" and str(merged) != step.tree:
            found.append(f"#{step.number} {verdict} with another tree")
        tree = step.tree
    return tuple(found)


def _merge(
    repository: pygit2.Repository, left: pygit2.Oid, head: pygit2.Oid, *, tree: pygit2.Oid
) -> tuple[str, pygit2.Oid | None]:
    try:
        index = repository.merge_commits(left, head)
    except (pygit2.GitError, KeyError):
        return "unmergeable", None
    if index.conflicts is not None:
        return "conflicted", None
    merged = index.write_tree(repository)
    # Asked only where nothing changed, for it walks the history.
    if merged == tree and (left == head or repository.descendant_of(left, head)):
        return "contained", None
    return "merged", merged


def _lefts(clone: Path, start: Start, loop: Fold) -> list[str]:
    """Return the commit that the loop had reached before each step."""
    made = f"{start.base.commit}..HEAD"
    commits = iter(git(clone, "rev-list", "--first-parent", "--reverse", made).split())
    left: str = start.base.commit
    lefts = []
    for step in loop.steps:
        lefts.append(left)
        left = next(commits) if step.verdict == "merged" else left
    return lefts
