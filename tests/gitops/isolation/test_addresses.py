from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, manifests, told
from understudy.gitops.isolation.addresses import SHARED_ADDRESS, addresses

SERVICE = """
    # apps/base/snapcast/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: snapcast
      namespace: NAMESPACE
      annotations: {ANNOTATION: ADDRESS}
    spec: {type: LoadBalancer, ports: [{port: 1704}]}
"""
ANNOTATIONS = [
    "lbipam.cilium.io/ips",
    "io.cilium/lb-ipam-ips",
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
]
SPECS = [
    "loadBalancerIP: ADDRESS",
    "externalIPs: [ADDRESS]",
    "clusterIP: ADDRESS",
]


def pinned(annotation: str, address: str, namespace: str) -> str:
    text = SERVICE.replace("ANNOTATION", annotation).replace("ADDRESS", f'"{address}"')
    return text.replace("NAMESPACE", namespace)


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_an_address_that_the_base_pins_is_asked_for_twice(annotation: str) -> None:
    stage = pinned(annotation, "10.42.2.37", "snapcast-stage")
    production = pinned(annotation, "10.42.2.36, 10.42.2.37", "snapcast-prod")
    (found,) = SHARED_ADDRESS.look(examined(stage, production))
    assert found.path == "apps/base/snapcast/service.yaml"
    assert found.message == (
        "It asks for the address `10.42.2.37`, and so does production"
        " (`Service snapcast-prod/snapcast`): one of them takes it from the other."
    )


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_an_address_of_its_own_or_of_a_common_pool_is_fine(annotation: str) -> None:
    production = pinned(annotation, "10.42.2.37", "snapcast-prod")
    stage = pinned(annotation, "10.42.2.38", "snapcast-stage")
    assert told(SHARED_ADDRESS, examined(stage, production)) == []
    pool = pinned("lbipam.cilium.io/ip-pool", "home-pool", "snapcast-NAME")
    look_at = examined(pool.replace("NAME", "stage"), pool.replace("NAME", "prod"))
    assert told(SHARED_ADDRESS, look_at) == []


@pytest.mark.parametrize("spec", SPECS)
def test_an_address_in_the_spec_counts_as_well(spec: str) -> None:
    text = SERVICE.replace("annotations: {ANNOTATION: ADDRESS}", "labels: {}").replace(
        "type: LoadBalancer", spec
    )
    production = text.replace("NAMESPACE", "snapcast-prod").replace("ADDRESS", "10.42.2.37")
    stage = text.replace("NAMESPACE", "snapcast-stage")
    look_at = examined(stage.replace("ADDRESS", "10.42.2.37"), production)
    assert len(told(SHARED_ADDRESS, look_at)) == 1
    look_at = examined(stage.replace("ADDRESS", "10.42.2.38"), production)
    assert told(SHARED_ADDRESS, look_at) == []


GATEWAY = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: app-gateway, namespace: NAMESPACE}
    spec:
      addresses: [{type: IPAddress, value: "2001:0DB8::10"}]
      infrastructure: {annotations: {lbipam.cilium.io/ips: 10.42.2.40}}
"""
CHART = """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: plex, namespace: NAMESPACE}
    spec:
      values:
        service: {app: {annotations: {lbipam.cilium.io/ips: "10.42.2.40"}}}
        defaultPodOptions:
          annotations: {k8s.v1.cni.cncf.io/networks: '[{"name": "iot", "ips": ["10.0.1.20/24"]}]'}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [(GATEWAY, ["10.42.2.40", "2001:db8::10"]), (CHART, ["10.0.1.20", "10.42.2.40"])],
)
def test_gateways_and_charts_ask_for_addresses_too(text: str, found: list[str]) -> None:
    (manifest,) = manifests(text)
    assert sorted(addresses(manifest)) == found
    stage = text.replace("NAMESPACE", "a-stage")
    assert len(told(SHARED_ADDRESS, examined(stage, text.replace("NAMESPACE", "a-prod")))) == 1


def test_a_service_without_an_address_of_its_own_asks_for_none() -> None:
    text = SERVICE.replace("annotations: {ANNOTATION: ADDRESS}", "labels: {}")
    headless = text.replace("type: LoadBalancer", "clusterIP: None")
    stage = headless.replace("NAMESPACE", "a-stage")
    assert told(SHARED_ADDRESS, examined(stage, headless.replace("NAMESPACE", "a-prod"))) == []


SHARING = """
    apiVersion: v1
    kind: Service
    metadata:
      name: dns
      namespace: NAMESPACE
      annotations:
        lbipam.cilium.io/sharing-key: homelab
        lbipam.cilium.io/sharing-cross-namespace: "default,OTHER"
    spec: {type: LoadBalancer}
"""


def test_a_sharing_key_that_both_agree_on_gives_them_one_address() -> None:
    stage = SHARING.replace("NAMESPACE", "dns-stage").replace("OTHER", "dns-prod")
    production = SHARING.replace("NAMESPACE", "dns-prod").replace("OTHER", "*")
    (line,) = told(SHARED_ADDRESS, examined(stage, production))
    assert "Its `sharing-key` lets it have the same address" in line


@pytest.mark.parametrize(
    ("ours", "theirs"), [("dns-prod", "memos-prod"), ("memos-stage", "dns-stage")]
)
def test_a_sharing_key_that_only_one_agrees_on_does_nothing(ours: str, theirs: str) -> None:
    stage = SHARING.replace("NAMESPACE", "dns-stage").replace("OTHER", ours)
    production = SHARING.replace("NAMESPACE", "dns-prod").replace("OTHER", theirs)
    assert told(SHARED_ADDRESS, examined(stage, production)) == []
