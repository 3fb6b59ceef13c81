"""The use cases of `status` and `reconcile`: where a stage stands, and how it gets there.

It knows no cluster and no forge: what tells of a deployment is handed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from understudy.core.delivery import Delivered, Stuck, Underway, delivery, has_fetched
from understudy.core.deployment import Readiness, SourceStatus
from understudy.core.errors import RefusedError, UnavailableError, UnderstudyError, UsageError
from understudy.core.ports import SILENT
from understudy.core.standing import Standing, Unknown, members_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.core.delivery import Blocker
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.core.ports import Progress
    from understudy.core.record import Record
    from understudy.stage import Project

UNKNOWN_TIMES = 5
"""So many times in a row a cluster may not answer while it is followed: servers are restarted."""

Opening = Callable[[], AbstractContextManager["Project"]]
"""Opens the project anew. It is closed between two looks: its cache is locked while it is open."""

_REMOTE_EVERY = 15.0
"""Seconds between two looks at the remote while Flux is elsewhere than its branch."""


class Deployed(Protocol):
    """Something that tells of a deployment."""

    def deployment(self, commit: CommitSha | None) -> Deployment | Unknown:
        """Return what is told now; `commit` is what the stage's branch has."""


class Asked(Deployed, Protocol):
    """Something that can be asked to deploy, and tells of it."""

    def ask_source(self) -> None:
        """Ask for a fetch. Until that is done, the source is told of as being at it."""

    def ask_others(self) -> None:
        """Ask for all that was fetched to be applied. Until then, they are told of as at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long something is followed, and how long between two looks, in seconds."""

    timeout: float
    pause: float = 2.0


def stand(opening: Opening, deployed: Deployed) -> Standing:
    """Read where the stage stands now. What cannot be told of a deployment hides nothing else."""
    with opening() as project:
        refs = project.repository.advertised([project.branch_ref, project.record_ref])
        records = project.repository.records(refs.get(project.record_ref), None)
        name, branch = project.stage_name, project.stage.branch
        tip, base_tip = refs.get(project.branch_ref), _base_tip(project, records)
    try:
        told = deployed.deployment(tip)
    except UnderstudyError as error:
        told = Unknown(message=error.message, hint=error.hint, exit_code=error.exit_code)
    return Standing(
        stage=name,
        branch=branch,
        record=records[0] if records else None,
        tip=tip,
        base_tip=base_tip,
        deployment=told,
        members=() if isinstance(told, Unknown) else members_of(records, tip, told),
    )


def watch(opening: Opening, deployed: Deployed, *, pause: float) -> Iterator[Standing]:
    """Yield the standing, and then again whenever something of it has changed, without end."""
    before = None
    while True:
        now = stand(opening, deployed)
        if now != before:
            yield now
        before = now
        time.sleep(pause)


def wait(
    opening: Opening, deployed: Deployed, *, patience: Patience, progress: Progress = SILENT
) -> Standing:
    """Return the standing when the branch is deployed, is stuck, or patience is at its end.

    Raises:
        UsageError: there is no branch to wait for.
        UnderstudyError: nothing can be told of a deployment.
    """
    tip = _Tip(opening)
    progress.phase(f"waiting until {tip.commit[:7]} is deployed")
    for now in _looks(deployed, tip, patience):
        if not isinstance(now, Unknown) and not isinstance(delivery(now, tip.commit), Underway):
            break
    return stand(opening, deployed)


def reconcile(
    opening: Opening, asked: Asked, *, patience: Patience, progress: Progress = SILENT
) -> Standing:
    """Have the branch fetched and applied, and return the standing when it is, or cannot be.

    Raises:
        UsageError: there is no branch to deploy, or nothing deploys it.
        RefusedError: what deploys it is suspended, or we may not ask.
    """
    tip = _Tip(opening)
    _refuse_suspended(asked.deployment(tip.commit), tip.commit)
    looks = _looks(asked, tip, patience)
    progress.phase(f"fetching {tip.commit[:7]}")
    asked.ask_source()
    if _is_fetched(asked, tip, looks):
        next(looks, None)  # a new commit is applied without being asked: let that begin
        asked.ask_others()
        _follow(looks, tip, progress)
    return stand(opening, asked)


def _is_fetched(asked: Asked, tip: _Tip, looks: Iterator[Deployment | Unknown]) -> bool:
    for now in looks:
        source = None if isinstance(now, Unknown) else now.source
        if source is None or source.readiness is Readiness.PROGRESSING:
            continue
        if has_fetched(source, tip.commit):
            return True
        if source.readiness is not Readiness.READY:
            break
        asked.ask_source()  # it has acted, on what the remote had before
    return False


def _follow(looks: Iterator[Deployment | Unknown], tip: _Tip, progress: Progress) -> None:
    told = 0
    for now in looks:
        if isinstance(now, Unknown):
            continue
        if not told:
            progress.phase(f"applying {tip.commit[:7]}", len(now.kustomizations))
        outcome = delivery(now, tip.commit)
        left = 0 if isinstance(outcome, Delivered) else len(outcome.blockers)
        for _ in range(len(now.kustomizations) - left - told):
            progress.advance()
        told = max(told, len(now.kustomizations) - left)
        if not isinstance(outcome, Underway):
            return


class _Tip:
    """The commit that the stage's branch has: others may push while somebody waits."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self.commit = self._read()

    def look(self) -> None:
        """Ask the remote again, if that is some time ago."""
        if time.monotonic() - self._read_at > _REMOTE_EVERY:
            self.commit = self._read()

    def _read(self) -> CommitSha:
        with self._opening() as project:
            commit = project.repository.advertised([project.branch_ref]).get(project.branch_ref)
            branch = project.stage.branch
        if commit is None:
            message = f"The stage has no branch `{branch}` yet."
            raise UsageError(message, hint="`understudy rebuild` makes it.")
        self._read_at = time.monotonic()
        return commit


def _looks(deployed: Deployed, tip: _Tip, patience: Patience) -> Iterator[Deployment | Unknown]:
    """Look again and again until patience ends. A first look that fails is the last."""
    ends = time.monotonic() + patience.timeout
    may_fail = 0
    while True:
        try:
            yield deployed.deployment(tip.commit)
            may_fail = UNKNOWN_TIMES
        except UnavailableError:
            if not may_fail:
                raise
            may_fail -= 1
        if time.monotonic() + patience.pause > ends:
            return
        time.sleep(patience.pause)
        tip.look()


def _refuse_suspended(now: Deployment | Unknown, commit: CommitSha) -> None:
    outcome = None if isinstance(now, Unknown) else delivery(now, commit)
    blockers = outcome.blockers if isinstance(outcome, Stuck) else ()
    for blocker in blockers:
        if blocker.readiness is Readiness.SUSPENDED:
            message = f"`{blocker.namespace}/{blocker.name}` is suspended: Flux leaves it as it is."
            raise RefusedError(message, hint=f"To let it go on: `{resume(blocker)}`.")


def resume(blocker: Blocker) -> str:
    """Return the command that ends the suspension of one of Flux's objects."""
    kind = "source git" if isinstance(blocker, SourceStatus) else "kustomization"
    return f"flux resume {kind} {blocker.name} --namespace {blocker.namespace}"


def _base_tip(project: Project, records: Sequence[Record]) -> CommitSha | None:
    if not records:
        return None
    ref = f"refs/heads/{records[0].base.branch}"
    return project.repository.advertised([ref]).get(ref)
