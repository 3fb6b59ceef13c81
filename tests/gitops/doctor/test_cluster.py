"""Against a real API server: what Flux's objects say of a stage that is not deployed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cluster.flux import APPS, NAMESPACE, SOURCE, URL
from tests.gitops.doctor.deployed_homes import OLD, deployed, looked_at, published, seen_on
from tests.gitops.doctor.homes import SOURCE as SOURCE_FILE
from tests.gitops.doctor.homes import troubles
from understudy.core.diagnosis import Health
from understudy.core.errors import ExitCode
from understudy.diagnosing import mend
from understudy.diagnosis_wiring import Look, diagnosis_of
from understudy.gitops.cluster.api import REQUESTED_AT
from understudy.wiring import Options

if TYPE_CHECKING:
    from tests.cluster.flux import FluxCluster
    from tests.world import World

RECONCILE = f"flux reconcile kustomization flux-system --namespace {NAMESPACE} --with-source"


@pytest.fixture
def tip(world: World) -> str:
    """Return the commit of the stage of a home where nothing is wrong."""
    return published(world)


def test_a_stage_that_is_deployed_has_no_troubles(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, tip)

    seen = looked_at(world, cluster)

    assert troubles(seen.observations) == []
    assert [each.evidence for each in seen.observations if each.id.startswith("deployed")] == [
        f"GitRepository `{NAMESPACE}/{SOURCE}` is at {tip[:7]}",
        f"Kustomization `{NAMESPACE}/{APPS}` is at {tip[:7]}",
    ]


def test_a_source_that_has_not_looked_yet_is_asked_to(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, OLD)
    options = Options(repo=str(world.remote), cache=world.machine.cache)
    with world.machine.active(), diagnosis_of(options, Look(kubeconfig=cluster.kubeconfig)) as seen:
        mended = mend(seen)

    (first, second) = [each for each in troubles(seen.observations) if "deployed" in each]
    assert first == (
        f"warning deployed-source: GitRepository `{NAMESPACE}/{SOURCE}` is at {OLD[:7]}, and the"
        f" stage is at {tip[:7]}: Flux has not looked at it yet ->"
        f" flux reconcile source git {SOURCE} --namespace {NAMESPACE}"
    )
    assert second.endswith(
        f" -> flux reconcile kustomization {APPS} --namespace {NAMESPACE} --with-source"
    )
    assert [each.does for each in mended.done] == [
        f"ask Flux to look at GitRepository `{NAMESPACE}/{SOURCE}` now"
    ]
    asked = cluster.found("GitRepository", SOURCE)["metadata"]["annotations"]
    assert REQUESTED_AT in asked


def test_a_dry_run_asks_for_nothing(world: World, tip: str, cluster: FluxCluster) -> None:
    deployed(cluster, OLD)
    options = Options(repo=str(world.remote), cache=world.machine.cache)

    with world.machine.active(), diagnosis_of(options, Look(kubeconfig=cluster.kubeconfig)) as seen:
        assert len(mend(seen, dry_run=True).done) == 1

    assert "annotations" not in cluster.found("GitRepository", SOURCE)["metadata"]
    assert tip


def test_trap_32_a_failing_object_is_named_with_what_is_said_of_it(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    """One object that cannot be changed stops all (trap 32)."""
    deployed(cluster, OLD)
    cluster.fetched(tip)
    said = (
        'PersistentVolume/media-stage dry-run failed (Invalid): PersistentVolume "media-stage" is'
        " invalid: spec.persistentvolumesource: Forbidden: is immutable after creation"
    )
    cluster.failed(tip, said)

    seen = looked_at(world, cluster)

    (found,) = [each for each in seen.observations if each.id == "deployed-stage"]
    assert found.verdict is Health.PROBLEM
    assert said in found.evidence
    assert f"Kustomization `{NAMESPACE}/{APPS}` fails with {tip[:7]}" in found.evidence
    assert found.remedy.startswith("It cannot be changed in place: delete that object")
    assert seen.exit_code is ExitCode.WITHHELD


def test_a_failure_of_a_commit_before_is_no_verdict_on_this_one(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, OLD)
    cluster.fetched(tip)
    cluster.failed(OLD, "it broke")

    (found,) = [each for each in seen_on(world, cluster) if each.id == "deployed-stage"]

    assert found.verdict is Health.WARNING
    assert f"The stage is at {tip[:7]} by now, which was not tried yet" in found.evidence


@pytest.mark.parametrize(
    ("kind", "called"),
    [("GitRepository", f"source git {SOURCE}"), ("Kustomization", f"kustomization {APPS}")],
)
def test_what_is_suspended_is_named_and_left_to_people(
    world: World, tip: str, cluster: FluxCluster, kind: str, called: str
) -> None:
    deployed(cluster, tip)
    cluster.change(kind, called.rpartition(" ")[2], {"suspend": True})

    (found,) = [each for each in seen_on(world, cluster) if each.verdict is not Health.OK]

    assert (found.id, found.repair) == ("deployed-suspended", None)
    assert found.remedy == f"flux resume {called} --namespace {NAMESPACE}"


SSH = "ssh://git@git.example.org:2222/ada/home.git"


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (SSH, f"--url {SSH}"),
        (URL, f'--url {URL} --username NAME --password "$TOKEN"'),
        (
            "https://ada:word@github.com/ada/home",
            f'--url {URL} --username NAME --password "$TOKEN"',
        ),
        ("ssh://git:word@git.example.org/x", "--url 'ssh://***@git.example.org/x'"),
    ],
)
def test_a_secret_that_is_not_there_is_told_with_the_command_that_makes_it(
    world: World, tip: str, cluster: FluxCluster, url: str, options: str
) -> None:
    deployed(cluster, tip)
    cluster.change("GitRepository", SOURCE, {"secretRef": {"name": "deploy-key"}, "url": url})

    (found,) = [each for each in seen_on(world, cluster) if each.id == "cluster-secret"]

    assert found.verdict is Health.PROBLEM
    assert found.remedy == (f"flux create secret git deploy-key --namespace {NAMESPACE} {options}")


def test_a_secret_that_flux_misses_is_made_by_its_name(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, tip)
    cluster.change("GitRepository", SOURCE, {"url": SSH})
    cluster.fetch_failed(
        f"failed to get secret '{NAMESPACE}/deploy-key': secrets \"deploy-key\" not found"
    )

    (found,) = [each for each in seen_on(world, cluster) if each.id == "deployed-source"]

    assert found.remedy == (
        f"flux create secret git deploy-key --namespace {NAMESPACE} --url {SSH}"
    )


def test_commands_are_for_the_cluster_that_was_named(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, tip)
    cluster.change("GitRepository", SOURCE, {"suspend": True})
    cluster.change("Kustomization", APPS, {"path": "./apps/production"})

    told = world.cli("doctor", "--kubeconfig", str(cluster.kubeconfig), "--json")

    commands = {each["id"]: each["remedy"] for each in json.loads(told.out)["rows"]}
    for row in ("cluster-production", "deployed-suspended"):
        assert commands[row].endswith(f"--namespace {NAMESPACE} --kubeconfig {cluster.kubeconfig}")


def test_a_source_that_cannot_be_read_is_a_problem_with_its_words(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, tip)
    cluster.fetch_failed("failed to checkout and determine revision: couldn't find remote ref")

    (found,) = [each for each in seen_on(world, cluster) if each.id == "deployed-source"]

    assert found.verdict is Health.PROBLEM
    assert "couldn't find remote ref" in found.evidence
    assert found.remedy == "Push the branch `staging`: understudy rebuild"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"ref": {"branch": "old"}}, "follows `old`, and the stage is `staging`"),
        ({"interval": "2h0m0s"}, "has `interval: 2h0m0s`, and"),
        ({"url": "https://github.com/ada/other"}, "has `url: https://github.com/ada/other`, and"),
        ({"url": "https://me:pw@github.com/ada/x"}, "has `url: https://***@github.com/ada/x`, and"),
        ({"url": "ssh://git@github.com/ada/x"}, "has `url: ssh://git@github.com/ada/x`, and"),
    ],
)
def test_an_object_that_differs_from_its_file_was_not_applied(
    world: World, tip: str, cluster: FluxCluster, spec: dict[str, object], said: str
) -> None:
    deployed(cluster, tip)
    cluster.change("GitRepository", SOURCE, spec)

    (found,) = [each for each in seen_on(world, cluster) if each.id == "cluster-source"]

    assert said in found.evidence
    assert found.remedy == RECONCILE


def test_objects_that_are_only_in_files_are_missing(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    cluster.source("flux-system", branch="master")

    (found,) = [each for each in seen_on(world, cluster) if each.verdict is not Health.OK]

    assert found.evidence == f"GitRepository `{SOURCE}` of {SOURCE_FILE} is not on the cluster"
    assert found.remedy == RECONCILE
    assert tip


def test_production_that_is_applied_from_the_stage_is_a_problem(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    deployed(cluster, tip)
    cluster.kustomization("apps-production", path="./apps/production")
    cluster.applied(tip, name="apps-production")

    (found,) = [each for each in seen_on(world, cluster) if each.id == "cluster-production"]

    assert found.evidence == (
        f"on the cluster Kustomization `{NAMESPACE}/apps-production` applies `apps/production` from"
        f" GitRepository `{NAMESPACE}/{SOURCE}`: it deploys what nobody has merged"
    )
    assert found.remedy.endswith(
        f"flux suspend kustomization apps-production --namespace {NAMESPACE}"
    )


def test_the_stage_that_is_applied_from_production_is_a_problem(
    world: World, tip: str, cluster: FluxCluster
) -> None:
    cluster.source("flux-system", branch="master")
    cluster.source()
    cluster.kustomization(source="flux-system")

    found = [each.evidence for each in seen_on(world, cluster) if each.id == "cluster-stage"]

    assert found == [
        (
            "no Kustomization on the cluster applies anything from"
            f" GitRepository `{NAMESPACE}/{SOURCE}`"
        ),
        (
            f"on the cluster Kustomization `{NAMESPACE}/{APPS}` applies `apps/staging` from"
            " `flux-system`, which does not read the stage"
        ),
    ]
    assert tip
