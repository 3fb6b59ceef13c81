"""The same fold done by understudy and in the two ways of the shell; and the limit for all."""

from __future__ import annotations

import os
import shutil
import time
from time import perf_counter
from typing import TYPE_CHECKING, assert_never

from benchmarks.environment import git, script, timed
from benchmarks.fold import Fold, Step
from benchmarks.starting import Start, fresh_copy
from understudy.core.assembly import KnownStep, assemble
from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    CommitSha,
    Conflicted,
    DependencyOut,
    Merged,
    StepOutcome,
    Unmergeable,
)
from understudy.git.objects import CommitObject, write_loose
from understudy.git.repository import GitRepository, open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from understudy.core.model import PullRequest

_IDENTITY = "Benchmark <benchmark@example.invalid>"


def by_understudy(start: Start) -> tuple[Fold, Candidate]:
    """Fold with our own engine: from the opening of its merge session to its end."""
    with open_repository(start.remote, cache=start.cache) as repository:
        return engine_fold(repository, start, start.pull_requests)


def engine_fold(
    repository: GitRepository,
    start: Start,
    pull_requests: Sequence[PullRequest],
    *,
    known: Sequence[KnownStep] = (),
) -> tuple[Fold, Candidate]:
    """Fold in a repository that is open, `known` steps of an earlier fold not redone."""
    heads = [pull_request.head for pull_request in pull_requests]
    ticks = _Ticks()
    began = perf_counter()
    with repository.merging(base=start.base, heads=heads, pin=()) as merger:
        candidate = assemble(start.base, pull_requests, merger=merger, known=known, progress=ticks)
    seconds = perf_counter() - began
    clock = tuple(moment - began for moment in ticks.moments)
    return Fold(seconds=seconds, clock=clock, steps=tuple(_steps(candidate))), candidate


def by_loop(start: Start) -> Fold:
    """Fold with `git merge` in a work tree, as the scripts do that people have today."""
    clone = fresh_copy(start, "loop", bare=False)
    git(clone, "checkout", "--quiet", "-B", "staging", start.base.commit)
    # The loop gets an index that git trusts: files as old as it would be read again.
    time.sleep(1.1)
    git(clone, "status", "--porcelain")
    began = time.time()
    done = timed(script("merge_loop.sh"), cwd=clone, stdin=_listed(start.pull_requests))
    rows = [line.split(" ") for line in done.stdout.splitlines()]
    made = f"{start.base.commit}..HEAD"
    said = git(clone, "log", "--first-parent", "--reverse", "--format=%T", made)
    trees = iter(said.splitlines())
    tree: str = start.base.tree
    steps = []
    for _, number, verdict in rows:
        tree = next(trees) if verdict == "merged" else tree
        steps.append(Step(number=int(number), verdict=verdict, tree=tree))
    clock = tuple(float(moment) - began for moment, *_ in rows)
    return Fold(seconds=done.seconds, clock=clock, steps=tuple(steps))


def by_processes(start: Start) -> Fold:
    """Fold with `git merge-tree` and `git commit-tree`, one process each."""
    copy = fresh_copy(start, "processes.git")
    command = [*script("one_process_each.sh"), start.base.commit, start.base.tree]
    began = time.time()
    done = timed(command, cwd=copy, stdin=_listed(start.pull_requests))
    rows = [line.split(" ") for line in done.stdout.splitlines()]
    return Fold(
        seconds=done.seconds,
        clock=tuple(float(moment) - began for moment, *_ in rows),
        steps=tuple(
            Step(number=int(number), verdict=verdict, tree=tree)
            for _, number, verdict, tree in rows
        ),
    )


def limit(start: Start, candidate: Candidate) -> float:
    """Return the seconds that git alone takes for the pairs of a fold, all known beforehand.

    It works where our engine works: in its mirror, and with an empty object directory of the same
    kind. Only the merge commits lie there already, so that git makes every tree and file again.
    """
    with start.mirror() as folder:
        folder.clear_scratch()
        try:
            pairs = _pairs(candidate, start.dates, folder.scratch)
            environment = {
                "GIT_DIR": str(folder.mirror),
                "GIT_WORK_TREE": str(_attributes(start)),
                "GIT_OBJECT_DIRECTORY": str(folder.scratch),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(folder.mirror / "objects"),
            }
            options = ["-c", "core.bare=false", "-c", "core.looseCompression=0"]
            command = ["git", *options, "merge-tree", "--write-tree", "--stdin", "-z", "--messages"]
            done = timed(command, cwd=start.work, stdin=pairs, extra=environment)
        finally:
            folder.remove_scratch()
    answers = set(done.stdout.split("\0"))
    if any(tree not in answers for tree in _merged_trees(candidate)):
        message = "Git's answers to all pairs at once are not those it gave one by one."
        raise RuntimeError(message)
    return done.seconds


def _merged_trees(candidate: Candidate) -> Iterator[str]:
    return (step.outcome.tree for step in candidate.steps if isinstance(step.outcome, Merged))


def _pairs(candidate: Candidate, dates: dict[CommitSha, int], objects: Path) -> str:
    """Write the fold's commits again and return what merge-tree is asked."""
    left, date = candidate.base.commit, dates[candidate.base.commit]
    pairs = []
    for step in candidate.steps:
        head = step.pull_request.head
        if isinstance(step.outcome, Merged | Conflicted):
            pairs.append(f"{left} {head}\n")
        if isinstance(step.outcome, Merged):
            date = max(date, dates[head])
            commit = CommitObject(
                tree=step.outcome.tree,
                parents=(left, head),
                identity=_IDENTITY,
                date=date,
                message="Merge\n",
            )
            left = CommitSha(write_loose(objects, "commit", commit.encode(), like=head))
    return "".join(pairs)


def _attributes(start: Start) -> Path:
    folder = start.work / "attributes"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, content in start.attributes.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(os.fsencode(content))
    return folder


def _listed(pull_requests: Sequence[PullRequest]) -> str:
    return "".join(f"{one.number} {one.head}\n" for one in pull_requests)


def _steps(candidate: Candidate) -> Iterator[Step]:
    tree: str = candidate.base.tree
    for step in candidate.steps:
        if isinstance(step.outcome, Merged):
            tree = step.outcome.tree
        yield Step(number=step.pull_request.number, verdict=_word(step.outcome), tree=tree)


def _word(outcome: StepOutcome) -> str:
    match outcome:
        case Merged():
            return "merged"
        case AlreadyIncluded():
            return "contained"
        case Conflicted():
            return "conflicted"
        case Unmergeable() | DependencyOut():
            return "unmergeable"
        case _:
            assert_never(outcome)


class _Ticks:
    """When each step of a fold ended."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def phase(self, name: str, total: int | None = None) -> None:
        """Pass over: a fold is one phase."""

    def advance(self) -> None:
        self.moments.append(perf_counter())
