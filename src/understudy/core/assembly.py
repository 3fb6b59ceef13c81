"""The fold: heads onto the base in order, conflicts stepped over, a known beginning not redone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    CommitSha,
    Conflict,
    Conflicted,
    DependencyOut,
    Merged,
    PullRequest,
    Reason,
    Revision,
    Step,
    StepOutcome,
    ToolIdentity,
    Unmergeable,
)
from understudy.core.ports import SILENT
from understudy.core.record import Line, LineState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from understudy.core.ports import Merger, Progress
    from understudy.core.record import Record

_ON_STAGE = (Merged, AlreadyIncluded)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStep:
    """A step of an earlier fold: what came of this head in this place."""

    number: int
    head: CommitSha
    outcome: StepOutcome


def assemble(  # noqa: PLR0913 - one call a rebuild, all by keyword after two
    base: Revision,
    pull_requests: Sequence[PullRequest],
    *,
    merger: Merger,
    dependencies: Mapping[int, frozenset[int]] | None = None,
    absent: Iterable[int] = (),
    known: Sequence[KnownStep] = (),
    progress: Progress = SILENT,
) -> Candidate:
    """Fold the heads onto the base in the order given.

    What depends on one of the `absent` pull requests, or on one that does not merge, is out too.

    `known` are the steps of an earlier fold with the same base, pins and tool. As long as heads
    and order agree, a step's inputs are the same, so its outcome is too: it is taken over, once
    the merge commit's id has been computed again from the present inputs and found equal.
    """
    needs = dependencies or {}
    steps: list[Step] = []
    out = set(absent)
    left = base
    reused = 0
    for pull_request in pull_requests:
        before = _in_same_place(known, reused, pull_request) if reused == len(steps) else None
        outcome: StepOutcome | None = _blocked(pull_request, needs, out)
        if outcome is None and before is not None:
            outcome = _confirmed(before.outcome, left, pull_request, merger)
        if outcome is None:
            outcome = merger.merge(left, pull_request)
        elif before is not None and type(outcome) is type(before.outcome):
            reused += 1
        progress.advance()
        steps.append(Step(pull_request=pull_request, left=left, outcome=outcome))
        if isinstance(outcome, Merged):
            left = Revision(commit=outcome.commit, tree=outcome.tree)
        elif not isinstance(outcome, _ON_STAGE):
            out.add(pull_request.number)
    return Candidate(base=base, tip=left, steps=tuple(steps), reused=reused)


def known_steps(
    record: Record | None, *, base: Revision, pin: Sequence[str], tool: ToolIdentity
) -> tuple[KnownStep, ...]:
    """Return the record's fold, if it began where a fold with these inputs begins."""
    if record is None or record.candidate is None:
        return ()
    if (record.base.sha, record.pin, record.tool) != (base.commit, tuple(pin), tool):
        return ()
    return tuple(_from_lines(record))


def _blocked(
    pull_request: PullRequest, needs: Mapping[int, frozenset[int]], out: set[int]
) -> DependencyOut | None:
    missing = needs.get(pull_request.number, frozenset()) & out
    return DependencyOut(number=min(missing)) if missing else None


def _in_same_place(
    known: Sequence[KnownStep], index: int, pull_request: PullRequest
) -> KnownStep | None:
    if index >= len(known):
        return None
    step = known[index]
    same = (step.number, step.head) == (pull_request.number, pull_request.head)
    return step if same else None


def _confirmed(
    outcome: StepOutcome, left: Revision, pull_request: PullRequest, merger: Merger
) -> StepOutcome | None:
    """Return the earlier outcome if it holds here; None where the merge has to be done again."""
    if isinstance(outcome, DependencyOut):
        return None
    if isinstance(outcome, Merged):
        expected = merger.commit_id(left, pull_request, outcome.tree)
        return outcome if expected == outcome.commit else None
    return outcome


def _from_lines(record: Record) -> Iterator[KnownStep]:
    lines = {line.number: line for line in record.pull_requests}
    for number in record.order:
        line = lines.get(number)
        outcome = _outcome(line) if line else None
        if line is None or outcome is None:
            return
        yield KnownStep(number=number, head=line.head, outcome=outcome)


def _outcome(line: Line) -> StepOutcome | None:
    if line.state is LineState.INCLUDED and line.merge_commit and line.tree:
        return Merged(commit=line.merge_commit, tree=line.tree, pinned=line.pinned)
    if line.state is LineState.CONTAINED:
        return AlreadyIncluded(in_base=line.reason is Reason.ALREADY_IN_BASE)
    if line.state is LineState.CONFLICTED:
        return Conflicted(conflicts=tuple(_conflicts(line)))
    if line.reason is Reason.UNMERGEABLE:
        return Unmergeable(detail=line.detail or "")
    if line.reason is Reason.DEPENDENCY:
        return DependencyOut(number=0)
    return None


def _conflicts(line: Line) -> Iterable[Conflict]:
    for conflict in line.conflicts:
        yield Conflict(
            path=conflict.path,
            kind=conflict.kind,
            with_=conflict.with_,
            sops=conflict.sops or None,
        )
