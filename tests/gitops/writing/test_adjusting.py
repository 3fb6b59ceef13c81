from __future__ import annotations

from tests.gitops.writing.fleets import FLEET, objects
from understudy.gitops.ownership import Ownership
from understudy.gitops.writing.adjusting import Adjusting
from understudy.gitops.writing.host_names import HostNames


def adjusting(text: str) -> Adjusting:
    own = Ownership(patterns=("*-stage",), branch="staging")
    names = HostNames(mark="-stage", own=own)
    return Adjusting(manifests=objects(text), namespace="web-stage", names=names)


def told(text: str) -> list[str]:
    return [
        f"{patch.target.id.kind} {patch.target.id.name}:"
        f" {operation['op']} {operation['path']} {operation.get('value', '')}".rstrip()
        for patch in adjusting(text).patches
        for operation in patch.operations
    ]


def test_what_the_namespace_transformer_does_not_reach_is_patched() -> None:
    assert told(FLEET["apps/base/web/web.yaml"]) == [
        (
            "Deployment web: replace /spec/template/spec/containers/0/env/0/value"
            " https://web-stage.example.org/"
        ),
        (
            "Deployment web: replace /spec/template/spec/containers/0/env/1/value"
            " redis://cache.web-stage.svc.cluster.local:6379"
        ),
        "Service cache: remove /metadata/annotations/lbipam.cilium.io~1ips",
        "Service cache: remove /spec/loadBalancerIP",
        "Service cache: remove /spec/ports/0/nodePort",
        "HTTPRoute web: replace /spec/hostnames/0 web-stage.example.org",
        "HTTPRoute web: replace /spec/rules/0/backendRefs/0/namespace web-stage",
        "ClusterRole web-reader: replace /metadata/name web-reader-stage",
        "ClusterRoleBinding web-reader: replace /metadata/name web-reader-stage",
        "ClusterRoleBinding web-reader: replace /subjects/0/namespace web-stage",
        "PersistentVolume web-data: replace /metadata/name web-data-stage",
        "PersistentVolume web-data: replace /spec/claimRef/namespace web-stage",
    ]


SHARED = """\
kind: ConfigMap
apiVersion: v1
metadata: {name: settings, namespace: media}
data:
  own: http://player.media.svc:80
  other: http://indexer.media.svc:80
  long: |
    http://player.media.svc:80
    of two lines
---
kind: Service
apiVersion: v1
metadata: {name: player, namespace: media}
spec: {clusterIP: None, ports: [{port: 80}]}
---
kind: HTTPRoute
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: player, namespace: media}
spec:
  parentRefs: [{name: public, namespace: media}]
  rules: [{backendRefs: [{name: player, namespace: media}]}]
"""


def test_in_a_namespace_of_many_only_references_to_the_app_itself_change() -> None:
    assert told(SHARED) == [
        "ConfigMap settings: replace /data/own http://player.web-stage.svc:80",
        "HTTPRoute player: replace /spec/rules/0/backendRefs/0/namespace web-stage",
    ]


RELEASE = """\
kind: HelmRelease
apiVersion: helm.toolkit.fluxcd.io/v2
metadata: {name: web}
spec:
  releaseName: shop
  values:
    ingress:
      main:
        hosts: [{host: "{{ .Release.Name }}.example.org"}, {host: "*.apps.example.org"}]
        other: example.org
"""


def test_host_names_in_a_release_are_filled_in_first() -> None:
    assert told(RELEASE) == [
        "HelmRelease web: replace /spec/values/ingress/main/hosts/0/host shop-stage.example.org"
    ]
    assert adjusting(RELEASE).moved_hosts == {"shop.example.org": "shop-stage.example.org"}


def test_what_only_people_read_stays_as_it_is() -> None:
    text = """\
kind: Cluster
apiVersion: postgresql.cnpg.io/v1
metadata: {name: db, namespace: media}
spec: {description: see db.media.svc, host: db.media.svc}
"""
    assert told(text) == ["Cluster db: replace /spec/host db.web-stage.svc"]


def test_secrets_and_definitions_of_kinds_stay_as_they_are() -> None:
    text = """\
kind: Namespace
apiVersion: v1
metadata: {name: web}
---
kind: Secret
apiVersion: v1
metadata: {name: a, namespace: web}
sops: {kms: [{namespace: web}], description: x.web.svc}
---
kind: CustomResourceDefinition
apiVersion: apiextensions.k8s.io/v1
metadata: {name: webs.example.org}
spec: {group: example.org, names: {kind: Web}, scope: Namespaced, x: {namespace: web}}
"""
    assert told(text) == []


def test_a_variable_in_a_host_name_keeps_its_letters() -> None:
    text = """\
kind: HTTPRoute
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: web, namespace: web}
spec: {hostnames: ["web.${SECRET_DOMAIN}"]}
"""
    assert told(text) == ["HTTPRoute web: replace /spec/hostnames/0 web-stage.${SECRET_DOMAIN}"]
    assert adjusting(text).moved_hosts == {"web.${SECRET_DOMAIN}": "web-stage.${SECRET_DOMAIN}"}
