"""`understudy status` where no cluster is named: what Flux has told the forge, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system-staging, namespace: flux-system}
spec: {url: "https://example.org/fleet.git", interval: 1m0s, ref: {branch: staging}}
"""
APPLIED = """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: NAME, namespace: flux-system}
spec: {path: ./apps/staging, SETTING, sourceRef: {kind: GitRepository, name: flux-system-staging}}
"""


def applied(name: str, setting: str = "wait: true") -> str:
    return APPLIED.replace("NAME", name).replace("SETTING", setting)


class Forge:
    """A stage with #1 on branches and notes, and what Flux tells of its commit."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self._world = world
        self._capsys = capsys

    def stage(self, *kustomizations: str) -> None:
        """Build it, deployed by these."""
        flux = "".join((SOURCE, *kustomizations))
        self._world.base({"app": "1\n", "clusters/home/staging.yaml": flux})
        self._world.pull_request(1, {"app": "2\n"}, title="two replicas")
        self._world.rebuild()

    def tells(self, name: str, state: str) -> None:
        """Mark the stage's commit as Flux does."""
        tip = self._world.remote_ref("refs/heads/staging") or ""
        check = f"kustomization/{name}={state}"
        assert run(["mark", tip, "--check", check, "--repo", self._world.address]) == ExitCode.DONE
        self._capsys.readouterr()

    def status(self, *arguments: str, code: int = ExitCode.DONE) -> str:
        """Type it; return what was printed."""
        assert run(["status", "--repo", self._world.address, *arguments]) == code
        told = self._capsys.readouterr()
        self.err = told.err
        return str(told.out)


@pytest.fixture
def forge(world: World, capsys: pytest.CaptureFixture[str]) -> Iterator[Forge]:
    with world.machine.active():
        yield Forge(world, capsys)


@pytest.mark.parametrize(
    ("setting", "presence", "why"),
    [
        ("wait: true", "healthy", ""),
        ("wait: false", "deployed", "whether it is healthy, nobody watches"),
    ],
)
def test_what_flux_told_the_forge_is_told(
    forge: Forge, setting: str, presence: str, why: str
) -> None:
    forge.stage(applied("apps-staging", setting))
    forge.tells("apps-staging", "success")

    told = forge.status("--wait")

    assert "Flux, as the forge tells: " in told
    assert " is deployed\n" in told
    assert f"  #1  {presence.ljust(10)}  two replicas" in told
    assert ("nobody watches" in told) is bool(why)
    document = json.loads(forge.status("--json"))
    assert (document["told_by"], document["delivery"]) == ("forge", "delivered")
    assert document["pull_requests"][0]["deployed"] == presence


def test_where_no_file_tells_who_deploys_nobody_can_tell_of_health(forge: Forge) -> None:
    forge.stage()
    forge.tells("apps-staging", "success")

    told = forge.status()

    assert "  #1  deployed    two replicas" in told
    assert "whether it is healthy, cannot be told without the cluster" in told


def test_what_some_have_told_is_not_taken_for_all(forge: Forge) -> None:
    forge.stage(applied("apps-staging"), applied("media"), applied("parked", "suspend: true"))
    forge.tells("apps-staging", "success")

    told = forge.status("--wait", "--timeout", "0s", code=ExitCode.UNAVAILABLE)

    assert "is not deployed yet: waiting for media" in told
    assert "  flux-system/media         unknown    nothing is told of it\n" in told
    assert "parked" not in told
    assert forge.err.startswith("error: The time is over: the stage's commit is not deployed yet.")
    forge.tells("media", "success")
    assert "  #1  healthy" in forge.status("--wait")


def test_a_failure_ends_the_wait(forge: Forge) -> None:
    forge.stage(applied("apps-staging"))
    forge.tells("apps-staging", "failure")

    told = forge.status("--wait", code=ExitCode.WITHHELD)

    assert "is not deployed: apps-staging cannot go on by itself" in told
    assert "  #1  failing" in told
    forge.status()  # that alone costs no exit code


def test_where_nobody_tells_the_last_words_are_that_no_cluster_is_named(forge: Forge) -> None:
    forge.stage(applied("apps-staging"))

    told = forge.status("--wait", "--timeout", "0s", code=ExitCode.UNAVAILABLE)

    nobody = "No cluster is named: there is no kubeconfig, and this is no pod."
    assert nobody in told
    error, hint = forge.err.splitlines()[-2:]
    assert error.startswith(
        f"error: The time is over. {nobody} The forge was told of no deployment"
    )
    assert hint == "hint: Name a kubeconfig with --kubeconfig or KUBECONFIG."
    assert json.loads(forge.status("--json"))["problem"]["message"].startswith(nobody)


def test_without_a_branch_there_is_nothing_to_wait_for(forge: Forge, world: World) -> None:
    world.base({"app": "1\n"})

    assert "There is no record yet" in forge.status()
    forge.status("--wait", code=ExitCode.USAGE)

    assert "error: The stage has no branch `staging` yet." in forge.err
