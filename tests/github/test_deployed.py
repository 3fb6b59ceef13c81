"""From the stage's commit through Flux back to each pull request on it, as it really goes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest

from tests.github.telling import rebuild, told
from understudy.core.deployment import Readiness
from understudy.core.errors import ExitCode
from understudy.core.model import CommitSha
from understudy.wiring import Options, open_project

if TYPE_CHECKING:
    from tests.github.fake.values import StatusState
    from tests.github.runner.actions import Actions
    from tests.github.runner.job import JobRun
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
CONFIGURATION = "stages: {staging: {report: {deployed: true, deployments: true}}}\n"
SUCCEEDED = "reconciliation succeeded"
FLUX = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system-staging, namespace: flux-system}
spec: {url: "https://github.com/ada/fleet", interval: 1m0s, ref: {branch: staging}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps-staging, namespace: flux-system}
spec:
  path: ./apps/staging
  interval: 10m0s
  prune: true
  wait: true
  sourceRef: {kind: GitRepository, name: flux-system-staging}
"""


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    lint = "name: Lint\non: pull_request\njobs: {}\n"
    files = {".github/workflows/lint.yaml": lint, "understudy.yaml": CONFIGURATION}
    hub.base({**files, "clusters/home/apps-staging.yaml": FLUX, "app.yaml": "image: 1\n"})
    return hub


def _flux_says(
    actions: Actions,
    state: StatusState,
    reason: str,
    *,
    of: str = "apps-staging",
    on: str = "staging",
) -> JobRun:
    """Let Flux set a status, and GitHub tell the workflow of it as its webhook does."""
    status = actions.hub.flux(of, state, reason, on=on)
    tip = status.commit.oid
    contained = ["staging"] if on == "staging" else [on, "staging"]
    return actions.deliver(
        "status",
        sha=tip,
        context=status.context,
        state=state,
        description=reason,
        branches=[{"name": name, "commit": {"sha": tip}} for name in contained],
        sender={"login": "fluxbot"},
    )


def test_trap_33_each_pull_request_on_the_stage_hears_what_flux_made_of_it(
    fleet: GitHubWorld, actions: Actions
) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})
    actions.ci_ended(1)
    tip = fleet.remote_ref("refs/heads/staging")

    failed = _flux_says(actions, "failure", "health check failed")

    assert failed.conclusion == "success"
    assert told(fleet).splitlines()[1:] == [
        "#1 success On staging, apps-staging not ready: health check failed",
        "#2 success Not on staging: check `lint` failed; a push that passes lets it in",
    ]
    _flux_says(actions, "success", SUCCEEDED)
    assert fleet.statuses(1)["understudy/staging"].description == "On staging, deployed and healthy"
    assert fleet.remote_ref("refs/heads/staging") == tip
    (deployment,) = fleet.deployments()
    assert [each.state for each in deployment.statuses] == ["in_progress", "failure", "success"]


def test_where_flux_does_not_wait_for_health_none_is_told_of(fleet: GitHubWorld) -> None:
    fleet.base({"clusters/home/apps-staging.yaml": FLUX.replace("  wait: true\n", "")})
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(fleet)
    fleet.flux("apps-staging", "success", SUCCEEDED)

    rebuild(fleet)

    assert fleet.statuses(1)["understudy/staging"].description == "On staging, deployed"


def test_a_runner_in_a_pod_that_may_not_look_around_hears_github(fleet: GitHubWorld) -> None:
    pod = {**fleet.environment(), "KUBERNETES_SERVICE_HOST": "127.0.0.1"}
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(fleet, env=pod)
    fleet.flux("apps-staging", "success", SUCCEEDED)

    rebuild(fleet, env=pod)

    assert fleet.statuses(1)["understudy/staging"].description == "On staging, deployed and healthy"


def test_trap_35_a_rebuild_that_flux_starts_only_tells_and_starts_nothing(
    fleet: GitHubWorld, actions: Actions
) -> None:
    """Its own statuses are events too where an App sets them; Flux would be told of no push."""
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    actions.ci_ended(1)
    record = fleet.remote_ref("refs/understudy/staging")
    _flux_says(actions, "success", SUCCEEDED)
    fleet.clear_log()

    again = _flux_says(actions, "success", SUCCEEDED)
    ours = {"context": "understudy/staging", "state": "success", "branches": [{"name": "staging"}]}
    echo = actions.deliver("status", **ours, sender={"login": "stagehand[bot]"})

    assert (again.conclusion, echo.conclusion) == ("success", "skipped")
    assert fleet.writes() == []
    assert fleet.remote_ref("refs/understudy/staging") == record


def test_trap_10_what_flux_says_of_production_starts_nothing(
    fleet: GitHubWorld, actions: Actions
) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    actions.ci_ended(1)

    done = _flux_says(actions, "failure", "build failed", of="apps-production", on="master")

    assert done.conclusion == "skipped"
    assert fleet.statuses(1)["understudy/staging"].description == "On staging"


def test_without_the_setting_nothing_of_it_is_read_told_or_started(
    hub: GitHubWorld, actions: Actions
) -> None:
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    actions.ci_ended(1)
    hub.clear_log()

    done = _flux_says(actions, "failure", "build failed")
    rebuild(hub)

    assert done.conclusion == "skipped"
    assert hub.statuses(1)["understudy/staging"].description == "On staging"
    assert [seen.operation for seen in hub.reads()] == ["OpenPullRequests"]


def test_who_joins_is_on_the_stage_before_it_is_deployed(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(fleet)
    fleet.flux("apps-staging", "success", SUCCEEDED)
    rebuild(fleet)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)

    assert rebuild(fleet) == ExitCode.DONE

    said = [fleet.statuses(number)["understudy/staging"].description for number in (1, 2)]
    assert said == ["On staging, deployed and healthy", "On staging"]
    fleet.flux("apps-staging", "success", SUCCEEDED)
    rebuild(fleet)
    assert fleet.statuses(2)["understudy/staging"].description == "On staging, deployed and healthy"


def test_who_leaves_is_told_nothing_of_the_stage_any_more(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(fleet)
    fleet.flux("apps-staging", "success", SUCCEEDED)
    rebuild(fleet)

    fleet.mark(1, lint="failure")
    rebuild(fleet)

    said = fleet.statuses(1)["understudy/staging"].description
    assert said == "Not on staging: check `lint` failed; a push that passes lets it in"


def test_a_token_that_may_not_read_statuses_still_publishes_and_says_what_it_lacks(
    fleet: GitHubWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    may = dict.fromkeys(("pull_requests", "checks", "actions", "metadata"), "read")
    token = fleet.tokens.actions({**may, "contents": "write", "deployments": "write"})

    assert rebuild(fleet, env=fleet.environment(token)) == ExitCode.DONE

    assert "one.yaml" in fleet.remote_tree()
    assert "`Commit statuses: read`" in capsys.readouterr().err


def test_a_project_can_ask_what_is_deployed_whatever_is_told_to_whom(hub: GitHubWorld) -> None:
    """Trap 10: of a stage that is the base itself, production speaks too, and does not count."""
    hub.base({"app.yaml": "image: 1\n"})
    rebuild(hub)
    hub.flux("apps-production", "failure", "build failed")
    assert _deployed(hub) == []

    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(hub)
    hub.flux("apps-staging", "failure", "build failed")
    assert _deployed(hub) == [("apps-staging", Readiness.FAILED)]


def _deployed(hub: GitHubWorld) -> list[tuple[str, Readiness]]:
    environment = {**hub.machine.environment(), **hub.environment()}
    tip = CommitSha(hub.remote_ref("refs/heads/staging") or "")
    with (
        mock.patch.dict("os.environ", environment, clear=True),
        open_project(Options(repo=hub.address)) as project,
    ):
        found = project.forge.deployed(tip)
    return [(each.name, each.readiness) for each in found.kustomizations] if found else []
