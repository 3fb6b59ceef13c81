"""Which events start the job that `init` writes, judged with GitHub's own webhooks and parser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.forges.github.workflows import FLUX, document, settings
from tests.github.fake.schema import NODE_MODULES
from tests.github.runner.expressions import Expressions
from tests.github.runner.triggers import Event, starts
from understudy.core import config_file
from understudy.forges.github import workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.forges.github.workflow import Settings

EXAMPLES = NODE_MODULES / "@octokit/webhooks-examples/api.github.com/index.json"


@pytest.fixture(scope="module")
def expressions() -> Iterator[Expressions]:
    with Expressions() as found:
        yield found


def examples() -> list[Any]:
    """Return real webhooks as (name, payload), one for each action of an event."""
    found: dict[tuple[str, str | None], Any] = {}
    for each in json.loads(EXAMPLES.read_text()):
        for payload in each["examples"]:
            found.setdefault((each["name"], payload.get("action")), payload)
    return [pytest.param(*key, payload, id=f"{key[0]}-{key[1]}") for key, payload in found.items()]


STARTED_BY: dict[str, set[str | None]] = {
    "pull_request": {
        "opened",
        "reopened",
        "synchronize",
        "closed",
        "labeled",
        "unlabeled",
        "ready_for_review",
        "converted_to_draft",
        "edited",
    },
    "status": {None},
    "check_suite": {"completed"},
    "workflow_run": {"completed"},
    "workflow_dispatch": {None},
}


@pytest.mark.parametrize(("name", "action", "payload"), examples())
def test_real_events_start_it_or_do_not(
    name: str,
    action: str | None,
    payload: Any,  # noqa: ANN401 - any webhook
    expressions: Expressions,
) -> None:
    told = document(workflow.text(settings(_workflow_name(payload))))
    event = Event(name=f"{name}_target" if name == "pull_request" else name, payload=payload)

    expected = action in STARTED_BY.get(name, set())
    assert starts(told, event) == expected
    if expected:
        condition = told["jobs"]["sync-staging"]["if"]
        assert expressions.holds(condition, {"github": {"event": payload}})


def _workflow_name(payload: Any) -> str:  # noqa: ANN401 - any webhook
    named = payload.get("workflow")
    return str(named["name"]) if isinstance(named, dict) and "name" in named else "Lint"


def _push(branch: str, login: str = "ada") -> Event:
    return Event(name="push", payload={"ref": f"refs/heads/{branch}", "sender": {"login": login}})


def _run_of(name: str, *, event: str = "pull_request", branch: str = "main") -> Event:
    return Event(
        name="workflow_run",
        payload={
            "action": "completed",
            "workflow": {"name": name},
            "workflow_run": {"event": event, "head_branch": branch},
            "repository": {"default_branch": "main"},
        },
    )


def _status(context: str) -> Event:
    return Event(name="status", payload={"context": context, "repository": {}})


def _suite(app: str) -> Event:
    return Event(
        name="check_suite", payload={"action": "completed", "check_suite": {"app": {"slug": app}}}
    )


@pytest.mark.parametrize(
    ("event", "runs"),
    [
        pytest.param(_push("main"), True, id="the base moved"),
        pytest.param(_push("staging"), False, id="the stage moved (trap 35)"),
        pytest.param(_push("main/x"), False, id="another branch moved"),
        pytest.param(_push("main", "github-actions[bot]"), False, id="by a job (trap 17)"),
        pytest.param(_run_of("Lint"), True, id="CI of a pull request, a fork's main included"),
        pytest.param(_run_of("Lint", event="push", branch="topic"), True, id="CI of a branch"),
        pytest.param(_run_of("Lint", event="push"), False, id="CI of the base"),
        pytest.param(_run_of("Release"), False, id="a workflow that is not CI"),
        pytest.param(_run_of("staging-deploy"), False, id="its own run"),
        pytest.param(_status("ci/circle"), True, id="CI outside Actions"),
        pytest.param(_status("understudy/staging"), False, id="its own status (trap 35)"),
        pytest.param(_status("kustomization/apps/0a1b2c3d"), False, id="Flux (trap 10)"),
        pytest.param(_status("helmrelease/podinfo/0a1b2c3d"), False, id="Flux's Helm (trap 10)"),
        pytest.param(_suite("circleci"), True, id="checks of an app"),
        pytest.param(_suite("github-actions"), False, id="checks of Actions (trap 12)"),
        pytest.param(Event(name="workflow_dispatch"), True, id="by hand"),
        pytest.param(Event(name="schedule"), False, id="a schedule that is not there"),
    ],
)
def test_what_runs_the_job(event: Event, expressions: Expressions, *, runs: bool) -> None:
    told = document(workflow.text(settings("Lint")))
    condition = told["jobs"]["sync-staging"]["if"]
    contexts = {"github": {"event_name": event.name, "event": dict(event.payload)}}

    assert (starts(told, event) and expressions.holds(condition, contexts)) == runs


# --- where what Flux says is told ----------------------------------------------------------------

STAGE_COMMIT, BASE_COMMIT = ("staging",), ("main", "staging", "topic")


def _flux(context: str, branches: tuple[str, ...] = STAGE_COMMIT) -> Event:
    payload = {"context": context, "branches": [{"name": name} for name in branches]}
    return Event(name="status", payload={**payload, "repository": {}})


NAMED = settings("Lint", report={"deployed": True}, flux={"kustomization": "apps-staging"})
ODD = settings("Lint", base="release/c++'s", report={"deployed": True})
TWO = workflow.Settings(
    base="main",
    ci=("Lint",),
    config=config_file.parse(
        {
            "stages": {
                "staging": {"report": {"deployed": True}},
                "preview": {"branch": "next", "report": {"deployed": True}},
                "quiet": {},
            }
        }
    ),
    kept=workflow.Kept(),
)
OF_FLUX = "kustomization/apps-staging/0a1b2c3d"


@pytest.mark.parametrize(
    ("kind", "event", "runs"),
    [
        pytest.param(FLUX, _flux(OF_FLUX), True, id="the stage's commit"),
        pytest.param(FLUX, _flux(OF_FLUX, BASE_COMMIT), False, id="the base's (trap 10)"),
        pytest.param(FLUX, _flux(OF_FLUX, ("topic",)), False, id="another branch's"),
        pytest.param(FLUX, _flux(OF_FLUX, ()), False, id="a stage that is gone"),
        pytest.param(FLUX, _flux("helmrelease/podinfo/0a1b2c3d"), False, id="Helm's"),
        pytest.param(FLUX, _flux("understudy/staging"), False, id="its own (trap 35)"),
        pytest.param(FLUX, _flux("ci/circle", ("topic",)), True, id="CI outside Actions"),
        pytest.param(FLUX, _push("main"), True, id="a push has no branches to look at"),
        pytest.param(NAMED, _flux(OF_FLUX, BASE_COMMIT), True, id="the name is enough"),
        pytest.param(NAMED, _flux("kustomization/apps/0a1b2c3d"), False, id="another name"),
        pytest.param(ODD, _flux(OF_FLUX, BASE_COMMIT), True, id="what cannot be written down"),
        pytest.param(ODD, _flux("understudy/staging"), False, id="its own, all the same"),
        pytest.param(TWO, _flux(OF_FLUX, ("next",)), True, id="a second stage's commit"),
        pytest.param(TWO, _flux(OF_FLUX, ("quiet",)), False, id="a stage that tells nothing"),
    ],
)
def test_what_flux_says_runs_the_job_where_it_is_told(
    kind: Settings, event: Event, expressions: Expressions, *, runs: bool
) -> None:
    told = document(workflow.text(kind))
    condition = told["jobs"]["sync-staging"]["if"]
    contexts = {"github": {"event_name": event.name, "event": dict(event.payload)}}

    assert (starts(told, event) and expressions.holds(condition, contexts)) == runs
