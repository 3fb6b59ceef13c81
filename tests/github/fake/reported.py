"""What others report on commits: check runs, statuses, deployments, pushes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from tests.github.fake.registry import Registry
from tests.github.fake.values import (
    CONCLUSIONS,
    RUN_STATUSES,
    Activity,
    Actor,
    CheckRun,
    CheckSuite,
    Commit,
    Deployment,
    DeploymentStatus,
    StatusContext,
    WorkflowRun,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tests.github.fake.values import PushKind, Repository, StatusState

STATUSES_A_CONTEXT = 1000


class AboutCheck(TypedDict, total=False):
    """Where a check run comes from, and when it started."""

    app: str
    workflow: str | None
    event: str
    run: int
    started: datetime


class AboutDeployment(TypedDict, total=False):
    """What a deployment may say beside its commit."""

    ref: str
    environment: str
    description: str | None
    task: str
    payload: object
    transient: bool
    production: bool


class Reported(Registry):
    """What is said of commits."""

    def add_check(self, oid: str, name: str, word: str, **about: Unpack[AboutCheck]) -> CheckRun:
        """Report a check run: go on with one that is not over yet, or else begin another."""
        now = self.clock.tick()
        origin = _origin(about)
        commit = self.commit(oid)
        run = next((it for it in commit.check_runs if _goes_on(it, name, origin)), None)
        if run is None:
            run = self.new(CheckRun, name=name, suite=self._suite(commit, name, origin))
            commit.check_runs.append(run)
        if word in CONCLUSIONS:
            run.status, run.conclusion, run.completed_at = "completed", word, now
        else:
            assert word in RUN_STATUSES, f"GitHub knows no {word!r}."
            run.status = word
        if word in CONCLUSIONS or word == "in_progress":
            run.started_at = about.get("started", run.started_at or now)
        return run

    def _suite(self, commit: Commit, name: str, origin: _Origin) -> CheckSuite:
        """Return the newest suite of that origin which has no such name yet, or a new one."""
        for run in reversed(commit.check_runs):
            mates = (it.name for it in commit.check_runs if it.suite is run.suite)
            if origin.is_of(run.suite) and name not in mates:
                return run.suite
        started = None
        if origin.workflow is not None:
            workflow = self.workflow(origin.workflow)
            started = self.new(WorkflowRun, workflow=workflow, event=origin.event)
            started.id = origin.run or started.id
        return self.new(CheckSuite, app=self.app(origin.app), commit=commit, workflow_run=started)

    def add_status(
        self, oid: str, context: str, state: StatusState, *, creator: Actor, **texts: str | None
    ) -> StatusContext:
        """Put a commit status on a commit; the newest of a context counts."""
        commit = self.commit(oid)
        status = self.new(
            StatusContext,
            commit=commit,
            context=context,
            state=state,
            description=texts.get("description"),
            target_url=texts.get("target_url"),
            creator=creator,
            created_at=self.clock.tick(),
        )
        commit.statuses.append(status)
        return status

    # --- deployments and pushes ------------------------------------------------------------------

    def deploy(self, oid: str, creator: Actor, **about: Unpack[AboutDeployment]) -> Deployment:
        """Make a deployment of a commit."""
        deployment = self.new(
            Deployment,
            commit=self.commit(oid),
            ref=about.get("ref", oid),
            environment=about.get("environment", "production"),
            description=about.get("description"),
            task=about.get("task", "deploy"),
            payload=about.get("payload", ""),
            creator=creator,
            created_at=self.clock.tick(),
            transient=about.get("transient", False),
            production=about.get("production", about.get("environment") == "production"),
        )
        self.repository.deployments.append(deployment)
        return deployment

    def deployment_status(
        self, deployment: Deployment, state: str, *, creator: Actor, **texts: str
    ) -> DeploymentStatus:
        """Report on a deployment."""
        status = self.new(
            DeploymentStatus,
            deployment=deployment,
            state=state,
            description=texts.get("description", ""),
            log_url=texts.get("log_url", ""),
            environment_url=texts.get("environment_url", ""),
            creator=creator,
            created_at=self.clock.tick(),
        )
        deployment.statuses.append(status)
        return status

    def retire_others(self, deployment: Deployment, creator: Actor) -> None:
        """Let what was deployed to the same environment before be inactive."""
        for other in self.repository.deployments:
            replaced = other.statuses and other.statuses[-1].state == "success"
            same = other.environment == deployment.environment and not other.transient
            if same and replaced and other is not deployment:
                self.deployment_status(other, "inactive", creator=creator)

    def note_push(
        self,
        ref: str,
        moved: tuple[str, str],
        kind: PushKind,
        actor: Actor,
        *,
        fork: Repository | None = None,
    ) -> None:
        """List a change of a ref on the activity page, here or of a fork."""
        before, after = moved
        (fork or self.repository).activity.append(
            self.new(
                Activity,
                ref=ref,
                before=before,
                after=after,
                kind=kind,
                at=self.clock.tick(),
                actor=actor,
            )
        )


@dataclass(frozen=True)
class _Origin:
    app: str
    workflow: str | None
    event: str
    run: int | None

    def is_of(self, suite: CheckSuite) -> bool:
        found = suite.workflow_run
        if found is None or self.workflow is None:
            return suite.app.slug == self.app and found is None and self.workflow is None
        same = (found.workflow.name, found.event) == (self.workflow, self.event)
        return same and suite.app.slug == self.app and self.run in {None, found.id}


def _origin(about: AboutCheck) -> _Origin:
    app = about.get("app", "github-actions")
    workflow = about.get("workflow", "CI") if app == "github-actions" else None
    return _Origin(app, workflow, about.get("event", "pull_request"), about.get("run"))


def _goes_on(run: CheckRun, name: str, origin: _Origin) -> bool:
    return run.status != "completed" and run.name == name and origin.is_of(run.suite)
