"""A fold as any contestant did it: what came of each pull request, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One pull request: a verdict in a word, and the tree that the fold had reached after it."""

    number: int
    verdict: str
    tree: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """All steps; `clock` has the seconds from the start to the end of each."""

    seconds: float
    clock: tuple[float, ...]
    steps: tuple[Step, ...]


def middle(folds: Sequence[Fold]) -> Fold:
    """Return the fold that all of them did, in the median of their times.

    Raises:
        RuntimeError: they did not all do the same.
    """
    if len({fold.steps for fold in folds}) != 1:
        message = "A contestant did not do the same twice."
        raise RuntimeError(message)
    return replace(
        folds[0],
        seconds=median(fold.seconds for fold in folds),
        clock=tuple(median(times) for times in zip(*(fold.clock for fold in folds), strict=True)),
    )


def first_differences(fold: Fold, reference: Fold) -> tuple[str, ...]:
    """Name the steps on which a fold left the reference.

    Once the trees differ they stay different: from there on only verdicts are compared.
    """
    differences = []
    together = True
    for step, true in zip(fold.steps, reference.steps, strict=True):
        if step.verdict != true.verdict:
            differences.append(f"#{step.number} {step.verdict}, git: {true.verdict}")
        elif together and step.tree != true.tree:
            differences.append(f"#{step.number} {step.verdict} with another tree")
        together &= step.tree == true.tree
    return tuple(differences)
