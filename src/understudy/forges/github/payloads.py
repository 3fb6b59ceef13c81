"""What GitHub's GraphQL answers look like: shapes alone, read strictly."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Oid = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")]
"""The id of an object. Git is asked for it, and anything else could be a refspec."""


class Cursor(Struct, frozen=True, rename="camel"):
    """Whether a list goes on, and from where."""

    has_next_page: bool
    end_cursor: str | None


class Named(Struct, frozen=True):
    """A label, by name."""

    name: str


class Labels(Struct, frozen=True, rename="camel"):
    """One page of labels."""

    page_info: Cursor
    nodes: tuple[Named, ...]


class App(Struct, frozen=True):
    """The GitHub App that made a check suite."""

    slug: str


class Workflow(Struct, frozen=True, rename="camel"):
    """A workflow. The last part of `resource_path` is its file."""

    resource_path: str


class WorkflowRun(Struct, frozen=True, rename="camel"):
    """One run of a workflow, for one event."""

    database_id: int | None
    event: str
    workflow: Workflow


class CheckSuite(Struct, frozen=True, rename="camel"):
    """Whose check run it is. Only GitHub Actions has workflow runs."""

    app: App | None
    workflow_run: WorkflowRun | None


class CheckRun(Struct, frozen=True, rename="camel", tag_field="__typename"):
    """A check run: one of GitHub's two systems of checks (trap 03)."""

    database_id: int | None
    name: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    url: str
    check_suite: CheckSuite


class StatusContext(Struct, frozen=True, rename="camel", tag_field="__typename"):
    """A commit status: the other system."""

    context: str
    state: str
    description: str | None
    target_url: str | None
    created_at: datetime


class Contexts(Struct, frozen=True, rename="camel"):
    """One page of what was reported on a commit. None: something that may not be read."""

    page_info: Cursor
    nodes: tuple[CheckRun | StatusContext | None, ...]


class Rollup(Struct, frozen=True):
    """All that was reported on a commit."""

    contexts: Contexts | None


class Commit(Struct, frozen=True, rename="camel"):
    """A head. None for a rollup: nothing was reported, or it may not be read."""

    id: str
    oid: Oid
    status_check_rollup: Rollup | None


class PullRequestCommit(Struct, frozen=True):
    """A commit as part of a pull request."""

    commit: Commit


class PullRequestCommits(Struct, frozen=True):
    """The newest commit, or none where a pull request has no commit of its own."""

    nodes: tuple[PullRequestCommit | None, ...]


class Actor(Struct, frozen=True):
    """Somebody with an account."""

    login: str


class HeadRepository(Struct, frozen=True, rename="camel"):
    """Where the head's branch is."""

    name_with_owner: str


class PullRequestNode(Struct, frozen=True, rename="camel"):
    """An open pull request."""

    id: str
    number: int
    title: str
    url: str
    body: str
    is_draft: bool
    is_cross_repository: bool
    updated_at: datetime
    author: Actor | None
    author_association: str
    base_ref_name: str
    head_ref_name: str
    head_ref_oid: Oid
    head_repository: HeadRepository | None
    labels: Labels | None
    commits: PullRequestCommits


class PullRequests(Struct, frozen=True, rename="camel"):
    """One page of open pull requests."""

    total_count: int
    page_info: Cursor
    nodes: tuple[PullRequestNode, ...]


class Target(Struct, frozen=True):
    """What a ref points at."""

    oid: str


class Ref(Struct, frozen=True):
    """A branch."""

    target: Target | None


class OpenRepository(Struct, frozen=True, rename="camel"):
    """One page, with base and stage as they are at the same moment."""

    base: Ref | None
    stage: Ref | None
    pull_requests: PullRequests


class OpenPullRequests(Struct, frozen=True):
    """The answer to `OpenPullRequests`."""

    repository: OpenRepository


class CommitNode(Struct, frozen=True, rename="camel"):
    """A commit asked for by id."""

    status_check_rollup: Rollup | None


class MoreChecks(Struct, frozen=True):
    """The answer to `MoreChecks`."""

    node: CommitNode


class LabelsNode(Struct, frozen=True):
    """A pull request asked for by id."""

    labels: Labels | None


class MoreLabels(Struct, frozen=True):
    """The answer to `MoreLabels`."""

    node: LabelsNode


class LabeledEvent(Struct, frozen=True, rename="camel"):
    """Somebody set a label."""

    created_at: datetime
    label: Named


class LabeledEvents(Struct, frozen=True):
    """The newest of them, oldest first."""

    nodes: tuple[LabeledEvent, ...]


class LabeledPullRequest(Struct, frozen=True, rename="camel"):
    """A pull request with the history of its labels."""

    number: int
    timeline_items: LabeledEvents


class LabelEvents(Struct, frozen=True):
    """The answer to `LabelEvents`."""

    nodes: tuple[LabeledPullRequest, ...]


class Comment(Struct, frozen=True, rename="camel"):
    """A comment on a pull request. Its number is too large for the other field's 32 bits."""

    full_database_id: str
    body: str
    viewer_did_author: bool


class Comments(Struct, frozen=True, rename="camel"):
    """One page of comments."""

    page_info: Cursor
    nodes: tuple[Comment, ...]


class CommentedPullRequest(Struct, frozen=True):
    """A pull request with comments."""

    comments: Comments


class CommentedRepository(Struct, frozen=True, rename="camel"):
    """Where it is."""

    pull_request: CommentedPullRequest


class CommentsAnswer(Struct, frozen=True):
    """The answer to `Comments`."""

    repository: CommentedRepository
