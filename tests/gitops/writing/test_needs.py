from __future__ import annotations

from tests.gitops.writing.fleets import objects
from understudy.gitops.writing.needs import missing

TEXT = """\
kind: Deployment
apiVersion: apps/v1
metadata: {name: web}
spec:
  template:
    spec:
      serviceAccountName: runner
      imagePullSecrets: [{name: pull}]
      volumes:
        - {name: a, configMap: {name: files}}
        - {name: b, secret: {secretName: keys}}
        - {name: c, persistentVolumeClaim: {claimName: data}}
        - {name: d, secret: {secretName: maybe, optional: true}}
        - {name: e, projected: {sources: [{secret: {name: projected}}, {configMap: {name: files}}]}}
      initContainers:
        - {name: i, image: i, envFrom: [{secretRef: {name: from-external}}]}
      containers:
        - name: c
          image: c
          env:
            - {name: X, valueFrom: {configMapKeyRef: {name: settings, key: x}}}
            - {name: Y, valueFrom: {secretKeyRef: {name: sealed, key: y}}}
            - {name: Z, valueFrom: {secretKeyRef: {name: tls, key: z}}}
            - {name: O, valueFrom: {secretKeyRef: {name: gone, key: o, optional: true}}}
            - {name: P, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
---
kind: HelmRelease
apiVersion: helm.toolkit.fluxcd.io/v2
metadata: {name: chart}
spec: {valuesFrom: [{kind: Secret, name: values}, {kind: Secret, name: o, optional: true}]}
"""
THERE = """\
---
kind: ConfigMap
apiVersion: v1
metadata: {name: settings}
---
kind: ExternalSecret
apiVersion: external-secrets.io/v1
metadata: {name: x}
spec: {target: {name: from-external}}
---
kind: SealedSecret
apiVersion: bitnami.com/v1alpha1
metadata: {name: sealed}
---
kind: Certificate
apiVersion: cert-manager.io/v1
metadata: {name: c}
spec: {secretName: tls}
"""


def test_what_pods_name_and_nobody_renders() -> None:
    found = missing(objects(TEXT + THERE))

    assert [f"{each.kind} {each.name} {each.needed_by.id.name}" for each in found] == [
        "ConfigMap files web",
        "PersistentVolumeClaim data web",
        "Secret keys web",
        "Secret projected web",
        "Secret pull web",
        "Secret values chart",
        "ServiceAccount runner web",
    ]


def test_nothing_of_what_is_not_understood() -> None:
    text = """\
kind: HelmRelease
apiVersion: helm.toolkit.fluxcd.io/v2
metadata: {name: chart}
spec: {valuesFrom: [{kind: Secret}, 3, {kind: [], name: {}}]}
---
kind: Pod
apiVersion: v1
metadata: {name: p}
spec: {containers: [{image: x, env: 3, envFrom: [1]}], volumes: {configMap: 1}}
"""
    assert missing(objects(text)) == ()
