"""What GitHub keeps of a repository: plain objects, named as in its GraphQL schema."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

CONCLUSIONS = frozenset(
    [
        "action_required",
        "cancelled",
        "failure",
        "neutral",
        "skipped",
        "stale",
        "startup_failure",
        "success",
        "timed_out",
    ]
)
RUN_STATUSES = frozenset(["in_progress", "pending", "queued", "requested", "waiting"])
PushKind = Literal["push", "force_push", "branch_creation", "branch_deletion"]
StatusState = Literal["error", "failure", "pending", "success"]


def stamp(moment: datetime) -> str:
    """Write a moment as GitHub does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """The fake's time: it stands still until something happens, which takes a minute."""

    def __init__(self, start: datetime) -> None:
        """Begin at a moment."""
        self.now = start

    def tick(self) -> datetime:
        """Return the time at which something happens now."""
        self.now += timedelta(minutes=1)
        return self.now


@dataclass(kw_only=True, eq=False, repr=False)
class Node:
    """Something with a number and a global id."""

    PREFIX: ClassVar[str]
    id: int

    def __repr__(self) -> str:
        """Name it and no more: everything here leads to everything else."""
        return f"<{type(self).__name__} {self.id}>"

    @property
    def node_id(self) -> str:
        """Return the id that is good for `node(id:)`."""
        return f"{self.PREFIX}_{base64.urlsafe_b64encode(b'%010d' % self.id).decode().rstrip('=')}"


@dataclass(kw_only=True, eq=False, repr=False)
class Actor(Node):
    """A person or a program. `login` is GraphQL's: REST writes bots as `name[bot]`."""

    PREFIX: ClassVar[str] = "U"
    login: str
    kind: Literal["User", "Bot"] = "User"

    @property
    def rest_login(self) -> str:
        """Return the login as REST and git have it."""
        return f"{self.login}[bot]" if self.kind == "Bot" else self.login


@dataclass(kw_only=True, eq=False, repr=False)
class Label(Node):
    PREFIX: ClassVar[str] = "LA"
    name: str
    color: str = "ededed"


@dataclass(kw_only=True, eq=False, repr=False)
class App(Node):
    PREFIX: ClassVar[str] = "A"
    slug: str
    name: str


@dataclass(kw_only=True, eq=False, repr=False)
class Workflow(Node):
    PREFIX: ClassVar[str] = "W"
    name: str
    path: str


@dataclass(kw_only=True, eq=False, repr=False)
class WorkflowRun(Node):
    PREFIX: ClassVar[str] = "WFR"
    workflow: Workflow
    event: str


@dataclass(kw_only=True, eq=False, repr=False)
class CheckSuite(Node):
    PREFIX: ClassVar[str] = "CS"
    app: App
    commit: Commit
    workflow_run: WorkflowRun | None


@dataclass(kw_only=True, eq=False, repr=False)
class CheckRun(Node):
    PREFIX: ClassVar[str] = "CR"
    name: str
    suite: CheckSuite
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(kw_only=True, eq=False, repr=False)
class StatusContext(Node):
    PREFIX: ClassVar[str] = "SC"
    commit: Commit
    context: str
    state: StatusState
    description: str | None
    target_url: str | None
    creator: Actor
    created_at: datetime


@dataclass(kw_only=True, eq=False, repr=False)
class Commit(Node):
    """A commit that somebody spoke of. What is in it only git knows."""

    PREFIX: ClassVar[str] = "C"
    oid: str
    repository: Repository
    check_runs: list[CheckRun] = field(default_factory=list)
    statuses: list[StatusContext] = field(default_factory=list)

    def newest_statuses(self) -> list[StatusContext]:
        """Return the one that counts of each context."""
        return list({status.context: status for status in self.statuses}.values())


@dataclass(kw_only=True, eq=False, repr=False)
class IssueComment(Node):
    PREFIX: ClassVar[str] = "IC"
    pull_request: PullRequest
    author: Actor
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True, eq=False, repr=False)
class LabeledEvent(Node):
    PREFIX: ClassVar[str] = "LE"
    label: Label
    actor: Actor
    created_at: datetime


class UnlabeledEvent(LabeledEvent):
    PREFIX: ClassVar[str] = "UNLE"


@dataclass(kw_only=True, eq=False, repr=False)
class PullRequest(Node):
    PREFIX: ClassVar[str] = "PR"
    repository: Repository
    number: int
    title: str
    body: str
    author: Actor
    association: str
    draft: bool
    base_ref: str
    head_ref: str
    head: Commit
    head_repository: Repository | None
    created_at: datetime
    updated_at: datetime
    state: Literal["OPEN", "CLOSED", "MERGED"] = "OPEN"
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    labels: list[Label] = field(default_factory=list)
    events: list[LabeledEvent] = field(default_factory=list)
    comments: list[IssueComment] = field(default_factory=list)

    @property
    def from_fork(self) -> bool:
        """Tell whether the head's branch is in another repository, or in none any more."""
        return self.head_repository is not self.repository


@dataclass(kw_only=True, eq=False, repr=False)
class DeploymentStatus(Node):
    PREFIX: ClassVar[str] = "DES"
    deployment: Deployment
    state: str
    description: str
    log_url: str
    environment_url: str
    creator: Actor
    created_at: datetime


@dataclass(kw_only=True, eq=False, repr=False)
class Deployment(Node):
    PREFIX: ClassVar[str] = "DE"
    commit: Commit
    ref: str
    environment: str
    description: str | None
    task: str
    payload: object
    creator: Actor
    created_at: datetime
    transient: bool
    production: bool
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(kw_only=True)
class Protection:
    """Classic branch protection. What may be pushed depends on `pushes` and `force`."""

    required: tuple[str, ...] = ()
    pushes: bool = False
    force: bool = False
    says: str = ""


@dataclass(kw_only=True)
class Ruleset:
    """A ruleset for one branch; `rules` are the types that REST gives them.

    `bypass` is what REST tells whoever asks, and changes nothing.
    """

    id: int
    branch: str
    required: tuple[str, ...] = ()
    rules: tuple[str, ...] = ("pull_request",)
    bypass: Literal["always", "pull_requests_only", "never", "exempt"] = "never"
    says: str = ""


@dataclass(kw_only=True, eq=False, repr=False)
class Activity(Node):
    """A change of a branch, as the activity page lists it."""

    PREFIX: ClassVar[str] = "PSH"
    ref: str
    before: str
    after: str
    kind: PushKind
    at: datetime
    actor: Actor


@dataclass(kw_only=True, eq=False, repr=False)
class Repository(Node):
    PREFIX: ClassVar[str] = "R"
    owner: Actor
    name: str
    created_at: datetime
    private: bool = False
    fork: bool = False
    default_branch: str = "master"
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    deployments: list[Deployment] = field(default_factory=list)
    protections: dict[str, Protection] = field(default_factory=dict)
    rulesets: list[Ruleset] = field(default_factory=list)
    activity: list[Activity] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """Return owner and name."""
        return f"{self.owner.login}/{self.name}"

    def required_checks(self, branch: str) -> set[str]:
        """Return the names that protection and rulesets of a branch demand."""
        protection = self.protections.get(branch)
        found = set(protection.required if protection else ())
        return found.union(*(it.required for it in self.rulesets if it.branch == branch))

    def open(self) -> list[PullRequest]:
        """Return the open pull requests by number."""
        return [it for _, it in sorted(self.pull_requests.items()) if it.state == "OPEN"]
