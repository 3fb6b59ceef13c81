"""GraphQL fields of pull requests, their labels, comments and history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLError

from tests.github.fake.connections import by_id, page
from tests.github.fake.reading import Reading, not_found
from tests.github.fake.values import (
    Commit,
    Label,
    LabeledEvent,
    Node,
    PullRequest,
    Repository,
    UnlabeledEvent,
    stamp,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tests.github.fake.connections import Arguments, Page
    from tests.github.fake.resolving import Facts, Questions

EVENTS = {"LABELED_EVENT": LabeledEvent, "UNLABELED_EVENT": UnlabeledEvent}


@dataclass(kw_only=True, eq=False)
class PullRequestCommit(Node):
    """A commit as one of a pull request."""

    PREFIX = "PURC"
    commit: Commit
    pull_request: PullRequest


def _one(repository: Repository, reading: Reading, arguments: Arguments) -> PullRequest:
    reading.need("pull_requests")
    found = repository.pull_requests.get(arguments["number"])
    if found is None:
        raise not_found(
            f"Could not resolve to a PullRequest with the number of {arguments['number']}."
        )
    return found


def _commits(it: PullRequest, _: Reading, arguments: Arguments) -> Page[PullRequestCommit]:
    if arguments.get("last") != 1 or arguments.get("before"):
        raise GraphQLError("The fake GitHub knows a pull request's last commit only: `last: 1`.")
    head = PullRequestCommit(id=it.head.id, commit=it.head, pull_request=it)
    return page([head], arguments, key=by_id)


def _labels(it: PullRequest, _: Reading, arguments: Arguments) -> Page[Label]:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    keys = {"CREATED_AT": by_id, "NAME": lambda label: label.name}
    if order["field"] not in keys:
        raise GraphQLError(f"The fake GitHub does not order labels by {order['field']}.")
    key, descending = keys[order["field"]], order["direction"] == "DESC"
    labels = sorted(it.labels, key=key, reverse=descending)
    return page(labels, arguments, key=key, descending=descending)


def _timeline(it: PullRequest, _: Reading, arguments: Arguments) -> Page[LabeledEvent]:
    kinds = arguments.get("itemTypes") or []
    if not kinds or not set(kinds) <= set(EVENTS):
        raise GraphQLError(f"The fake GitHub knows only these `itemTypes`: {', '.join(EVENTS)}.")
    if arguments.get("since") or arguments.get("skip"):
        raise GraphQLError("The fake GitHub knows no `since` and no `skip`.")
    wanted = {EVENTS[kind] for kind in kinds}
    return page([event for event in it.events if type(event) in wanted], arguments, key=by_id)


def _base_oid(it: PullRequest) -> str | None:
    return it.repository.branches.get(it.base_ref)


def _stamped(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


FACTS: Facts = {
    "PullRequest": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "number": lambda it: it.number,
        "title": lambda it: it.title,
        "body": lambda it: it.body,
        "isDraft": lambda it: it.draft,
        "isCrossRepository": lambda it: it.from_fork,
        "state": lambda it: it.state,
        "closed": lambda it: it.state != "OPEN",
        "merged": lambda it: it.state == "MERGED",
        "createdAt": lambda it: stamp(it.created_at),
        "updatedAt": lambda it: stamp(it.updated_at),
        "closedAt": lambda it: _stamped(it.closed_at),
        "mergedAt": lambda it: _stamped(it.merged_at),
        "author": lambda it: it.author,
        "authorAssociation": lambda it: it.association,
        "baseRefName": lambda it: it.base_ref,
        "baseRefOid": _base_oid,
        "baseRepository": lambda it: it.repository,
        "headRefName": lambda it: it.head_ref,
        "headRefOid": lambda it: it.head.oid,
        "headRepository": lambda it: it.head_repository,
        "headRepositoryOwner": lambda it: it.head_repository and it.head_repository.owner,
        "repository": lambda it: it.repository,
        "mergeable": lambda _: "UNKNOWN",
        "mergeStateStatus": lambda _: "UNKNOWN",
    },
    "PullRequestCommit": {
        "id": lambda it: it.node_id,
        "commit": lambda it: it.commit,
        "pullRequest": lambda it: it.pull_request,
    },
    "Label": {
        "id": lambda it: it.node_id,
        "name": lambda it: it.name,
        "color": lambda it: it.color,
        "description": lambda _: None,
    },
    **{
        kind: {
            "id": lambda it: it.node_id,
            "label": lambda it: it.label,
            "actor": lambda it: it.actor,
            "createdAt": lambda it: stamp(it.created_at),
        }
        for kind in ("LabeledEvent", "UnlabeledEvent")
    },
    "IssueComment": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "fullDatabaseId": lambda it: str(it.id),
        "body": lambda it: it.body,
        "author": lambda it: it.author,
        "createdAt": lambda it: stamp(it.created_at),
        "updatedAt": lambda it: stamp(it.updated_at),
        "pullRequest": lambda it: it.pull_request,
        "isMinimized": lambda _: False,
    },
}

QUESTIONS: Questions = {
    "Repository": {"pullRequest": _one},
    "PullRequest": {
        "url": lambda it, reading, _: f"{reading.root}/{it.repository.full_name}/pull/{it.number}",
        "viewerDidAuthor": lambda it, reading, _: it.author.rest_login == reading.token.login,
        "labels": _labels,
        "commits": _commits,
        "comments": lambda it, _, asked: page(it.comments, asked, key=by_id),
        "timelineItems": _timeline,
    },
    "IssueComment": {
        "url": lambda it, reading, _: (
            f"{reading.root}/{it.pull_request.repository.full_name}/pull/"
            f"{it.pull_request.number}#issuecomment-{it.id}"
        ),
        "viewerDidAuthor": lambda it, reading, _: it.author.rest_login == reading.token.login,
        "authorAssociation": lambda _, __, ___: "NONE",
    },
}
