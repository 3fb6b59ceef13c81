"""All contestants on one subject, taking turns, so that a busy moment meets each of them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.contestants import by_loop, by_processes, by_understudy, limit
from benchmarks.fold import Fold, first_differences, middle
from benchmarks.libgit2 import by_libgit2, disagreements

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.starting import Start

OURS = "understudy"
LOOP = "(a) git merge loop"
PROCESSES = "(b) merge-tree processes"
LIBGIT2 = "(c) libgit2"

_OTHERS: dict[str, Callable[[Start], Fold]] = {
    PROCESSES: by_processes,
    LIBGIT2: by_libgit2,
    LOOP: by_loop,
}
_SLOW = {LOOP, LIBGIT2}
"""They touch every file of the repository for each pull request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The median fold of each contestant, the limit in seconds, and who differs from the loop."""

    folds: dict[str, Fold]
    limit: float
    differences: dict[str, tuple[str, ...]]
    runs: dict[str, int]


def compare(start: Start, *, runs: int, slow_runs: int) -> Comparison:
    """Let everybody fold `runs` times, the slow ones `slow_runs` times."""
    done: dict[str, list[Fold]] = {name: [] for name in (OURS, *_OTHERS)}
    limits = []
    by_understudy(start)  # the first fold reads files that are not in memory yet
    for run in range(runs):
        fold, candidate = by_understudy(start)
        done[OURS].append(fold)
        limits.append(limit(start, candidate))
        for name, contestant in _OTHERS.items():
            if name not in _SLOW or run < slow_runs:
                done[name].append(contestant(start))
    folds = {name: middle(each) for name, each in done.items()}
    differences = {
        name: first_differences(fold, folds[LOOP]) for name, fold in folds.items() if name != LOOP
    }
    if differences[LIBGIT2]:
        differences[LIBGIT2] = disagreements(start, folds[LOOP])
    return Comparison(
        folds=folds,
        limit=median(limits),
        differences=differences,
        runs={name: len(each) for name, each in done.items()},
    )
