"""Folds of built plans with understudy's engine, in the words of the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from tests import oracle
from understudy.core.assembly import KnownStep, assemble
from understudy.core.decisions import Published, RefUpdate
from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    CommitSha,
    Conflicted,
    DependencyOut,
    Merged,
    PullRequest,
    Step,
    Unmergeable,
)
from understudy.git.repository import open_repository

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.plans import Built

STAGE = "refs/heads/staging"


def pull_requests(heads: Sequence[str]) -> list[PullRequest]:
    """Return pull requests numbered from 1, that differ in nothing but their heads."""
    return [
        PullRequest(
            number=number,
            title=f"change {number}",
            author="ada",
            head=CommitSha(head),
            head_ref=f"feature/{number}",
            base_ref="master",
        )
        for number, head in enumerate(heads, 1)
    ]


def fold(
    built: Built,
    cache: Path,
    *,
    known: Sequence[KnownStep] = (),
    stage: str | None = None,
) -> Candidate:
    """Fold a built plan. With `stage`, publish it there, so that the next fold can build on it."""
    requests = pull_requests(built.heads)
    heads = [request.head for request in requests]
    base = CommitSha(built.base)
    with open_repository(str(built.store), cache=cache) as repository:
        missing = repository.fetch([base, *heads])
        assert not missing
        left = repository.revision(base)
        with repository.merging(base=left, heads=heads, pin=()) as merger:
            candidate = assemble(left, requests, merger=merger, known=known)
        if stage is not None:
            old = repository.advertised([stage]).get(stage)
            update = RefUpdate(ref=stage, old=old, new=candidate.tip.commit)
            assert isinstance(repository.publish([update]), Published)
    return candidate


def known(candidate: Candidate) -> list[KnownStep]:
    """Return what a record of this candidate lets the next fold take over."""
    return [
        KnownStep(
            number=step.pull_request.number, head=step.pull_request.head, outcome=step.outcome
        )
        for step in candidate.steps
    ]


def answer(step: Step) -> oracle.Answer:
    """Say a step's outcome as the oracle says it."""
    match step.outcome:
        case Merged(tree=tree):
            return oracle.Merged(tree, tree != step.left.tree)
        case AlreadyIncluded():
            return oracle.Contained()
        case Conflicted(conflicts=conflicts):
            return oracle.Conflicted(frozenset(conflict.path for conflict in conflicts))
        case Unmergeable(detail=detail):
            return oracle.Failed(detail)
        case DependencyOut():
            return oracle.Failed("not tried")
        case _:
            assert_never(step.outcome)
