from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.namespaces import CLUSTER_SCOPED, ESCAPED_NAMESPACE

CERTIFICATE = """
    # certificates/certificate-wildcard.yaml
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata: {name: wildcard-tls, namespace: security}
    spec: {dnsNames: ["*.stage.example.com"], secretName: wildcard-tls}
"""


def test_an_object_in_the_namespace_of_others_has_escaped() -> None:
    (line,) = told(ESCAPED_NAMESPACE, examined(CERTIFICATE))
    assert line == (
        "error escaped-namespace: Certificate security/wildcard-tls: It is in the namespace"
        " `security`, which is not the stage's: those are `*-stage`."
    )


def test_a_finding_names_the_file_and_the_next_step() -> None:
    (found,) = ESCAPED_NAMESPACE.look(examined(CERTIFICATE))
    assert found.path == "certificates/certificate-wildcard.yaml"
    assert "add `security` to `isolation.namespaces`" in found.remedy


def test_a_namespace_that_production_fills_is_not_offered_to_the_stage() -> None:
    production = "apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: security}"
    (found,) = ESCAPED_NAMESPACE.look(examined(CERTIFICATE, production))
    assert "isolation.namespaces" not in found.remedy
    assert "allow it" in found.remedy


def test_an_object_without_a_namespace_lands_in_default() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: memos}\nspec: {ports: []}"
    (line,) = told(ESCAPED_NAMESPACE, examined(service))
    assert "it is created in `default`" in line


@pytest.mark.parametrize(
    ("patterns", "namespace", "escapes"),
    [
        (("*-stage",), "memos-stage", False),
        (("*-stage",), "memos", True),
        (("*-stage",), "memos-stage-old", True),
        (("staging",), "staging", False),
        (("preview-*", "*-stage"), "preview-memos", False),
        (("preview-*",), "memos-stage", True),
    ],
)
def test_the_settings_say_which_namespaces_are_the_stages(
    patterns: tuple[str, ...], namespace: str, *, escapes: bool
) -> None:
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: memos, namespace: {namespace}}}"
    assert bool(told(ESCAPED_NAMESPACE, examined(text, namespaces=patterns))) is escapes


def test_a_chart_that_is_installed_elsewhere_escapes() -> None:
    release = """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: podinfo, namespace: podinfo-stage}
        spec: {releaseName: podinfo, targetNamespace: podinfo}
    """
    (line,) = told(ESCAPED_NAMESPACE, examined(release))
    assert "Its chart is installed in `podinfo`" in line
    at_home = release.replace("targetNamespace: podinfo", "targetNamespace: podinfo-stage")
    assert told(ESCAPED_NAMESPACE, examined(at_home)) == []


def test_a_release_that_is_kept_elsewhere_can_be_taken_for_that_of_others() -> None:
    release = """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: podinfo, namespace: podinfo-stage}
        spec: {storageNamespace: podinfo}
    """
    (found,) = ESCAPED_NAMESPACE.look(examined(release))
    assert "Helm keeps what it knows of the release in `podinfo`" in found.message
    assert "`spec.storageNamespace`" in found.remedy


OF_A_KIND_NOBODY_KNOWS = """
    apiVersion: barmancloud.cnpg.io/v1
    kind: ObjectStore
    metadata: {name: immich-backup, namespace: immich-stage}
    spec: {}
"""


def test_a_kind_that_nobody_knows_is_taken_to_live_in_a_namespace() -> None:
    assert told(ESCAPED_NAMESPACE, examined(OF_A_KIND_NOBODY_KNOWS)) == []
    nowhere = OF_A_KIND_NOBODY_KNOWS.replace(", namespace: immich-stage", "")
    assert len(told(ESCAPED_NAMESPACE, examined(nowhere))) == 1
    assert told(CLUSTER_SCOPED, examined(nowhere)) == []


def test_a_definition_says_where_its_kind_lives() -> None:
    definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: objectstores.barmancloud.cnpg.io}
        spec: {group: barmancloud.cnpg.io, scope: Cluster, names: {kind: ObjectStore}}
    """
    look_at = examined(OF_A_KIND_NOBODY_KNOWS, definition)
    assert told(ESCAPED_NAMESPACE, look_at) == []
    assert [line.split(": ")[1] for line in told(CLUSTER_SCOPED, look_at)] == [
        "ObjectStore immich-stage/immich-backup"
    ]


@pytest.mark.parametrize(
    ("api_version", "kind", "name", "found"),
    [
        ("v1", "Namespace", "immich-stage", False),
        ("v1", "Namespace", "security", True),
        ("v1", "Namespace", "immich-staging", True),  # the settings alone say which
        ("v1", "PersistentVolume", "immich-photos-pv-stage", False),
        ("v1", "PersistentVolume", "immich-photos-pv-staging", False),
        ("v1", "PersistentVolume", "immich-photos-pv", True),
        ("v1", "PersistentVolume", "backstage-photos-pv", True),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "homepage-stage", False),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "homepage", True),
        ("storage.k8s.io/v1", "StorageClass", "fast", True),
        ("cert-manager.io/v1", "ClusterIssuer", "letsencrypt-production", True),
        ("kyverno.io/v1", "ClusterPolicy", "require-labels", True),
        ("example.com/v1", "ClusterThing", "unheard-of", True),
        ("postgresql.cnpg.io/v1", "Cluster", "immich-db", False),
        ("cluster.x-k8s.io/v1beta2", "ClusterClass", "quick-start", False),
        ("apps/v1", "Deployment", "immich", False),
    ],
)
def test_what_belongs_to_the_whole_cluster_needs_a_name_of_its_own(
    api_version: str, kind: str, name: str, *, found: bool
) -> None:
    text = f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}}}"
    assert bool(told(CLUSTER_SCOPED, examined(text))) is found


def test_a_namespace_of_others_tells_how_much_would_be_deleted_with_it() -> None:
    """An app that leaves takes its namespace along (trap 36)."""
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: security}"
    (line,) = told(CLUSTER_SCOPED, examined(f"{namespace}\n---\n{CERTIFICATE.strip()}"))
    assert "1 of the stage's objects are in it" in line
    assert "the namespace is deleted with all that is in it" in line


def test_what_collides_is_told_as_a_collision_only() -> None:
    same = "apiVersion: v1\nkind: Namespace\nmetadata: {name: adguard}"
    assert told(CLUSTER_SCOPED, examined(same, same)) == []
