"""Whether the workflow that rebuilds is on, and how its last run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from understudy.core import phrases
from understudy.core.diagnosis import Examination, fine, unknown, warning
from understudy.core.errors import RefusedError
from understudy.forges.github import workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.diagnosis import Observation
    from understudy.forges.github.doctor_subject import Subject

_NAME = workflow.PATH.rpartition("/")[2]
_ROW = "workflow-runs"
_LOOKED_AT = 20

_OFF = {
    "disabled_inactivity": "GitHub switched it off, for nothing had happened here for 60 days",
    "disabled_fork": "GitHub has it off in forks",
    "disabled_manually": "somebody switched it off",
}
"""https://docs.github.com/en/rest/actions/workflows#get-a-workflow"""

_SUPERSEDED = frozenset(("cancelled", "skipped", "neutral"))
"""How a run ends that made way for a later one, or that found nothing to do."""


class _Workflow(msgspec.Struct, frozen=True):
    state: str = "active"


class Run(msgspec.Struct, frozen=True):
    """One run. A conclusion comes with its end."""

    id: int
    status: str | None = None
    conclusion: str | None = None
    html_url: str = ""
    updated_at: str = ""


class _Runs(msgspec.Struct, frozen=True):
    workflow_runs: tuple[Run, ...] = ()


def runs(subject: Subject) -> tuple[Examination, ...]:
    """Return the one look at them."""
    return (Examination(id=_ROW, look=lambda: _look(subject)),)


def _look(subject: Subject) -> Iterator[Observation]:
    repository, github = subject.repository, subject.github
    tip = repository.default_tip()
    if tip is None or repository.fetch([tip]) or repository.file(tip, workflow.PATH) is None:
        return
    path = github.path("actions", "workflows", _NAME)
    try:
        state = github.get(path, _Workflow).state
        found = github.get(f"{path}/runs", _Runs, per_page=str(_LOOKED_AT)).workflow_runs
    except RefusedError as error:
        yield unknown(_ROW, error.message, remedy=error.hint)
        return
    if state in _OFF:
        evidence = f"{_NAME} is off, so nothing rebuilds the stage: {_OFF[state]}"
        yield warning("workflow-off", evidence, remedy=f"gh workflow enable {_NAME}")
    yield judged(found)


def judged(found: tuple[Run, ...]) -> Observation:
    """Say how the newest run ended that tells something. Newest first."""
    telling = (each for each in found if each.conclusion not in _SUPERSEDED)
    run = next(telling, None)
    again = f"gh workflow run {_NAME}"
    if run is None:
        seen = f"the last {len(found)} runs of {_NAME} were skipped, or made way for others"
        return fine(_ROW, seen if found else f"{_NAME} has not run yet", remedy=again)
    when = f"{run.updated_at[:16].replace('T', ' ')} UTC"
    if run.conclusion is None:
        status = phrases.shown(run.status or "there")
        return fine(_ROW, f"the newest run of {_NAME} is {status.replace('_', ' ')}")
    if run.conclusion == "success":
        return fine(_ROW, f"the last run of {_NAME} succeeded, {when}")
    evidence = (
        f"the last run of {_NAME} did not succeed ({phrases.shown(run.conclusion)}, {when}), so the"
        f" stage may be stale: {phrases.shown(run.html_url)}"
    )
    why = f"gh run view {run.id} --log-failed"
    return warning(_ROW, evidence, remedy=f"See why: {why}; then: {again}")
