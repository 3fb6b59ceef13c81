"""What was reported on a head: GitHub's two systems, read as one list of runs (trap 03).

Which of them gate is the core's to say; here is told which are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.checks import Run
from understudy.forges.github.payloads import CheckRun, StatusContext
from understudy.forges.github.workflow_shape import JOB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.forges.github.payloads import WorkflowRun
    from understudy.forges.github.reading import Reported

_COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OurRun:
    """The workflow run that executes us. Empty on a machine that is no runner."""

    run_id: str = ""
    workflow_file: str = ""


def our_run(environment: Mapping[str, str]) -> OurRun:
    """Read it from what every step of a workflow is given.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    path = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    return OurRun(
        run_id=environment.get("GITHUB_RUN_ID", ""), workflow_file=path.rpartition("/")[2]
    )


def runs(reported: Reported) -> tuple[Run, ...]:
    """Return every run, oldest first, in the words that providers use."""
    oldest_first = sorted(reported, key=_age)
    return tuple(map(_run, oldest_first))


def own(reported: Reported, us: OurRun) -> frozenset[tuple[str, str]]:
    """Return source and name of those that come from the workflow which runs us (trap 10)."""
    return frozenset(
        (_source(context), context.name)
        for context in reported
        if isinstance(context, CheckRun) and _is_ours(context, us)
    )


def said_before(reported: Iterable[CheckRun | StatusContext], name: str) -> StatusContext | None:
    """Return the newest commit status of that name."""
    named = [
        context
        for context in reported
        if isinstance(context, StatusContext) and context.context == name
    ]
    return max(named, key=lambda context: context.created_at, default=None)


def _run(context: CheckRun | StatusContext) -> Run:
    match context:
        case CheckRun():
            done = context.status.lower() == _COMPLETED
            word = (done and context.conclusion) or context.status
            return Run(
                name=context.name,
                word=word.lower(),
                source=_source(context),
                url=context.url,
                at=context.started_at,
            )
        case StatusContext():
            return Run(
                name=context.context,
                word=context.state.lower(),
                url=context.target_url,
                at=context.created_at,
            )


def _source(run: CheckRun) -> str:
    """Name app or workflow. One that runs for two events makes two checks, as GitHub shows them.

    A workflow is named by its file: two may bear one name, and neither must hide the other.
    """
    made_by = run.check_suite.workflow_run
    if made_by is not None:
        return f"{_file(made_by)}, {made_by.event}"
    return run.check_suite.app.slug if run.check_suite.app else ""


def _is_ours(run: CheckRun, us: OurRun) -> bool:
    made_by = run.check_suite.workflow_run
    if made_by is None:
        return False
    by_run = bool(us.run_id) and str(made_by.database_id) == us.run_id
    by_file = bool(us.workflow_file) and _file(made_by) == us.workflow_file
    # Where there are several stages, the job has the stage behind its name.
    return by_run or by_file or run.name == JOB or run.name.startswith(f"{JOB} (")


def _file(made_by: WorkflowRun) -> str:
    path = made_by.workflow.resource_path
    return path.partition("/actions/workflows/")[2] or path


def _age(context: CheckRun | StatusContext) -> tuple[float, int]:
    if isinstance(context, StatusContext):
        return context.created_at.timestamp(), 0
    begun = context.started_at
    return begun.timestamp() if begun else float("inf"), context.database_id or 0
