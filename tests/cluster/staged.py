"""A stage on a real remote, and a cluster that deploys it: what is told, waited for and asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy import following
from understudy.deployment_wiring import ClusterOptions, Teller
from understudy.following import Patience
from understudy.wiring import Options

if TYPE_CHECKING:
    from tests.cluster.flux import FluxCluster
    from tests.world import World
    from understudy.core.standing import Standing

OTHER = "9" * 40
"""A commit that no record knows."""

QUICK = Patience(timeout=20, pause=0.05)
SOON_OVER = Patience(timeout=0.3, pause=0.05)

INVALID = (
    'PersistentVolume/music-pv dry-run failed (Invalid): PersistentVolume "music-pv" is invalid:'
    " spec.persistentvolumesource: Forbidden: is immutable after creation"
)


def tip(world: World) -> str:
    """Return what the stage's branch is at."""
    found = world.remote_ref("refs/heads/staging")
    assert found is not None
    return found


def options(world: World) -> Options:
    """Name the remote."""
    return Options(repo=world.address, cache=world.machine.cache)


def teller(world: World, cluster: FluxCluster) -> Teller:
    """Return who tells of this stage on this cluster."""
    return Teller(options(world), ClusterOptions(kubeconfig=cluster.kubeconfig))


def stand(world: World, cluster: FluxCluster) -> Standing:
    with teller(world, cluster) as asked:
        return following.stand(asked.opening, asked)


def wait(world: World, cluster: FluxCluster, patience: Patience = QUICK) -> Standing:
    with teller(world, cluster) as asked:
        return following.wait(asked.opening, asked, patience=patience)


def reconcile(world: World, cluster: FluxCluster, patience: Patience = QUICK) -> Standing:
    with teller(world, cluster) as asked:
        return following.reconcile(asked.opening, asked, patience=patience)
