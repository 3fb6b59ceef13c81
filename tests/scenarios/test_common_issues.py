"""What people meet who run a stage with Flux, and that `doctor` names its cause and what mends it.

Each is made with real parts: git, GitHub as its own description says, a Kubernetes API server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.cluster.flux import APPS, NAMESPACE, SOURCE
from tests.forges.github.examined import CI, HEALTHY, take_off_the_log
from tests.github.world import github_world
from tests.gitops.doctor.homes import HOME
from tests.gitops.doctor.homes import SOURCE as SOURCE_FILE
from understudy.core.errors import ExitCode
from understudy.forges.github import workflow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.flux import FluxCluster
    from tests.github.world import GitHubWorld
    from tests.world import Files

DEPLOYMENT = "apps/base/web/deployment.yaml"
AGAIN = "gh workflow run staging-deploy.yaml"
OLD = "0" * 40


@dataclass(frozen=True, kw_only=True)
class Told:
    """What `doctor` said."""

    code: int
    rows: list[dict[str, str]]

    def row(self, name: str) -> tuple[str, str, str]:
        """Return verdict, evidence and remedy of the one row of this name that is not fine."""
        (found,) = [row for row in self.rows if row["id"] == name and row["verdict"] != "ok"]
        return found["verdict"], found["evidence"], found["remedy"]

    @property
    def troubles(self) -> list[str]:
        """Return the names of the rows that are not fine."""
        return [row["id"] for row in self.rows if row["verdict"] not in {"ok", "unknown"}]


def doctor(hub: GitHubWorld, *arguments: str) -> Told:
    """Type the command in the clone, as somebody with a token does."""
    environment = hub.environment("classic")
    printed = hub.cli("doctor", "--forge", "github", "--json", *arguments, env=environment)
    take_off_the_log(hub)
    assert printed.out, printed.err
    return Told(code=printed.code, rows=json.loads(printed.out)["rows"])


@pytest.fixture
def home(tmp_path: Path, quick_http: None) -> Iterator[GitHubWorld]:  # noqa: ARG001 - for its effect
    """A home on GitHub whose stage is built by the workflow and deployed by Flux."""
    with github_world(tmp_path) as hub:
        _fill(hub)
        yield hub


def _fill(hub: GitHubWorld) -> None:
    hub.base(
        {
            **HOME,
            ".github/workflows/ci.yaml": CI,
            workflow.PATH: HEALTHY,
            DEPLOYMENT: "image: web:1\nreplicas: 1\n",
        }
    )
    hub.pull_request(1, {"apps/base/web/one.yaml": "one: 1\n"}, checks={"lint": "success"})


def test_a_home_in_order_has_no_troubles(home: GitHubWorld) -> None:
    home.rebuild()

    told = doctor(home)

    assert told.troubles == []
    assert told.code == ExitCode.DONE


# --- PR not in staging: CI checks still pending or failing ---------------------------------------


def test_a_pull_request_is_out_for_its_checks_failed(home: GitHubWorld) -> None:
    home.pull_request(2, {"apps/base/web/two.yaml": "two: 2\n"}, checks={"lint": "failure"})
    home.rebuild()

    told = doctor(home)

    verdict, evidence, remedy = told.row("pull-request")
    assert verdict == "warning"
    assert evidence.startswith("#2 is excluded, since record 1 of ")
    assert "`lint`" in evidence
    assert remedy == (
        "Mend what the check found and push, or run the check again. understudy why 2"
        " --forge github"
    )


def test_a_pull_request_waits_for_its_checks(home: GitHubWorld) -> None:
    """It gets in by itself: that is no trouble, and told all the same."""
    home.pull_request(2, {"apps/base/web/two.yaml": "two: 2\n"}, checks={"lint": "in_progress"})
    home.rebuild()

    told = doctor(home)

    (found,) = [row for row in told.rows if row["id"] == "pull-request"]
    assert found["evidence"].startswith("#2 is waiting, since record 1 of ")
    assert "`lint`" in found["evidence"]
    assert found["remedy"].startswith("It gets in by itself when its checks have passed.")
    assert told.troubles == []


# --- Staging has stale code: the workflow's run failed or was skipped ----------------------------


def test_the_stage_is_stale_for_the_run_of_the_workflow_failed(home: GitHubWorld) -> None:
    home.rebuild()
    landed = home.land(1)
    home.model.add_check(landed, "sync-staging", "failure", workflow=workflow.NAME, event="push")

    told = doctor(home)

    assert told.troubles == ["workflow-runs", "stage-base", "stage-news"]
    cause, evidence, remedy = told.row("workflow-runs")
    assert cause == "warning"
    assert "did not succeed (failure, " in evidence
    assert f"{home.fake.root}/ada/fleet/actions/runs/" in evidence
    assert remedy.endswith(f"; then: {AGAIN}")
    _, evidence, remedy = told.row("stage-base")
    assert f"`master` is at {landed[:7]}" in evidence
    assert remedy == AGAIN


def test_the_stage_is_stale_for_no_run_was_started(home: GitHubWorld) -> None:
    home.rebuild()
    home.pull_request(2, {"apps/base/web/two.yaml": "two: 2\n"}, checks={"lint": "success"})

    told = doctor(home)

    assert told.troubles == ["stage-news"]
    _, evidence, remedy = told.row("stage-news")
    assert evidence.endswith("UTC: #2 was opened")
    assert remedy == AGAIN


def test_the_stage_is_stale_for_the_workflow_is_switched_off(home: GitHubWorld) -> None:
    home.rebuild()
    home.model.workflow_states[workflow.PATH] = "disabled_inactivity"

    assert doctor(home).row("workflow-off")[2] == "gh workflow enable staging-deploy.yaml"


# --- Merge conflict in staging build: two PRs modify the same files ------------------------------


def test_of_two_pull_requests_that_change_the_same_lines_one_is_out(home: GitHubWorld) -> None:
    for number in (2, 3):
        files: Files = {DEPLOYMENT: f"image: web:{number}\nreplicas: 1\n"}
        home.pull_request(number, files, checks={"lint": "success"})
    home.rebuild()
    second = home.requests[2].head

    told = doctor(home)

    verdict, evidence, remedy = told.row("pull-request")
    assert verdict == "warning"
    assert evidence.startswith("#3 is conflicted, since record 1 of ")
    assert evidence.endswith(f"conflicts with #2 in {DEPLOYMENT}")
    assert remedy.startswith("Merge #2 into it, resolve the conflict there, and push:")
    assert remedy.endswith(f"git switch feature/3-change && git merge {second[:7]}")


# --- Staging namespace not updating: Flux has not reconciled yet ---------------------------------


def test_the_namespace_is_not_updated_for_flux_has_not_looked_yet(
    home: GitHubWorld, cluster: FluxCluster
) -> None:
    home.rebuild()
    tip = home.remote_ref("refs/heads/staging")
    assert tip is not None
    cluster.source()
    cluster.kustomization()
    cluster.fetched(OLD)
    cluster.applied(OLD)

    told = doctor(home, "--kubeconfig", str(cluster.kubeconfig))

    assert told.troubles == ["deployed-source", "deployed-stage"]
    assert told.row("deployed-source") == (
        "warning",
        (
            f"GitRepository `{NAMESPACE}/{SOURCE}` is at {OLD[:7]}, and the stage is at {tip[:7]}:"
            " Flux has not looked at it yet"
        ),
        (
            f"flux reconcile source git {SOURCE} --namespace {NAMESPACE}"
            f" --kubeconfig {cluster.kubeconfig}"
        ),
    )


def test_flux_is_asked_to_look_by_the_fix(home: GitHubWorld, cluster: FluxCluster) -> None:
    home.rebuild()
    cluster.source()
    cluster.kustomization()
    cluster.fetched(OLD)
    cluster.applied(OLD)
    before = home.git("status", "--porcelain")

    doctor(home, "--fix", "--kubeconfig", str(cluster.kubeconfig))

    asked = cluster.found("GitRepository", SOURCE)["metadata"]["annotations"]
    assert "reconcile.fluxcd.io/requestedAt" in asked
    assert home.git("status", "--porcelain") == before


def test_the_namespace_is_not_updated_for_an_object_cannot_be_changed(
    home: GitHubWorld, cluster: FluxCluster
) -> None:
    home.rebuild()
    tip = home.remote_ref("refs/heads/staging")
    assert tip is not None
    cluster.source()
    cluster.kustomization()
    cluster.fetched(tip)
    cluster.failed(tip, "PersistentVolume/media-stage dry-run failed: field is immutable")

    told = doctor(home, "--kubeconfig", str(cluster.kubeconfig))

    verdict, evidence, _ = told.row("deployed-stage")
    assert verdict == "problem"
    assert f"Kustomization `{NAMESPACE}/{APPS}` fails" in evidence
    assert "PersistentVolume/media-stage" in evidence
    assert told.code == ExitCode.WITHHELD


def test_the_namespace_is_not_updated_for_the_source_follows_another_branch(
    home: GitHubWorld,
) -> None:
    wrong = HOME[SOURCE_FILE].replace("branch: staging", "branch: stage # ours")
    home.base({SOURCE_FILE: wrong})
    home.rebuild()

    assert doctor(home).row("flux-source")[2] == (
        f"In {SOURCE_FILE}, set `spec.ref.branch: staging`: understudy doctor --fix --forge github"
    )

    planned = doctor(home, "--fix", "--dry-run")
    assert planned.row("flux-source")[0] == "problem"
    assert (home.clone / SOURCE_FILE).read_text() == wrong

    mended = doctor(home, "--fix")
    assert mended.code == ExitCode.DONE
    assert (home.clone / SOURCE_FILE).read_text() == wrong.replace("stage # ours", "staging # ours")
    assert home.git("status", "--porcelain") == f" M {SOURCE_FILE}\n"
    assert doctor(home, "--fix").troubles == []
