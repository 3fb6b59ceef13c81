from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.hosts import SHARED_HOST

ROUTE = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: immich-https, namespace: NAMESPACE}
    spec:
      hostnames: [HOST]
      parentRefs: [{name: app-gateway, namespace: default, sectionName: https}]
"""
INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: immich, namespace: NAMESPACE}
    spec:
      ingressClassName: nginx
      rules: [{host: HOST, http: {paths: []}}]
"""
TRAEFIK = """
    apiVersion: traefik.io/v1alpha1
    kind: IngressRoute
    metadata: {name: immich, namespace: NAMESPACE}
    spec:
      entryPoints: [websecure]
      routes: [{kind: Rule, match: "Host(`HOST`) && PathPrefix(`/api`)", services: []}]
"""
ISTIO = """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: immich, namespace: NAMESPACE}
    spec:
      hosts: [HOST]
      http: [{route: [{destination: {host: immich.example.svc.cluster.local}}]}]
"""
EXTERNAL_DNS = """
    apiVersion: v1
    kind: Service
    metadata:
      name: immich
      namespace: NAMESPACE
      annotations: {external-dns.alpha.kubernetes.io/hostname: "a.example, HOST."}
    spec: {type: LoadBalancer}
"""
GATEWAY = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: immich, namespace: NAMESPACE}
    spec: {listeners: [{name: https, port: 443, hostname: HOST}]}
"""
OPENSHIFT = """
    apiVersion: route.openshift.io/v1
    kind: Route
    metadata: {name: immich, namespace: NAMESPACE}
    spec: {host: HOST}
"""
CHART = """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: immich, namespace: NAMESPACE}
    spec:
      values:
        config: {smtp: {host: smtp.example.com}}
        ingress: {main: {hosts: [{host: HOST}]}}
"""


@pytest.mark.parametrize(
    "text", [ROUTE, INGRESS, TRAEFIK, ISTIO, EXTERNAL_DNS, GATEWAY, OPENSHIFT, CHART]
)
def test_a_name_that_both_answer_to_is_found_in_all_its_forms(text: str) -> None:
    production = text.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    stage = text.replace("NAMESPACE", "immich-stage")
    shared = [
        line
        for line in told(
            SHARED_HOST, examined(stage.replace("HOST", "PHOTOS.example.com"), production)
        )
        if "photos.example.com" in line
    ]
    assert len(shared) == 1
    assert shared[0].startswith("error shared-host: ")
    own = stage.replace("HOST", "photos.stage.example.com").replace("a.example, ", "")
    assert told(SHARED_HOST, examined(own, production)) == []


def test_one_name_at_two_routes_is_shared_by_both_of_them() -> None:
    production = ROUTE.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    stage = ROUTE.replace("NAMESPACE", "immich-stage").replace("HOST", "photos.example.com")
    (found,) = SHARED_HOST.look(examined(stage, production))
    assert "`HTTPRoute immich-prod/immich-https`" in found.message
    assert "`stage.photos.example.com`" in found.remedy


def test_a_name_is_the_same_with_a_dot_at_its_end() -> None:
    production = ROUTE.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    stage = EXTERNAL_DNS.replace("NAMESPACE", "immich-stage").replace("HOST", "photos.example.com")
    (line,) = told(SHARED_HOST, examined(stage, production))
    assert line.startswith("error shared-host: Service immich-stage/immich: ")


def test_two_gateways_may_have_one_wildcard() -> None:
    production = GATEWAY.replace("NAMESPACE", "default").replace("HOST", "'*.example.com'")
    stage = GATEWAY.replace("NAMESPACE", "gateway-stage").replace("HOST", "'*.example.com'")
    assert told(SHARED_HOST, examined(stage, production)) == []


def test_a_mail_server_that_both_use_is_no_host_of_theirs() -> None:
    production = CHART.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    stage = CHART.replace("NAMESPACE", "immich-stage").replace("HOST", "photos.stage.example.com")
    assert told(SHARED_HOST, examined(stage, production)) == []


def test_the_name_of_a_release_is_filled_in() -> None:
    text = CHART.replace("HOST", '"{{ .Release.Name }}.example.com"')
    other = text.replace("NAMESPACE", "memos-prod").replace("name: immich", "name: memos")
    stage = text.replace("NAMESPACE", "immich-stage")
    assert told(SHARED_HOST, examined(stage, other)) == []
    (line,) = told(SHARED_HOST, examined(stage, text.replace("NAMESPACE", "immich-prod")))
    assert "`immich.example.com`" in line


def test_a_certificate_for_production_is_a_warning() -> None:
    text = """
        apiVersion: cert-manager.io/v1
        kind: Certificate
        metadata: {name: wildcard, namespace: NAMESPACE}
        spec: {dnsNames: ["*.example.com"], secretName: wildcard}
    """
    production = text.replace("NAMESPACE", "security")
    (line,) = told(SHARED_HOST, examined(text.replace("NAMESPACE", "tls-stage"), production))
    assert line.startswith("warning shared-host: Certificate tls-stage/wildcard")
    own = text.replace("NAMESPACE", "tls-stage").replace("*.example", "*.stage.example")
    assert told(SHARED_HOST, examined(own, production)) == []


def test_a_route_without_a_name_answers_to_all() -> None:
    production = ROUTE.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    stage = ROUTE.replace("NAMESPACE", "immich-stage").replace("hostnames: [HOST]", "hostnames: []")
    (line,) = told(SHARED_HOST, examined(stage, production))
    assert line.startswith("warning shared-host: ")
    assert "It names no host" in line


def test_a_route_at_the_stages_own_gateway_has_the_names_of_its_listeners() -> None:
    production = ROUTE.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    route = ROUTE.replace("NAMESPACE", "immich-stage").replace("hostnames: [HOST]", "hostnames: []")
    gateway = GATEWAY.replace("NAMESPACE", "default").replace("name: immich", "name: app-gateway")
    gateway = gateway.replace("HOST", "'*.stage.example.com'")
    assert told(SHARED_HOST, examined(f"{route}\n    ---\n{gateway}", production)) == []


def test_an_ingress_without_a_host_answers_to_all() -> None:
    production = INGRESS.replace("NAMESPACE", "immich-prod").replace("HOST", "photos.example.com")
    stage = INGRESS.replace("NAMESPACE", "immich-stage").replace("host: HOST, ", "")
    (line,) = told(SHARED_HOST, examined(stage, production))
    assert "It names no host" in line


def test_a_password_in_an_address_is_not_told() -> None:
    stage, production = (
        INGRESS.replace("HOST", "'https://me:hunter2@app.example.com:8443'").replace(
            "NAMESPACE", each
        )
        for each in ("app-stage", "app-prod")
    )
    (line,) = told(SHARED_HOST, examined(stage, production))
    assert "answers to `app.example.com`" in line
