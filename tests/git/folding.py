"""Folds with the engine on one store, and the same folds by `git merge` in a work tree."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests import oracle
from tests.git.stores import Store, request
from understudy.core.model import (
    AlreadyIncluded,
    CommitSha,
    Conflicted,
    Merged,
    MergeOutcome,
    Revision,
    Unmergeable,
)
from understudy.git.command import Git, installed_version
from understudy.git.merging import MergeEngine
from understudy.git.objects import ObjectReader
from understudy.git.questions import Fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextmanager
def engine(
    store: Store, git: Git, base: str, heads: Sequence[CommitSha], *pin: str
) -> Iterator[MergeEngine]:
    reader = ObjectReader(git)
    fold = Fold(base=store.revision(base), heads=tuple(heads), pin=pin)
    opened = MergeEngine(git, reader, version=installed_version(), fold=fold)
    try:
        yield opened
    finally:
        opened.close()
        reader.close()


def folded(
    store: Store, git: Git, base: str, heads: Sequence[CommitSha], *pin: str
) -> list[MergeOutcome]:
    """Return what becomes of each head in turn; the scratch is then part of the store."""
    outcomes: list[MergeOutcome] = []
    left = store.revision(base)
    with engine(store, git, base, heads, *pin) as merger:
        for number, head in enumerate(heads, 1):
            outcome = merger.merge(left, request(number, head))
            outcomes.append(outcome)
            if isinstance(outcome, Merged):
                left = Revision(commit=outcome.commit, tree=outcome.tree)
    shutil.copytree(git.scratch, store.path / "objects", dirs_exist_ok=True)
    return outcomes


def as_oracle(outcome: MergeOutcome) -> oracle.Answer:
    match outcome:
        case Merged(tree=tree):
            return oracle.Merged(tree)
        case AlreadyIncluded():
            return oracle.Contained()
        case Conflicted(conflicts=conflicts):
            return oracle.Conflicted(frozenset(conflict.path for conflict in conflicts))
        case Unmergeable():
            return oracle.Failed("")


def by_git(store: Store, base: str, heads: Sequence[CommitSha]) -> list[oracle.Answer]:
    answers = oracle.fold(store.path, base, heads, work=store.path.parent / "work")
    return [
        oracle.Merged(answer.tree)
        if isinstance(answer, oracle.Merged)
        else oracle.Failed("")
        if isinstance(answer, oracle.Failed)
        else answer
        for answer in answers
    ]
