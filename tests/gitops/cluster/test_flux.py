"""Which of a real cluster's objects deploy a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.flux import APPS, NAMESPACE, SOURCE, URL
from understudy.core import config
from understudy.core.config import Stage
from understudy.core.errors import UsageError
from understudy.gitops.cluster.api import open_cluster
from understudy.gitops.cluster.flux import FluxStage
from understudy.wiring import SystemClock

if TYPE_CHECKING:
    from tests.cluster.flux import FluxCluster
    from understudy.core.deployment import Deployment


def told(cluster: FluxCluster, *, remote: str = URL, flux: config.Flux | None = None) -> Deployment:
    found = open_cluster(kubeconfig=cluster.kubeconfig, context=None)
    assert found is not None
    stage = Stage(branch="staging", flux=flux or config.Flux())
    with found:
        return FluxStage(found, stage, remote=remote, clock=SystemClock()).deployment()


def place(deployment: Deployment) -> str:
    assert deployment.source is not None
    return f"{deployment.source.namespace}/{deployment.source.name}"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/home",
        "https://github.com/ada/home.git",
        "https://x-access-token:s3cret@github.com/Ada/home/",
        "ssh://git@github.com:22/ada/home.git",
        "git@github.com:ada/home.git",
    ],
)
def test_of_several_sources_that_of_our_remote_is_meant(cluster: FluxCluster, remote: str) -> None:
    cluster.source()
    cluster.source("elsewhere", namespace="other", url="https://github.com/ada/work")
    cluster.kustomization()

    assert place(told(cluster, remote=remote)) == f"{NAMESPACE}/{SOURCE}"


def test_of_several_sources_of_other_remotes_none_is_meant(cluster: FluxCluster) -> None:
    cluster.source()
    cluster.source("elsewhere", namespace="other")

    with pytest.raises(UsageError) as raised:
        told(cluster, remote="/srv/git/home.git")

    assert "`flux-system/flux-system-staging` and `other/elsewhere`" in raised.value.message
    assert "flux: {source: NAME}" in raised.value.hint


def test_the_only_source_of_the_branch_is_meant_wherever_it_fetches(cluster: FluxCluster) -> None:
    cluster.source()
    cluster.source("flux-system", branch="main")
    cluster.kustomization()

    assert place(told(cluster, remote="/srv/git/home.git")) == f"{NAMESPACE}/{SOURCE}"


def test_all_that_deploys_from_the_source_is_told_of(cluster: FluxCluster) -> None:
    cluster.source()
    cluster.source("flux-system", branch="main")
    cluster.kustomization("web")
    cluster.kustomization()
    cluster.kustomization("apps-production", source="flux-system")
    cluster.kustomization("own", namespace="apps")
    there = {"kind": "GitRepository", "name": SOURCE, "namespace": NAMESPACE}
    cluster.kustomization("across", namespace="apps", sourceRef=there)

    names = [f"{each.namespace}/{each.name}" for each in told(cluster).kustomizations]

    assert names == ["apps/across", f"{NAMESPACE}/{APPS}", f"{NAMESPACE}/web"]


def test_the_configuration_may_name_both(cluster: FluxCluster) -> None:
    cluster.source("one", namespace="gitops")
    cluster.source("two", namespace="gitops")
    cluster.kustomization("web", namespace="gitops", source="two")
    cluster.kustomization("api", namespace="gitops", source="two")
    flux = config.Flux(namespace="gitops", source="two", kustomization="api")

    found = told(cluster, flux=flux)

    assert place(found) == "gitops/two"
    assert [each.name for each in found.kustomizations] == ["api"]


@pytest.mark.parametrize(
    ("flux", "said"),
    [
        (config.Flux(), "shows us no Kustomization that deploys from"),
        (config.Flux(kustomization="web"), "shows us no Kustomization `web` that deploys from"),
        (config.Flux(source="nowhere"), "has no GitRepository `flux-system/nowhere`"),
    ],
)
def test_what_is_missing_is_named(cluster: FluxCluster, flux: config.Flux, said: str) -> None:
    cluster.source()
    cluster.kustomization("other", source="another")

    with pytest.raises(UsageError) as raised:
        told(cluster, flux=flux)

    assert said in raised.value.message
    assert raised.value.hint
