"""Where little can be seen of a cluster, that is unknown, and all else is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.cluster.flux import NAMESPACE, SOURCE
from tests.gitops.doctor.deployed_homes import OLD, deployed, looked_at, published, seen_on
from understudy.core.diagnosis import Health
from understudy.core.errors import ExitCode
from understudy.diagnosing import mend
from understudy.diagnosis_wiring import Look, diagnosis_of
from understudy.wiring import Options

if TYPE_CHECKING:
    from tests.cluster.flux import FluxCluster
    from tests.world import World

READER = Path(__file__).parents[3] / "deploy/reader"


@pytest.fixture
def tip(world: World) -> str:
    """Return the commit of the stage of a home where nothing is wrong."""
    return published(world)


def test_a_cluster_of_somebody_else_is_no_problem(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    cluster.source("theirs", branch="main", url="https://github.com/bob/home")

    (found,) = seen_on(world, cluster)

    assert (found.id, found.verdict) == ("cluster", Health.UNKNOWN)
    assert found.remedy == "Name the right one with --context."
    assert tip


def test_without_permission_it_is_unknown_and_all_else_is_told(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    cluster.namespace()
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "nobody", "namespace": NAMESPACE},
        }
    )

    seen = looked_at(world, cluster, cluster.kubeconfig_of("nobody"))

    assert [(each.id, each.verdict) for each in seen.observations[-1:]] == [
        ("cluster", Health.UNKNOWN)
    ]
    assert "may not list gitrepositories" in seen.observations[-1].evidence
    assert seen.exit_code is ExitCode.DONE
    assert tip


def test_the_role_that_may_only_read_is_enough_and_mends_nothing(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, OLD)
    cluster.change("GitRepository", SOURCE, {"secretRef": {"name": "deploy-key"}})
    cluster.fetched(OLD)
    for name in ("account", "role"):
        for document in YAML(typ="safe").load_all((READER / f"{name}.yaml").read_text()):
            document["metadata"]["namespace"] = NAMESPACE
            cluster.create(document)
    options = Options(repo=str(world.remote), cache=world.machine.cache)
    look = Look(kubeconfig=cluster.kubeconfig_of("understudy"))
    with world.machine.active(), diagnosis_of(options, look) as seen:
        mended = mend(seen)

    rows = [each for each in seen.observations if each.id.startswith(("cluster", "deployed"))]
    assert [each.id for each in rows] == ["cluster", "deployed-source", "deployed-stage"]
    assert mended.done == ()
    ((repair, error),) = mended.failed
    assert repair.does == f"ask Flux to look at GitRepository `{NAMESPACE}/{SOURCE}` now"
    assert "may not patch gitrepositories" in error.message
    assert mended.exit_code is ExitCode.WITHHELD
    assert tip


def test_a_cluster_that_is_away_is_unknown(
    world: World, tip: str, cluster: FluxCluster, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.kubeconfig"
    gone.write_text(
        cluster.kubeconfig.read_text().replace(cluster.server.address, "https://127.0.0.1:9")
    )

    seen = looked_at(world, cluster, gone)

    assert (seen.observations[-1].id, seen.observations[-1].verdict) == ("cluster", Health.UNKNOWN)
    assert seen.exit_code is ExitCode.DONE
    assert tip


def test_without_a_kubeconfig_no_cluster_is_asked(world: World, tip: str) -> None:
    options = Options(repo=str(world.remote), cache=world.machine.cache)
    with world.machine.active(), diagnosis_of(options) as seen:
        pass

    assert seen.observations[-1].evidence == "no cluster was asked"
    assert seen.observations[-1].verdict is Health.OK
    assert tip
