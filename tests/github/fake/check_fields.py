"""GraphQL fields of checks: the rollup of a commit, check runs and commit statuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLError

from tests.github.fake.connections import page
from tests.github.fake.values import CheckRun, Commit, StatusContext, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from tests.github.fake.connections import Arguments, Page
    from tests.github.fake.reading import Reading
    from tests.github.fake.resolving import Facts, Questions
    from tests.github.fake.values import CheckSuite, WorkflowRun

BAD = {
    *("action_required", "cancelled", "failure", "startup_failure", "timed_out"),
    *("error",),
}
GOOD = {"success", "neutral", "skipped"}


@dataclass(frozen=True)
class StatusCheckRollup:
    """All checks of a commit."""

    commit: Commit

    @property
    def contexts(self) -> list[CheckRun | StatusContext]:
        """Return every check run there ever was, and the newest status of each context."""
        return [*self.commit.check_runs, *self.commit.newest_statuses()]

    @property
    def state(self) -> str:
        """Return the one word that GitHub makes of them; superseded runs count too (trap 04)."""
        words = {_word(it) for it in self.contexts}
        if words & BAD:
            return "FAILURE"
        return "SUCCESS" if words <= GOOD else "PENDING"


def _word(it: CheckRun | StatusContext) -> str:
    return it.state if isinstance(it, StatusContext) else it.conclusion or it.status


def _rollup(commit: Commit, reading: Reading) -> StatusCheckRollup | None:
    """Return the rollup, which is null where nothing was ever reported."""
    reading.need("checks")
    rollup = StatusCheckRollup(commit)
    return rollup if rollup.contexts else None


@dataclass(frozen=True)
class Status:
    """The commit statuses of a commit."""

    commit: Commit

    @property
    def state(self) -> str:
        """Return the one word that GitHub makes of them."""
        words = {it.state for it in self.commit.newest_statuses()}
        if words & BAD:
            return "FAILURE"
        return "SUCCESS" if words <= GOOD else "PENDING"


def _status(commit: Commit, reading: Reading) -> Status | None:
    """Return the statuses, which are null where there is none."""
    reading.need("statuses")
    return Status(commit) if commit.statuses else None


def _contexts(
    rollup: StatusCheckRollup, _: Reading, arguments: Arguments
) -> Page[CheckRun | StatusContext]:
    return page(rollup.contexts, arguments, key=_kind_and_id)


def _kind_and_id(it: CheckRun | StatusContext) -> str:
    return f"{isinstance(it, StatusContext):d} {it.id:010d}"


def _workflow_run(suite: CheckSuite, reading: Reading, _: Arguments) -> WorkflowRun | None:
    """Return the run of a suite of GitHub Actions, which has a permission of its own."""
    if suite.workflow_run is not None:
        reading.need("actions")
    return suite.workflow_run


def _run_url(run: CheckRun, reading: Reading, _: Arguments) -> str:
    repository = f"{reading.root}/{run.suite.commit.repository.full_name}"
    if (found := run.suite.workflow_run) is not None:
        return f"{repository}/actions/runs/{found.id}/job/{run.id}"
    return f"{repository}/runs/{run.id}"


def _required(name: str, reading: Reading, arguments: Arguments) -> bool:
    """Tell whether the base of a pull request demands a check of that name."""
    repository = reading.model.repository
    number, node_id = arguments.get("pullRequestNumber"), arguments.get("pullRequestId")
    for it in repository.pull_requests.values():
        if number == it.number or node_id == it.node_id:
            return name in repository.required_checks(it.base_ref)
    raise GraphQLError("A pull request ID or pull request number is required.")


def _stamped(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


FACTS: Facts = {
    "StatusCheckRollup": {
        "id": lambda it: f"SCR_{it.commit.id}",
        "state": lambda it: it.state,
        "commit": lambda it: it.commit,
    },
    "Status": {
        "id": lambda it: f"S_{it.commit.id}",
        "state": lambda it: it.state,
        "commit": lambda it: it.commit,
        "contexts": lambda it: sorted(it.commit.newest_statuses(), key=lambda it: it.context),
    },
    "CheckRun": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "name": lambda it: it.name,
        "status": lambda it: it.status.upper(),
        "conclusion": lambda it: it.conclusion and it.conclusion.upper(),
        "startedAt": lambda it: _stamped(it.started_at),
        "completedAt": lambda it: _stamped(it.completed_at),
        "checkSuite": lambda it: it.suite,
        "title": lambda _: None,
        "summary": lambda _: None,
        "text": lambda _: None,
    },
    "CheckSuite": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "app": lambda it: it.app,
        "commit": lambda it: it.commit,
    },
    "App": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "slug": lambda it: it.slug,
        "name": lambda it: it.name,
    },
    "WorkflowRun": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "event": lambda it: it.event,
        "workflow": lambda it: it.workflow,
    },
    "Workflow": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "name": lambda it: it.name,
    },
    "StatusContext": {
        "id": lambda it: it.node_id,
        "context": lambda it: it.context,
        "state": lambda it: it.state.upper(),
        "description": lambda it: it.description,
        "targetUrl": lambda it: it.target_url,
        "createdAt": lambda it: stamp(it.created_at),
        "creator": lambda it: it.creator,
        "commit": lambda it: it.commit,
    },
}

QUESTIONS: Questions = {
    "Commit": {
        "statusCheckRollup": lambda it, reading, _: _rollup(it, reading),
        "status": lambda it, reading, _: _status(it, reading),
    },
    "PullRequest": {"statusCheckRollup": lambda it, reading, _: _rollup(it.head, reading)},
    "StatusCheckRollup": {"contexts": _contexts},
    "CheckSuite": {"workflowRun": _workflow_run},
    "CheckRun": {
        "url": _run_url,
        "permalink": _run_url,
        "detailsUrl": _run_url,
        "isRequired": lambda it, reading, asked: _required(it.name, reading, asked),
    },
    "StatusContext": {
        "isRequired": lambda it, reading, asked: _required(it.context, reading, asked),
    },
    "WorkflowRun": {
        "url": lambda it, reading, _: (
            f"{reading.root}/{reading.model.repository.full_name}/actions/runs/{it.id}"
        ),
    },
    "Workflow": {
        "resourcePath": lambda it, reading, _: (
            f"/{reading.model.repository.full_name}/actions/workflows/{it.path.rpartition('/')[2]}"
        ),
    },
}
