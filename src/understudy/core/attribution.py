"""Who conflicts with whom: answered in the order people ask (trap 27).

With the base? Else with which pull request already on stage, at which path? Pairs are tried where
both touch the path; what no pair explains is found by bisection over the fold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.core.model import (
    Candidate,
    Conflicted,
    Merged,
    Revision,
    Step,
)
from understudy.core.sops import may_be_encrypted, reencryption_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.model import Conflict, PullRequest, Reencryption, StepOutcome
    from understudy.core.ports import Merger

_MOST_PAIRS = 16
"""More suspects than this for one pull request are not tried pair by pair."""


def attribute(candidate: Candidate, *, merger: Merger) -> Candidate:
    """Fill in `with_` of each conflict that is new in this candidate; reused ones have theirs."""
    inquiry = _Inquiry(candidate, merger)
    steps = tuple(
        inquiry.attributed(step) if index >= candidate.reused else step
        for index, step in enumerate(candidate.steps)
    )
    return replace(candidate, steps=steps)


class _Inquiry:
    """What has been found out about one candidate so far."""

    def __init__(self, candidate: Candidate, merger: Merger) -> None:
        self._base = candidate.base
        self._merger = merger
        self._merged = [step for step in candidate.steps if isinstance(step.outcome, Merged)]
        self._touched: dict[int, frozenset[str]] = {}
        self._alone: dict[int, Revision | None] = {}

    def attributed(self, step: Step) -> Step:
        if not isinstance(step.outcome, Conflicted):
            return step
        paths = {conflict.path for conflict in step.outcome.conflicts}
        culprits = self._culprits(step, paths)
        encrypted = self._encrypted(step, step.outcome.conflicts)
        conflicts = tuple(
            replace(
                conflict,
                with_=tuple(sorted(culprits.get(conflict.path, ()))),
                sops=encrypted.get(conflict.path),
            )
            for conflict in step.outcome.conflicts
        )
        return replace(step, outcome=Conflicted(conflicts=conflicts))

    def _encrypted(self, step: Step, conflicts: Iterable[Conflict]) -> dict[str, Reencryption]:
        if not any(map(may_be_encrypted, conflicts)):
            return {}
        files = self._merger.conflicted_files(step.left, step.pull_request)
        return {file.path: found for file in files if (found := reencryption_in(file))}

    def _culprits(self, step: Step, paths: set[str]) -> dict[str, set[int]]:
        open_paths = paths - self._conflicting(self._base, step.pull_request)
        before = self._merged_before(step)
        culprits: dict[str, set[int]] = {}
        suspects = [other for other in before if open_paths & self._paths_of(other)]
        if len(suspects) <= _MOST_PAIRS:
            for suspect in suspects:
                revision = self._merged_alone(suspect)
                if revision is None:
                    continue
                for path in open_paths & self._conflicting(revision, step.pull_request):
                    culprits.setdefault(path, set()).add(suspect.pull_request.number)
        for path in sorted(open_paths - culprits.keys()):
            found = self._first_conflicting(before, step.pull_request, path)
            if found is not None:
                culprits.setdefault(path, set()).add(found.pull_request.number)
        return culprits

    def _merged_before(self, step: Step) -> list[Step]:
        for index, other in enumerate(self._merged):
            if _revision(other.outcome) == step.left:
                return self._merged[: index + 1]
        return []

    def _first_conflicting(
        self, before: list[Step], pull_request: PullRequest, path: str
    ) -> Step | None:
        low, high = 0, len(before) - 1
        while low < high:
            middle = (low + high) // 2
            revision = _revision(before[middle].outcome)
            if revision and path in self._conflicting(revision, pull_request):
                high = middle
            else:
                low = middle + 1
        return before[low] if before else None

    def _paths_of(self, step: Step) -> frozenset[str]:
        number = step.pull_request.number
        if number not in self._touched and isinstance(step.outcome, Merged):
            self._touched[number] = self._merger.touched(step.left.tree, step.outcome.tree)
        return self._touched[number]

    def _merged_alone(self, step: Step) -> Revision | None:
        number = step.pull_request.number
        if step.left == self._base:
            return _revision(step.outcome)
        if number not in self._alone:
            outcome = self._merger.try_merge(self._base, step.pull_request)
            self._alone[number] = _revision(outcome)
        return self._alone[number]

    def _conflicting(self, left: Revision, pull_request: PullRequest) -> frozenset[str]:
        outcome = self._merger.try_merge(left, pull_request)
        return _paths(outcome.conflicts) if isinstance(outcome, Conflicted) else frozenset()


def _paths(conflicts: Iterable[Conflict]) -> frozenset[str]:
    return frozenset(conflict.path for conflict in conflicts)


def _revision(outcome: StepOutcome) -> Revision | None:
    if isinstance(outcome, Merged):
        return Revision(commit=outcome.commit, tree=outcome.tree)
    return None
