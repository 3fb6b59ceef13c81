"""Files of repositories as people have them: a base with overlays, and a cluster's Flux files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.git.stores import Files

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: {name}, image: "ghcr.io/example/{name}:1.0"}}]}}
"""

_ENCRYPTED = """\
apiVersion: v1
kind: Secret
metadata:
  name: password
stringData:
  password: ENC[AES256_GCM,data:cGFzc3dvcmQ=,iv:aXY=,tag:dGFn,type:str]
sops:
  age:
    - recipient: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        bm90IGEga2V5
        -----END AGE ENCRYPTED FILE-----
  lastmodified: "2026-01-02T03:04:05Z"
  mac: ENC[AES256_GCM,data:bWFj,type:str]
  encrypted_regex: ^(data|stringData)$
  version: 3.9.0
"""

APPS: Files = {
    "apps/base/web/kustomization.yaml": "resources:\n- namespace.yaml\n- deployment.yaml\n",
    "apps/base/web/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n",
    "apps/base/web/deployment.yaml": _DEPLOYMENT.format(name="web"),
    "apps/components/metrics/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [metrics.yaml]\n"
    ),
    "apps/components/metrics/metrics.yaml": _DEPLOYMENT.format(name="metrics"),
    "apps/staging/kustomization.yaml": "resources:\n- web\n",
    "apps/staging/web/kustomization.yaml": (
        "namespace: web-stage\nresources: [../../base/web, secret.sops.yaml]\n"
        "components: [../../components/metrics]\n"
        "configMapGenerator:\n- name: settings\n  files: [mode=../../../shared/mode.txt]\n"
        "patches:\n- path: ../namespaces.yaml\n  target: {kind: Namespace}\n"
    ),
    "apps/staging/web/secret.sops.yaml": _ENCRYPTED,
    "apps/staging/namespaces.yaml": "- {op: replace, path: /metadata/name, value: web-stage}\n",
    "apps/production/kustomization.yaml": "namespace: web\nresources: [../base/web]\n",
    "shared/mode.txt": "staging\n",
    "docs/notes.md": "Not deployed.\n",
}
"""An app with a base, a component, an encrypted secret, and a file that two overlays share."""

FLUX: Files = {
    "clusters/home/flux-system/kustomization.yaml": "resources: [gotk-sync.yaml]\n",
    "clusters/home/flux-system/gotk-sync.yaml": (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        "metadata: {name: flux-system, namespace: flux-system}\n"
        "spec: {interval: 1m0s, url: 'https://example.org/home.git', ref: {branch: main}}\n"
    ),
    "clusters/home/apps.yaml": (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: apps, namespace: flux-system}\n"
        "spec: {interval: 10m0s, path: ./apps/production, prune: true,"
        " sourceRef: {kind: GitRepository, name: flux-system}}\n"
    ),
    "clusters/home/notes.txt": "Not applied.\n",
}
"""A cluster's folder, which Flux applies though it has no kustomization."""
