"""What `deploy/` lets an account do, asked of a real API server: what is needed, and no more."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lightkube import ApiError, Client, KubeConfig
from lightkube.models.authorization_v1 import (
    ResourceAttributes,
    SelfSubjectAccessReviewSpec,
    SelfSubjectRulesReviewSpec,
)
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.authorization_v1 import SelfSubjectAccessReview, SelfSubjectRulesReview
from lightkube.resources.rbac_authorization_v1 import (
    ClusterRole,
    ClusterRoleBinding,
    Role,
    RoleBinding,
)
from ruamel.yaml import YAML

from tests.cluster.flux import APPS, NAMESPACE, SOURCE
from understudy.core.config import Stage
from understudy.gitops.cluster.api import MayNotLookError, open_cluster
from understudy.gitops.cluster.flux import FluxStage
from understudy.wiring import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.flux import FluxCluster

DEPLOY = Path(__file__).parents[2] / "deploy"
KINDS = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount"}
FLUX = {
    ("source.toolkit.fluxcd.io", "gitrepositories"),
    ("kustomize.toolkit.fluxcd.io", "kustomizations"),
}


def objects_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Return what a folder has, with what it is built on."""
    listed = YAML(typ="safe").load(folder / "kustomization.yaml")["resources"]
    for path in (folder / each for each in listed):
        if path.is_dir():
            yield from objects_of(path)
        else:
            yield from YAML(typ="safe").load_all(path)


def give(cluster: FluxCluster, variant: str) -> Path:
    """Apply a variant; return the kubeconfig of its account."""
    cluster.namespace()
    for each in objects_of(DEPLOY / variant):
        assert each["kind"] in KINDS
        metadata = dict(each["metadata"])
        if not str(each["kind"]).startswith("Cluster"):
            metadata["namespace"] = NAMESPACE
        cluster.create({**each, "metadata": metadata})
    return cluster.kubeconfig_of("understudy")


@pytest.fixture
def stripped(cluster: FluxCluster) -> Iterator[FluxCluster]:
    """A cluster on which our account has nothing, before and after."""
    _take(cluster)
    yield cluster
    _take(cluster)


def _take(cluster: FluxCluster) -> None:
    for name in ("understudy-reader", "understudy-reconciler"):
        for kind in (Role, RoleBinding):
            with suppress(ApiError):
                cluster.admin.delete(kind, name, namespace=NAMESPACE)
        for whole in (ClusterRole, ClusterRoleBinding):
            with suppress(ApiError):
                cluster.admin.delete(whole, name)


def allowed(kubeconfig: Path, verb: str, group: str, resource: str, *, namespace: str = "") -> bool:
    """Ask the server whether the account may do this."""
    client = Client(KubeConfig.from_file(kubeconfig))
    attributes = ResourceAttributes(verb=verb, group=group, resource=resource, namespace=namespace)
    review = client.create(
        SelfSubjectAccessReview(
            metadata=ObjectMeta(),
            spec=SelfSubjectAccessReviewSpec(resourceAttributes=attributes),
        )
    )
    client.close()
    assert review.status is not None
    return review.status.allowed


@pytest.mark.parametrize("variant", ["reader", "reconciler", "all-namespaces"])
def test_status_and_doctor_can_read(stripped: FluxCluster, variant: str) -> None:
    stripped.source()
    stripped.kustomization()

    found = open_cluster(kubeconfig=give(stripped, variant), context=None)

    assert found is not None
    with found:
        flux = FluxStage(found, Stage(branch="staging"), remote="x", clock=SystemClock())
        assert [each.name for each in flux.deployment().kustomizations] == [APPS]
        assert found.has_secret(NAMESPACE, "any") is None


def test_reconcile_can_ask_only_where_it_was_given_that(stripped: FluxCluster) -> None:
    stripped.source()
    stripped.kustomization()
    reader = open_cluster(kubeconfig=give(stripped, "reader"), context=None)
    assert reader is not None
    with (
        reader,
        pytest.raises(MayNotLookError, match="may not patch gitrepositories in flux-system"),
    ):
        FluxStage(reader, Stage(branch="staging"), remote="x", clock=SystemClock()).ask_source()

    reconciler = open_cluster(kubeconfig=give(stripped, "reconciler"), context=None)
    assert reconciler is not None
    with reconciler:
        flux = FluxStage(reconciler, Stage(branch="staging"), remote="x", clock=SystemClock())
        flux.ask_source()
        flux.ask_others()

    for kind, name in (("GitRepository", SOURCE), ("Kustomization", APPS)):
        assert (
            "reconcile.fluxcd.io/requestedAt"
            in stripped.found(kind, name)["metadata"]["annotations"]
        )


def test_kustomizations_elsewhere_are_seen_only_where_that_was_given(stripped: FluxCluster) -> None:
    stripped.source()
    stripped.kustomization()
    there = {"kind": "GitRepository", "name": SOURCE, "namespace": NAMESPACE}
    stripped.kustomization("web", namespace="web", sourceRef=there)
    seen = {}
    for variant in ("reader", "all-namespaces"):
        found = open_cluster(kubeconfig=give(stripped, variant), context=None)
        assert found is not None
        with found:
            flux = FluxStage(found, Stage(branch="staging"), remote="x", clock=SystemClock())
            seen[variant] = [each.name for each in flux.deployment().kustomizations]

    assert seen == {"reader": [APPS], "all-namespaces": [APPS, "web"]}


@pytest.mark.parametrize(
    ("variant", "verbs"),
    [
        ("reader", {"get", "list"}),
        ("reconciler", {"get", "list", "patch"}),
        ("all-namespaces", {"get", "list"}),
    ],
)
def test_everything_else_is_forbidden(stripped: FluxCluster, variant: str, verbs: set[str]) -> None:
    account = give(stripped, variant)
    client = Client(KubeConfig.from_file(account))
    review = client.create(
        SelfSubjectRulesReview(
            metadata=ObjectMeta(), spec=SelfSubjectRulesReviewSpec(namespace=NAMESPACE)
        )
    )
    client.close()

    assert review.status is not None
    given: dict[tuple[str, str], set[str]] = {}
    for rule in review.status.resourceRules:
        for group in rule.apiGroups or []:
            for resource in rule.resources or []:
                given.setdefault((group, resource), set()).update(rule.verbs)
    # Everybody may ask what they may do themselves.
    own = {
        key for key in given if key[0].endswith(("authorization.k8s.io", "authentication.k8s.io"))
    }
    assert {key: value for key, value in given.items() if key not in own} == dict.fromkeys(
        FLUX, verbs
    )
    for group, resource in FLUX:
        assert allowed(account, "list", group, resource) is (variant == "all-namespaces")
        assert not allowed(account, "delete", group, resource, namespace=NAMESPACE)
    for verb in ("get", "list", "watch", "create"):
        assert not allowed(account, verb, "", "secrets", namespace=NAMESPACE)
