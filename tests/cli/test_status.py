"""`understudy status` and `understudy reconcile` as they are typed, on a real cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controllers import acting, applies, fails
from tests.cluster.flux import APPS
from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.flux import FluxCluster
    from tests.world import World

STALLED = "timeout waiting for: [Deployment/web-stage/web status: 'InProgress']"


class Shell:
    """Types commands about one stage and one cluster."""

    def __init__(self, world: World, cluster: FluxCluster, capsys: Any) -> None:  # noqa: ANN401 - pytest's
        self.world = world
        self._own = ("--repo", world.address, "--kubeconfig", str(cluster.kubeconfig))
        self._capsys = capsys

    def run(self, *arguments: str, code: int = ExitCode.DONE) -> str:
        """Type it; return what was printed."""
        own = () if "--kubeconfig" in arguments or "--no-cluster" in arguments else self._own
        assert run([*arguments, *own]) == code, self._capsys.readouterr()
        told = self._capsys.readouterr()
        self.err = told.err
        return str(told.out)

    @property
    def tip(self) -> str:
        found = self.world.remote_ref("refs/heads/staging")
        assert found is not None
        return found


@pytest.fixture
def shell(
    world: World, cluster: FluxCluster, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """A stage with #1 and #2, with #3 out, and a cluster that has not heard of it."""
    world.base({"a": "1\n"})
    world.pull_request(1, {"b": "1\n"}, title="two replicas")
    world.pull_request(2, {"c": "1\n"}, title="cache", checks={"lint": "pending"})
    world.pull_request(3, {"b": "2\n"}, title="five replicas")
    world.rebuild()
    cluster.source()
    cluster.kustomization()
    with world.machine.active():
        yield Shell(world, cluster, capsys)


def plain(page: str) -> list[str]:
    """Return the lines without what differs from day to day."""
    lines = (line for line in page.splitlines() if not line.startswith("Record "))
    return [line.split(", since 20")[0] for line in lines]


def test_the_page_tells_of_branch_flux_and_pull_requests(
    shell: Shell, cluster: FluxCluster
) -> None:
    cluster.fetched(shell.tip)
    cluster.applied(shell.tip)
    tip = shell.tip[:7]

    told = plain(shell.run("status"))

    assert told[2:] == [
        f"Flux, as the cluster tells: {tip} is deployed",
        f"  flux-system/flux-system-staging  ready      has {tip} of staging",
        f"  flux-system/apps-staging         ready      has {tip}",
        "",
        "In (1)",
        "  #1  healthy     two replicas",
        "",
        "Waiting (1)",
        "  #2  waiting     cache",
        "                  waiting for check `lint`",
        "",
        "Out (1)",
        "  #3  conflicted  five replicas",
        "                  conflicts with #1 in b",
    ]


def test_a_failure_names_the_object_and_costs_no_exit_code(
    shell: Shell, cluster: FluxCluster
) -> None:
    cluster.fetched(shell.tip)
    cluster.failed(shell.tip, STALLED)

    told = shell.run("status")

    assert "is not deployed: apps-staging cannot go on by itself" in told
    assert f"  {STALLED}\n" in told
    assert "  flux-system/apps-staging: Deployment web-stage/web\n" in told


def test_a_stage_behind_its_base_is_told_of(shell: Shell) -> None:
    shell.world.base({"a": "2\n"})

    told = shell.run("status")

    assert "master has moved on to" in told
    assert f"    understudy rebuild --repo {shell.world.address}" in told


def test_json_is_one_document(shell: Shell, cluster: FluxCluster) -> None:
    cluster.fetched(shell.tip)
    cluster.failed(shell.tip, STALLED)

    told = json.loads(shell.run("status", "--json"))

    assert (told["commit"], told["delivery"], told["told_by"]) == (shell.tip, "stuck", "cluster")
    assert told["source"]["revision"] == shell.tip
    (apps,) = told["kustomizations"]
    assert (apps["readiness"], apps["failing"]) == ("failed", "Deployment web-stage/web")
    assert [
        (each["number"], each["state"], each["deployed"]) for each in told["pull_requests"]
    ] == [
        (1, "included", "failing"),
        (2, "waiting", None),
        (3, "conflicted", None),
    ]


def test_waiting_ends_with_what_became_of_it(shell: Shell, cluster: FluxCluster) -> None:
    cluster.fetched(shell.tip)
    cluster.applied(shell.tip)
    shell.run("status", "--wait", code=ExitCode.DONE)
    cluster.failed(shell.tip, STALLED)
    shell.run("status", "--wait", code=ExitCode.WITHHELD)
    cluster.applying(shell.tip)
    told = shell.run("status", "--wait", "--timeout", "0s", code=ExitCode.UNAVAILABLE)

    assert "is not deployed yet: waiting for apps-staging" in told
    assert "error: The time is over" in shell.err


def test_a_cluster_that_cannot_be_asked_costs_the_exit_code_alone(
    shell: Shell, cluster: FluxCluster
) -> None:
    gone = cluster.server.kubeconfig("gone", {"token": "s3cret"}, server="https://127.0.0.1:1")
    address = ("--repo", shell.world.address)

    told = shell.run("status", *address, "--kubeconfig", str(gone), code=ExitCode.UNAVAILABLE)
    asked = json.loads(shell.run("status", *address, "--kubeconfig", str(gone), "--json", code=4))

    assert "In (1)\n  #1  in          two replicas\n" in told
    assert "The cluster at https://127.0.0.1:1 did not answer" in told
    assert asked["problem"]["message"].startswith("The cluster at")
    assert "s3cret" not in told + str(asked)


def test_without_a_cluster_the_forge_is_asked(shell: Shell) -> None:
    told = shell.run("status", "--repo", shell.world.address, "--no-cluster")

    assert "No cluster was asked." in told


@pytest.mark.parametrize("others", [("--wait",), ("--json",)])
def test_watching_has_no_end(shell: Shell, others: tuple[str, ...]) -> None:
    shell.run("status", "--watch", *others, code=ExitCode.USAGE)


@pytest.mark.parametrize("duration", ["soon", "-1s", "5 d", ""])
def test_a_duration_that_is_none_is_refused(shell: Shell, duration: str) -> None:
    shell.run("status", "--wait", "--timeout", duration, code=ExitCode.USAGE)

    assert "is no duration such as" in shell.err


# --- reconcile -----------------------------------------------------------------------------------


def test_reconcile_ends_when_it_is_deployed(shell: Shell, cluster: FluxCluster) -> None:
    commit = shell.tip
    with acting(cluster, source=[lambda flux: flux.fetched(commit)], others=[applies(commit)]):
        told = shell.run("reconcile")

    assert f"Flux, as the cluster tells: {commit[:7]} is deployed" in told


def test_reconcile_says_which_object_fails(shell: Shell, cluster: FluxCluster) -> None:
    commit = shell.tip
    with acting(
        cluster, source=[lambda flux: flux.fetched(commit)], others=[fails(commit, STALLED)]
    ):
        told = json.loads(shell.run("reconcile", "--json", code=ExitCode.WITHHELD))

    assert told["kustomizations"][0]["failing"] == "Deployment web-stage/web"


def test_reconcile_needs_a_cluster(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reconcile", "--repo", shell.world.address]) == ExitCode.USAGE

    assert "error: No cluster is named" in capsys.readouterr().err


def test_reconcile_may_not_be_allowed(shell: Shell, cluster: FluxCluster) -> None:
    account = {"name": "looker", "namespace": "flux-system"}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    kubeconfig = str(cluster.kubeconfig_of("looker"))

    shell.run(
        "reconcile",
        "--repo",
        shell.world.address,
        "--kubeconfig",
        kubeconfig,
        code=ExitCode.WITHHELD,
    )

    assert "error: The context `flux-system-looker` may not list gitrepositories" in shell.err
    assert "hint: Give it what `deploy/` has" in shell.err


def test_what_is_suspended_is_told_with_the_command_that_ends_it(
    shell: Shell, cluster: FluxCluster
) -> None:
    cluster.change("Kustomization", APPS, {"suspend": True})

    shell.run("reconcile", code=ExitCode.WITHHELD)

    assert "`flux resume kustomization apps-staging --namespace flux-system`" in shell.err
