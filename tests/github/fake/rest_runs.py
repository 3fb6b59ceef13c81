"""The REST endpoints that show a workflow and its runs, as its check runs tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.fake.messages import refusal, reply_json
from tests.github.fake.rest_call import Call, Document, Route
from tests.github.fake.rest_reads import ROUTES as READS
from tests.github.fake.values import stamp

if TYPE_CHECKING:
    from tests.github.fake.messages import Reply
    from tests.github.fake.values import CheckRun, Workflow

_REPO = "/repos/{owner}/{repo}"
_FOLDER = ".github/workflows"
_URLS = ("jobs", "logs", "check_suite", "cancel", "rerun", "artifacts")


def _workflow(call: Call) -> Reply:
    found = _named(call)
    if found is None:
        return refusal(404, "Not Found")
    made = stamp(call.repository.created_at)
    url = f"{call.api}/actions/workflows/{found.id}"
    document = {
        "id": found.id,
        "node_id": found.node_id,
        "name": found.name,
        "path": found.path,
        "state": call.hub.model.workflow_states.get(found.path, "active"),
        "created_at": made,
        "updated_at": made,
        "url": url,
        "html_url": f"{call.html}/blob/{call.repository.default_branch}/{found.path}",
        "badge_url": f"{call.html}/workflows/{found.name}/badge.svg",
    }
    return reply_json(200, document)


def _runs(call: Call) -> Reply:
    found = _named(call)
    if found is None:
        return refusal(404, "Not Found")
    newest = {
        run.suite.workflow_run.id: run
        for commit in call.repository.commits.values()
        for run in commit.check_runs
        if run.suite.workflow_run and run.suite.workflow_run.workflow is found
    }
    size = int(call.query.get("per_page", 30))
    chosen = [newest[number] for number in sorted(newest, reverse=True)][:size]
    documents = [_run(call, found, each) for each in chosen]
    return reply_json(200, {"total_count": len(newest), "workflow_runs": documents})


def _named(call: Call) -> Workflow | None:
    """Return a workflow of the default branch by the name of its file."""
    path = f"{_FOLDER}/{call.parts['workflow_id']}"
    listed = call.hub.git.run("ls-tree", "--name-only", call.repository.default_branch, path)
    if not listed.strip():
        return None
    model = call.hub.model
    known = (each for each in model.workflows.values() if each.path == path)
    return next(known, None) or model.workflow(path.rpartition("/")[2].removesuffix(".yaml"))


def _run(call: Call, workflow: Workflow, check: CheckRun) -> Document:
    started = check.suite.workflow_run
    assert started is not None
    url = f"{call.api}/actions/runs/{started.id}"
    at = stamp(check.completed_at or check.started_at or call.repository.created_at)
    shown = next(each for each in READS if each.template == _REPO).handler(call).document
    return {
        "id": started.id,
        "node_id": started.node_id,
        "head_branch": call.repository.default_branch,
        "head_sha": check.suite.commit.oid,
        "head_commit": None,
        "head_repository": shown,
        "repository": shown,
        "run_number": started.id,
        "display_title": workflow.name,
        "event": started.event,
        "status": check.status,
        "conclusion": check.conclusion,
        "path": workflow.path,
        "workflow_id": workflow.id,
        "url": url,
        "html_url": f"{call.html}/actions/runs/{started.id}",
        "workflow_url": f"{call.api}/actions/workflows/{workflow.id}",
        "created_at": at,
        "updated_at": at,
        "pull_requests": [],
        **{f"{name}_url": f"{url}/{name}" for name in _URLS},
    }


ROUTES = (
    Route(
        method="GET",
        template=f"{_REPO}/actions/workflows/{{workflow_id}}",
        handler=_workflow,
        permissions=(("actions", "read"),),
    ),
    Route(
        method="GET",
        template=f"{_REPO}/actions/workflows/{{workflow_id}}/runs",
        handler=_runs,
        permissions=(("actions", "read"),),
    ),
)
