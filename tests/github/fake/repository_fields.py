"""GraphQL fields of the query itself, repositories, refs, commits, deployments and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLError

from tests.github.fake.connections import by_id, empty_page, page
from tests.github.fake.reading import Reading, not_found
from tests.github.fake.values import Actor, Deployment, Node, PullRequest, Repository, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.github.fake.connections import Arguments, Page
    from tests.github.fake.resolving import Facts, Questions
    from tests.github.fake.values import Commit

MOST_IDS = 100
STATES_OF_DEPLOYMENTS = {"success": "ACTIVE", "destroyed": "DESTROYED"}


@dataclass(frozen=True)
class Ref:
    """A branch."""

    repository: Repository
    name: str
    oid: str


def pull_requests(
    whole: Sequence[PullRequest], reading: Reading, arguments: Arguments
) -> Page[PullRequest]:
    """Return a page of pull requests, filtered and ordered as asked."""
    reading.need("pull_requests")
    chosen = [it for it in whole if _matches(it, arguments)]
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by = {"CREATED_AT": lambda it: it.created_at, "UPDATED_AT": lambda it: it.updated_at}
    if order["field"] not in by:
        raise GraphQLError(f"The fake GitHub does not order by {order['field']}.")
    descending = order["direction"] == "DESC"

    def key(pull_request: PullRequest) -> str:
        return f"{stamp(by[order['field']](pull_request))} {by_id(pull_request)}"

    chosen.sort(key=key, reverse=descending)
    if reading.hides_pull_requests:
        return empty_page(chosen, arguments)
    return page(chosen, arguments, key=key, descending=descending)


def _matches(pull_request: PullRequest, arguments: Arguments) -> bool:
    states, labels = arguments.get("states"), arguments.get("labels")
    base, head = arguments.get("baseRefName"), arguments.get("headRefName")
    return (
        (not states or pull_request.state in states)
        and (base is None or pull_request.base_ref == base)
        and (head is None or pull_request.head_ref == head)
        and (not labels or bool({it.name for it in pull_request.labels} & set(labels)))
    )


def _repository(_: object, reading: Reading, arguments: Arguments) -> Repository:
    found = reading.model.repository
    asked = f"{arguments['owner']}/{arguments['name']}"
    if asked.lower() != found.full_name.lower() or not reading.sees():
        raise not_found(f"Could not resolve to a Repository with the name '{asked}'.")
    return found


def _node(_: object, reading: Reading, arguments: Arguments) -> Node:
    found = reading.model.nodes.get(arguments["id"])
    if found is None or not reading.sees():
        raise not_found(f"Could not resolve to a node with the global id of '{arguments['id']}'.")
    if isinstance(found, PullRequest):
        reading.need("pull_requests")
    return found


def _nodes(_: object, reading: Reading, arguments: Arguments) -> list[Node | GraphQLError]:
    ids = arguments["ids"]
    if len(ids) > MOST_IDS:
        raise GraphQLError(
            f"You may not provide more than {MOST_IDS} node ids; you provided {len(ids)}.",
            extensions={"type": "ARGUMENT_LIMIT"},
        )
    found: list[Node | GraphQLError] = []
    for name in ids:
        try:
            found.append(_node(None, reading, {"id": name}))
        except GraphQLError as error:
            found.append(error)
    return found


def _ref(repository: Repository, reading: Reading, name: str) -> Ref | None:
    reading.need("contents")
    short = name.removeprefix("refs/heads/")
    oid = repository.branches.get(short)
    return Ref(repository, short, oid) if oid else None


def _object(repository: Repository, reading: Reading, arguments: Arguments) -> Commit | None:
    reading.need("contents")
    if (oid := arguments.get("oid")) is not None:
        known = oid in repository.commits or reading.has_commit(oid)
        return reading.model.commit(oid) if known else None
    ref = _ref(repository, reading, arguments["expression"])
    if ref is None:
        raise GraphQLError("The fake GitHub knows commits by `oid` or by branch only.")
    return reading.model.commit(ref.oid)


def _deployments(commit: Commit, reading: Reading, arguments: Arguments) -> Page[Deployment]:
    whole = [it for it in commit.repository.deployments if it.commit is commit]
    return _deployment_page(whole, reading, arguments)


def _deployment_page(
    whole: list[Deployment], reading: Reading, arguments: Arguments
) -> Page[Deployment]:
    reading.need("deployments")
    environments = arguments.get("environments")
    chosen = [it for it in whole if not environments or it.environment in environments]
    descending = (arguments.get("orderBy") or {}).get("direction") == "DESC"
    chosen.sort(key=by_id, reverse=descending)
    return page(chosen, arguments, key=by_id, descending=descending)


def _deployment_state(deployment: Deployment) -> str:
    if not deployment.statuses:
        return "PENDING"
    state = deployment.statuses[-1].state
    return STATES_OF_DEPLOYMENTS.get(state, state.upper())


def _viewer_permission(_: object, reading: Reading, __: Arguments) -> str:
    token = reading.token
    if not token.of_app and token.login == reading.model.repository.owner.login:
        return "ADMIN"
    return "WRITE" if token.may("contents", "write") else "READ"


def _viewer(_: object, reading: Reading, __: Arguments) -> Actor:
    """Return the reader: GitHub shows an app as a user whose login ends in `[bot]`."""
    token = reading.token
    actor = reading.model.actor(token.login)
    return Actor(id=actor.id, login=token.login) if token.of_app else actor


FACTS: Facts = {
    "Repository": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "name": lambda it: it.name,
        "nameWithOwner": lambda it: it.full_name,
        "owner": lambda it: it.owner,
        "isPrivate": lambda it: it.private,
        "visibility": lambda it: "PRIVATE" if it.private else "PUBLIC",
        "isFork": lambda it: it.fork,
        "isArchived": lambda _: False,
        "createdAt": lambda it: stamp(it.created_at),
    },
    "Ref": {
        "id": lambda it: f"REF_{it.name}",
        "name": lambda it: it.name,
        "prefix": lambda _: "refs/heads/",
        "repository": lambda it: it.repository,
    },
    "Commit": {
        "id": lambda it: it.node_id,
        "oid": lambda it: it.oid,
        "abbreviatedOid": lambda it: it.oid[:7],
        "repository": lambda it: it.repository,
    },
    "Deployment": {
        "id": lambda it: it.node_id,
        "databaseId": lambda it: it.id,
        "environment": lambda it: it.environment,
        "originalEnvironment": lambda it: it.environment,
        "latestEnvironment": lambda it: it.environment,
        "description": lambda it: it.description,
        "task": lambda it: it.task,
        "commit": lambda it: it.commit,
        "commitOid": lambda it: it.commit.oid,
        "creator": lambda it: it.creator,
        "createdAt": lambda it: stamp(it.created_at),
        "updatedAt": lambda it: stamp((it.statuses or [it])[-1].created_at),
        "state": _deployment_state,
        "latestStatus": lambda it: it.statuses[-1] if it.statuses else None,
    },
    "DeploymentStatus": {
        "id": lambda it: it.node_id,
        "state": lambda it: it.state.upper(),
        "description": lambda it: it.description,
        "logUrl": lambda it: it.log_url or None,
        "environmentUrl": lambda it: it.environment_url or None,
        "creator": lambda it: it.creator,
        "createdAt": lambda it: stamp(it.created_at),
        "updatedAt": lambda it: stamp(it.created_at),
        "deployment": lambda it: it.deployment,
    },
    "RateLimit": {
        "cost": lambda it: it.weight.cost,
        "nodeCount": lambda it: it.weight.nodes,
        "limit": lambda it: it.limit,
        "remaining": lambda it: it.remaining - it.weight.cost,
        "used": lambda it: it.limit - it.remaining + it.weight.cost,
        "resetAt": lambda it: stamp(it.resets),
    },
    **{
        kind: {
            "id": lambda it: it.node_id,
            "databaseId": lambda it: it.id,
            "login": lambda it: it.login,
            **({"name": lambda _: None} if kind == "User" else {}),
        }
        for kind in ("User", "Bot")
    },
}

QUESTIONS: Questions = {
    "Query": {
        "repository": _repository,
        "node": _node,
        "nodes": _nodes,
        "viewer": _viewer,
        "rateLimit": lambda _, reading, __: reading,
    },
    "Repository": {
        "url": lambda it, reading, _: f"{reading.root}/{it.full_name}",
        "ref": lambda it, reading, asked: _ref(it, reading, asked["qualifiedName"]),
        "defaultBranchRef": lambda it, reading, _: _ref(it, reading, it.default_branch),
        "object": _object,
        "pullRequests": lambda it, reading, asked: pull_requests(
            list(it.pull_requests.values()), reading, asked
        ),
        "deployments": lambda it, reading, asked: _deployment_page(
            list(it.deployments), reading, asked
        ),
        "viewerPermission": _viewer_permission,
    },
    "Ref": {
        "target": lambda it, reading, _: reading.model.commit(it.oid),
        "associatedPullRequests": lambda it, reading, asked: pull_requests(
            [
                found
                for found in it.repository.pull_requests.values()
                if found.head_ref == it.name and not found.from_fork
            ],
            reading,
            asked,
        ),
    },
    "Commit": {
        "url": lambda it, reading, _: f"{reading.root}/{it.repository.full_name}/commit/{it.oid}",
        "deployments": _deployments,
    },
    "Deployment": {
        "statuses": lambda it, _, asked: page(it.statuses[::-1], asked, key=by_id, descending=True),
    },
    **{
        kind: {"url": lambda it, reading, _: f"{reading.root}/{it.login}"}
        for kind in ("User", "Bot")
    },
}
