from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.foreign import FOREIGN_REFERENCE

GATEWAY = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: app-gateway, namespace: gateway-stage}
    spec:
      listeners:
        - {name: https, port: 443, tls: {certificateRefs: [{name: prod-tls, namespace: NAMESPACE}]}}
"""
STORE = """
    apiVersion: external-secrets.io/v1
    kind: SecretStore
    metadata: {name: vault, namespace: memos-stage}
    spec: {provider: {vault: {auth: {tokenSecretRef: {name: token, namespace: NAMESPACE}}}}}
"""
VOLUME = """
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: music-stage}
    spec: {claimRef: {kind: PersistentVolumeClaim, name: music, namespace: NAMESPACE}}
"""
UNKNOWN = """
    apiVersion: example.com/v1
    kind: Backup
    metadata: {name: backup, namespace: memos-stage}
    spec: {runAs: {kind: ServiceAccount, name: backup, namespace: NAMESPACE}}
"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (GATEWAY, "Secret security/prod-tls"),
        (STORE, "Secret security/token"),
        (VOLUME, "PersistentVolumeClaim security/music"),
        (UNKNOWN, "ServiceAccount security/backup"),
    ],
)
def test_what_is_in_the_namespace_of_others_is_not_the_stages_to_use(text: str, what: str) -> None:
    (line,) = told(FOREIGN_REFERENCE, examined(text.replace("NAMESPACE", "security")))
    assert line.startswith("error foreign-reference: ")
    assert f"It refers to `{what}`, which is not in a namespace of the stage." in line
    assert told(FOREIGN_REFERENCE, examined(text.replace("NAMESPACE", "memos-stage"))) == []


def test_what_the_stage_itself_put_there_has_escaped_and_is_told_as_that() -> None:
    certificate = """
    ---
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata: {name: wildcard, namespace: security}
    spec: {secretName: prod-tls}
"""
    text = GATEWAY.replace("NAMESPACE", "security") + certificate
    assert told(FOREIGN_REFERENCE, examined(text)) == []


@pytest.mark.parametrize(
    "spec",
    [
        "{parentRefs: [{name: app-gateway, namespace: default}]}",
        "{chartRef: {kind: OCIRepository, name: podinfo, namespace: flux-system}}",
        "{issuerRef: {kind: ClusterIssuer, name: letsencrypt}}",
        "{namespaceSelector: {matchNames: [monitoring]}}",
    ],
)
def test_what_is_there_for_everybody_may_be_used(spec: str) -> None:
    text = f"""
        apiVersion: example.com/v1
        kind: Anything
        metadata: {{name: memos, namespace: memos-stage}}
        spec: {spec}
    """
    assert told(FOREIGN_REFERENCE, examined(text)) == []


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: navidrome, namespace: navidrome-prod}"
DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: snapcast, namespace: snapcast-stage}
    spec: {template: {spec: {containers: [{name: a, image: b, args: ["--from=URL"]}]}}}
"""


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://navidrome.navidrome-prod.svc.cluster.local:4533", True),
        ("navidrome.navidrome-prod.svc", True),
        ("http://navidrome.navidrome-stage.svc:4533", False),
        ("http://prometheus.monitoring.svc:9090", False),  # not an app of production
    ],
)
def test_a_service_of_production_is_a_warning(url: str, *, found: bool) -> None:
    lines = told(FOREIGN_REFERENCE, examined(DEPLOYMENT.replace("URL", url), SERVICE))
    assert bool(lines) is found
    assert all(line.startswith("warning foreign-reference: Deployment") for line in lines)


def test_a_route_to_a_service_of_production_is_a_warning() -> None:
    route = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: music, namespace: navidrome-stage}
        spec: {rules: [{backendRefs: [{name: navidrome, namespace: navidrome-prod, port: 80}]}]}
    """
    (line,) = told(FOREIGN_REFERENCE, examined(route, SERVICE))
    assert "production's Service `navidrome-prod/navidrome`" in line


def test_a_grant_to_production_is_a_warning() -> None:
    grant = """
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: gateway, namespace: memos-stage}
        spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: NAMESPACE}]}
    """
    (line,) = told(
        FOREIGN_REFERENCE, examined(grant.replace("NAMESPACE", "navidrome-prod"), SERVICE)
    )
    assert line.startswith("warning foreign-reference: ReferenceGrant memos-stage/gateway: ")
    assert told(FOREIGN_REFERENCE, examined(grant.replace("NAMESPACE", "a-stage"), SERVICE)) == []


def test_a_grant_to_the_stage_itself_is_fine_wherever_production_has_the_name() -> None:
    """A namespace of the stage stays one, though production rendered something into it."""
    astray = "apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: a-stage}"
    grant = """
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: gateway, namespace: memos-stage}
        spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a-stage}]}
    """
    assert told(FOREIGN_REFERENCE, examined(grant, astray)) == []


def test_subjects_are_told_as_rights() -> None:
    binding = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: reader, namespace: memos-stage}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
        subjects: [{kind: ServiceAccount, name: reader, namespace: monitoring}]
    """
    assert told(FOREIGN_REFERENCE, examined(binding)) == []


def test_a_definition_of_kinds_has_examples_and_does_nothing() -> None:
    definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: backups.example.com}
        spec: {default: {secretRef: {name: token, namespace: security}}}
    """
    assert told(FOREIGN_REFERENCE, examined(definition)) == []
