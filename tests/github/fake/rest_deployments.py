"""REST endpoints for deployments and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github.fake.messages import Reply, refusal, reply_json
from tests.github.fake.rest_call import Call, Document, Route, invalid, paged
from tests.github.fake.values import stamp

if TYPE_CHECKING:
    from tests.github.fake.values import Commit, Deployment, DeploymentStatus

LONGEST_DESCRIPTION = 140
STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")


def _post_deployment(call: Call) -> Reply:
    body, ref = call.body, call.body.get("ref")
    if not ref:
        return invalid("Deployment", "ref", "missing_field")
    commit = call.commit(ref)
    if commit is None:
        return refusal(422, f"No ref found for: {ref}")
    if conflict := _not_deployable(call, commit, ref):
        return refusal(409, conflict)
    environment = body.get("environment", "production")
    deployment = call.hub.model.deploy(
        commit.oid,
        call.actor,
        ref=ref,
        environment=environment,
        description=body.get("description"),
        task=body.get("task", "deploy"),
        payload=body.get("payload", ""),
        transient=body.get("transient_environment", False),
        production=body.get("production_environment", environment == "production"),
    )
    return reply_json(201, _deployment(call, deployment))


def _not_deployable(call: Call, commit: Commit, ref: str) -> str | None:
    """Return why GitHub would not deploy unless told to: it merges and waits by default."""
    default = call.repository.default_branch
    tip = call.repository.branches.get(default)
    if call.body.get("auto_merge", True) and tip and not call.hub.git.is_ancestor(tip, commit.oid):
        return f"Conflict merging {default} into {ref}."
    words: dict[str, Any] = {it.context: it.state for it in commit.newest_statuses()}
    words |= {it.name: it.conclusion for it in commit.check_runs}
    wanted = call.body.get("required_contexts", list(words))
    if any(words.get(name) != "success" for name in wanted):
        return f"Conflict: Commit status checks failed for {ref}."
    return None


def _list_deployments(call: Call) -> Reply:
    wanted = {key: call.query[key] for key in ("sha", "ref", "environment") if key in call.query}
    documents = [_deployment(call, it) for it in reversed(call.repository.deployments)]
    chosen = [it for it in documents if all(it[key] == text for key, text in wanted.items())]
    return paged(call, "/deployments", chosen)


def _post_deployment_status(call: Call) -> Reply:
    wanted, body, model = int(call.parts["deployment_id"]), call.body, call.hub.model
    deployment = next((it for it in call.repository.deployments if it.id == wanted), None)
    if deployment is None:
        return refusal(404, "Not Found")
    if body.get("state") not in STATES:
        return invalid("DeploymentStatus", "state", "inclusion")
    if len(body.get("description", "")) > LONGEST_DESCRIPTION:
        words = f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
        return invalid("DeploymentStatus", "description", message=words)
    status = model.deployment_status(
        deployment,
        body["state"],
        creator=call.actor,
        description=body.get("description", ""),
        log_url=str(body.get("log_url") or body.get("target_url", "")),
        environment_url=body.get("environment_url", ""),
    )
    if body["state"] == "success" and body.get("auto_inactive", True):
        model.retire_others(deployment, call.actor)
    return reply_json(201, _deployment_status(call, status))


def _deployment(call: Call, it: Deployment) -> Document:
    url = f"{call.api}/deployments/{it.id}"
    return {
        "url": url,
        "id": it.id,
        "node_id": it.node_id,
        "sha": it.commit.oid,
        "ref": it.ref,
        "task": it.task,
        "payload": it.payload,
        "original_environment": it.environment,
        "environment": it.environment,
        "description": it.description,
        "creator": call.user(it.creator),
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.created_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": call.api,
        "transient_environment": it.transient,
        "production_environment": it.production,
        "performed_via_github_app": None,
    }


def _deployment_status(call: Call, it: DeploymentStatus) -> Document:
    url = f"{call.api}/deployments/{it.deployment.id}"
    return {
        "url": f"{url}/statuses/{it.id}",
        "id": it.id,
        "node_id": it.node_id,
        "state": it.state,
        "creator": call.user(it.creator),
        "description": it.description,
        "environment": it.deployment.environment,
        "target_url": it.log_url,
        "log_url": it.log_url,
        "environment_url": it.environment_url,
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.created_at),
        "deployment_url": url,
        "repository_url": call.api,
        "performed_via_github_app": None,
    }


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route(
        method="POST",
        template=f"{_REPO}/deployments",
        handler=_post_deployment,
        permissions=(("deployments", "write"),),
    ),
    Route(
        method="GET",
        template=f"{_REPO}/deployments",
        handler=_list_deployments,
        permissions=(("deployments", "read"),),
    ),
    Route(
        method="POST",
        template=f"{_REPO}/deployments/{{deployment_id}}/statuses",
        handler=_post_deployment_status,
        permissions=(("deployments", "write"),),
    ),
)
