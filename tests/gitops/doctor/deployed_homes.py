"""A home whose stage Flux deploys on a real API server, and what is seen of it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.doctor.homes import HOME
from understudy.diagnosis_wiring import Look, diagnosis_of
from understudy.wiring import Options

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.flux import FluxCluster
    from tests.world import World
    from understudy.core.diagnosis import Diagnosis, Observation

OLD = "0" * 40
"""A commit that is not the stage's."""


def published(world: World) -> str:
    """Build the stage of a home where nothing is wrong; return its commit."""
    world.base(dict(HOME))
    world.pull_request(1, {"apps/base/web/more.yaml": "more: 1\n"})
    world.rebuild()
    found = world.remote_ref("refs/heads/staging")
    assert found is not None
    return found


def looked_at(world: World, cluster: FluxCluster, kubeconfig: Path | None = None) -> Diagnosis:
    options = Options(
        repo=str(world.remote), cache=world.machine.cache, pull_requests=world.write_listing()
    )
    look = Look(kubeconfig=kubeconfig or cluster.kubeconfig)
    with world.machine.active(), diagnosis_of(options, look) as found:
        return found


def seen_on(world: World, cluster: FluxCluster) -> list[Observation]:
    rows = looked_at(world, cluster).observations
    return [each for each in rows if each.id.startswith(("cluster", "deployed"))]


def deployed(cluster: FluxCluster, commit: str) -> None:
    cluster.source()
    cluster.kustomization()
    cluster.fetched(commit)
    cluster.applied(commit)
