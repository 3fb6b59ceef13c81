"""The fold of a rebuild where only the last pull request changed, against one from scratch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.contestants import engine_fold
from benchmarks.starting import Start, copied_cache
from understudy.core.assembly import KnownStep
from understudy.core.decisions import Published, RefUpdate
from understudy.git.repository import GitRepository, open_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.model import Candidate, PullRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Incremental:
    """Seconds of both, and whether they ended on the same commit with the same outcomes."""

    scratch: float
    again: float
    same: bool


def measure(start: Start, pull_requests: Sequence[PullRequest], *, runs: int) -> Incremental:
    """Publish a fold in which the last pull request has another head, then fold with its own.

    There are two heads at least that differ.
    """
    scratch, again, same = [], [], True
    for run in range(runs):
        cache = copied_cache(start, "incremental")
        with open_repository(start.remote, cache=start.cache) as repository:
            fold, candidate = engine_fold(repository, start, pull_requests)
        scratch.append(fold.seconds)
        with open_repository(start.remote, cache=cache) as repository:
            name = f"refs/heads/earlier-{len(pull_requests)}-{run}"
            known = _published(repository, start, _earlier(pull_requests), ref=name)
        with open_repository(start.remote, cache=cache) as repository:
            fold, short = engine_fold(repository, start, pull_requests, known=known)
        again.append(fold.seconds)
        same &= short.reused == len(pull_requests) - 1
        same &= (short.tip, short.steps) == (candidate.tip, candidate.steps)
    return Incremental(scratch=median(scratch), again=median(again), same=same)


def _earlier(pull_requests: Sequence[PullRequest]) -> list[PullRequest]:
    *others, last = pull_requests
    head = next(other.head for other in others if other.head != last.head)
    return [*others, replace(last, head=head)]


def _published(
    repository: GitRepository, start: Start, pull_requests: Sequence[PullRequest], *, ref: str
) -> tuple[KnownStep, ...]:
    repository.fetch([start.base.commit, *(one.head for one in start.pull_requests)])
    _, candidate = engine_fold(repository, start, pull_requests)
    update = RefUpdate(ref=ref, old=None, new=candidate.tip.commit)
    if not isinstance(repository.publish([update]), Published):
        message = "The candidate could not be published."
        raise RuntimeError(message)  # noqa: TRY004 - not a matter of types
    repository.settle()
    return _known(candidate)


def _known(candidate: Candidate) -> tuple[KnownStep, ...]:
    return tuple(
        KnownStep(
            number=step.pull_request.number, head=step.pull_request.head, outcome=step.outcome
        )
        for step in candidate.steps
    )
