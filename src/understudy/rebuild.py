"""Rebuild the stage: read the world, judge, merge, guard, publish, record.

This file reads like the request: the base plus every pull request whose checks pass, from scratch
on every change, pushed only when the content differs. It knows the outside through ports alone.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace

from understudy.core.assembly import assemble, known_steps
from understudy.core.attribution import attribute
from understudy.core.config import refuse_stage_on_base
from understudy.core.decisions import Raced
from understudy.core.dependencies import dependencies
from understudy.core.eligibility import judge_all
from understudy.core.errors import RacedError, UnavailableError, UnderstudyError
from understudy.core.guard import decide
from understudy.core.lines import lines_of
from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    Eligible,
    Excluded,
    Merged,
    PullRequest,
    Reason,
    Snapshot,
    Trigger,
    Verdict,
)
from understudy.core.ordering import in_order
from understudy.core.ports import SILENT
from understudy.core.record import BaseLine, DecisionWord, Line, Record, Timings
from understudy.stage import ATTEMPTS, StageState, conclude, read_stage, revision_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.model import CommitSha
    from understudy.core.ports import Progress
    from understudy.stage import Project

Verdicts = tuple[tuple[PullRequest, Verdict], ...]


def rebuild(
    project: Project,
    *,
    trigger: Trigger,
    dry_run: bool = False,
    resume: bool = False,
    progress: Progress = SILENT,
) -> Record:
    """Bring the stage up to date with the world and return the record of it.

    With `dry_run` nothing is written to the remote. With `resume` a hold ends.

    Raises:
        UnavailableError: the world could not be read whole; nothing was published (trap 01).
        RacedError: the remote's refs moved at each of ATTEMPTS attempts.
    """
    ref = ""
    for _ in range(ATTEMPTS):
        outcome = _Attempt(project, trigger=trigger, progress=progress).run(
            dry_run=dry_run, resume=resume
        )
        if not isinstance(outcome, Raced):
            return outcome
        ref = outcome.ref
        project.repository.look_again()
    message = f"{ref} moved on the remote during each of {ATTEMPTS} attempts."
    raise RacedError(message, hint="Something else pushes there: find it, then rebuild again.")


class _Attempt:
    """One reading of the world, and what follows from it."""

    def __init__(self, project: Project, *, trigger: Trigger, progress: Progress) -> None:
        self._project = project
        self._trigger = trigger
        self._progress = progress
        self._started = monotonic()
        self._phases: dict[str, int] = {}

    def run(self, *, dry_run: bool, resume: bool) -> Record | Raced:
        self._phase("read")
        state = read_stage(self._project)
        if isinstance(state, Raced):
            return state
        latest = state.latest
        snapshot = self._project.forge.snapshot(latest)
        if isinstance(snapshot, Raced):
            return snapshot
        refuse_stage_on_base(self._project.stage, snapshot.base_ref)
        verdicts = judge_all(
            snapshot,
            self._project.stage,
            now=self._project.clock.now(),
            previous=latest,
            stages=frozenset(stage.branch for stage in self._project.config.stages.values()),
        )
        self._phase("fetch")
        verdicts = self._fetch(snapshot, verdicts)
        self._phase("merge", total=len(verdicts))
        verdicts, candidate = self._fold(snapshot, verdicts, latest)
        self._phase("publish")
        hold = latest.hold if latest and not resume else None
        draft = self._draft(state, snapshot, lines_of(verdicts, candidate), candidate)
        draft = replace(draft, hold=hold)
        if dry_run:
            return draft
        self._refuse_lost_heads(candidate)
        decision = decide(candidate, state.published, hold=hold)
        return conclude(self._project, state, draft=draft, decision=decision)

    def _fetch(self, snapshot: Snapshot, verdicts: Verdicts) -> Verdicts:
        """Fetch exactly the judged SHAs (trap 02); a head that is gone takes itself out."""
        heads = [pr.head for pr, verdict in verdicts if isinstance(verdict, Eligible)]
        missing = self._project.repository.fetch([snapshot.base, *heads])
        if snapshot.base in missing:
            message = f"The remote does not serve {snapshot.base}, the tip of {snapshot.base_ref}."
            raise UnavailableError(message, hint="Rebuild again; nothing was published.")
        return tuple(
            (
                pr,
                _gone(pr.head) if pr.head in missing and isinstance(verdict, Eligible) else verdict,
            )
            for pr, verdict in verdicts
        )

    def _fold(
        self, snapshot: Snapshot, verdicts: Verdicts, latest: Record | None
    ) -> tuple[Verdicts, Candidate]:
        """Fold, and again without what would make the stage one that git does not check out."""
        while True:
            candidate = self._candidate(snapshot, verdicts, latest)
            culprit = self._brings_a_refused_path(candidate, latest)
            if culprit is None:
                return verdicts, candidate
            number, said = culprit
            refused = Excluded(
                reason=Reason.UNMERGEABLE, detail=f"git refuses a path of it: {said}"
            )
            verdicts = tuple(
                (pr, refused if pr.number == number else verdict) for pr, verdict in verdicts
            )

    def _brings_a_refused_path(
        self, candidate: Candidate, latest: Record | None
    ) -> tuple[int, str] | None:
        """Return the first pull request with such a path, such as `.git/config`, by bisection."""
        refused = self._project.repository.refused_path
        known = latest.candidate.tree if latest and latest.candidate else None
        if candidate.tip.tree in {known, candidate.base.tree} or not refused(candidate.tip.tree):
            return None
        merged = [(s.pull_request, s.outcome) for s in candidate.steps]
        trees = [(pr.number, out.tree) for pr, out in merged if isinstance(out, Merged)]
        low, high = 0, len(trees) - 1
        while low < high:
            middle = (low + high) // 2
            if refused(trees[middle][1]):
                high = middle
            else:
                low = middle + 1
        if refused(candidate.base.tree):
            return None  # it is the base's own: nobody else is to blame
        number, tree = trees[low]
        return number, refused(tree) or ""

    def _candidate(
        self, snapshot: Snapshot, verdicts: Verdicts, latest: Record | None
    ) -> Candidate:
        project = self._project
        base = project.repository.revision(snapshot.base)
        needs = dependencies(snapshot)
        eligible = in_order(
            [pr for pr, verdict in verdicts if isinstance(verdict, Eligible)],
            dependencies=needs,
            order=project.stage.order,
            incumbents=latest.incumbents() if latest else frozenset(),
        )
        heads = [pull_request.head for pull_request in eligible]
        with project.repository.merging(base=base, heads=heads, pin=project.stage.pin) as merger:
            candidate = assemble(
                base,
                eligible,
                merger=merger,
                dependencies=needs,
                absent=[pr.number for pr, verdict in verdicts if isinstance(verdict, Excluded)],
                known=known_steps(latest, base=base, pin=project.stage.pin, tool=project.tool),
                progress=self._progress,
            )
            return attribute(candidate, merger=merger)

    def _refuse_lost_heads(self, candidate: Candidate) -> None:
        """Never publish a stage that lacks what it says it has (trap 28)."""
        heads = [
            step.pull_request.head
            for step in candidate.steps
            if isinstance(step.outcome, Merged | AlreadyIncluded)
        ]
        if not self._project.repository.contains_all(candidate.tip.commit, heads):
            message = "The candidate lacks a head that was merged into it; nothing was published."
            raise UnderstudyError(message, hint="This is a defect of understudy: report it.")

    def _draft(
        self, state: StageState, snapshot: Snapshot, lines: Sequence[Line], candidate: Candidate
    ) -> Record:
        project = self._project
        return Record(
            serial=state.next_serial,
            stage=project.stage_name,
            branch=project.stage.branch,
            at=project.clock.now().isoformat(timespec="seconds"),
            trigger=self._trigger,
            tool=project.tool,
            base=BaseLine(branch=snapshot.base_ref, sha=snapshot.base, tree=candidate.base.tree),
            previous=state.latest_serial,
            candidate=revision_line(candidate.tip),
            published=revision_line(state.published) if state.published else None,
            decision=DecisionWord.DRY_RUN,
            pin=project.stage.pin,
            order=tuple(step.pull_request.number for step in candidate.steps),
            pull_requests=tuple(lines),
            timings=self._timings(),
        )

    def _phase(self, name: str, total: int | None = None) -> None:
        self._phases[name] = round((monotonic() - self._started) * 1000)
        self._progress.phase(name, total)

    def _timings(self) -> Timings:
        """Return how long each phase took, up to here: the push comes after the record."""
        now = round((monotonic() - self._started) * 1000)
        starts = [*self._phases.items()]
        ends = [start for _, start in starts[1:]] + [now]
        phases = {
            name: end - start
            for (name, start), end in zip(starts, ends, strict=True)
            if end > start
        }
        return Timings(total_ms=now, phases=phases)


def _gone(head: CommitSha) -> Excluded:
    detail = f"the remote no longer serves its head {head[:12]}; push the branch again"
    return Excluded(reason=Reason.HEAD_MISSING, detail=detail)
