"""A small fleet as people keep it for Flux: one cluster, production, bases of two apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.doctor.homes import git_repository, kustomization
from understudy.gitops.rendering.parsing import Unreadable, manifests

if TYPE_CHECKING:
    from understudy.gitops.objects import Manifest

CLUSTER = "clusters/home"
SECRET = "flux-system"  # noqa: S105 - the name of a secret
SYNC = f"{CLUSTER}/flux-system/gotk-sync.yaml"
PRODUCTION = f"{CLUSTER}/apps-production.yaml"
SOURCE = f"{CLUSTER}/repo-staging.yaml"
STAGE = f"{CLUSTER}/apps-staging.yaml"
OVERLAY = "apps/staging/kustomization.yaml"
ORIGIN = "https://github.com/ada/home.git"

_OF_PRODUCTION = """\
  dependsOn:
    - name: infra-configs
  retryInterval: 1m
  timeout: 5m
  decryption:
    provider: sops
    secretRef:
      name: sops-agekey
  postBuild:
    substitute:
      DOMAIN: example.org
"""

_WEB = """\
apiVersion: v1
kind: Namespace
metadata:
  name: web
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: ghcr.io/ada/web:1.0.0
          env:
            - name: OWN_URL
              value: https://web.example.org/
            - name: CACHE
              value: redis://cache.web.svc.cluster.local:6379
          envFrom:
            - configMapRef:
                name: web-settings
            - secretRef:
                name: web-login
---
apiVersion: v1
kind: Service
metadata:
  name: cache
  namespace: web
  annotations:
    lbipam.cilium.io/ips: 10.0.0.7
spec:
  type: LoadBalancer
  loadBalancerIP: 10.0.0.7
  selector:
    app: web
  ports:
    - port: 80
      nodePort: 30080
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
  namespace: web
spec:
  hostnames:
    - web.example.org
  parentRefs:
    - name: public
      namespace: gateways
  rules:
    - backendRefs:
        - name: cache
          namespace: web
          port: 80
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: web-reader
rules:
  - apiGroups: [""]
    resources: [nodes]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: web-reader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: web-reader
subjects:
  - kind: ServiceAccount
    name: worker
    namespace: web
---
apiVersion: v1
kind: PersistentVolume
metadata:
  name: web-data
spec:
  accessModes: [ReadWriteOnce]
  capacity:
    storage: 1Gi
  claimRef:
    name: data
    namespace: web
  csi:
    driver: csi.example.org
    volumeHandle: web-data-1
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: web
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  volumeName: web-data
  resources:
    requests:
      storage: 1Gi
"""

_NOTES = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: notes
data:
  title: Notes
"""

FLEET: dict[str, str] = {
    SYNC: git_repository("flux-system", "main", secret=SECRET)
    + "---\n"
    + kustomization("flux-system", CLUSTER, "flux-system"),
    PRODUCTION: kustomization("apps-production", "apps/production", "flux-system", _OF_PRODUCTION),
    "apps/base/web/kustomization.yaml": "resources:\n  - web.yaml\n",
    "apps/base/web/web.yaml": _WEB,
    "apps/base/notes/kustomization.yaml": "resources:\n  - notes.yaml\n",
    "apps/base/notes/notes.yaml": _NOTES,
    "apps/production/kustomization.yaml": "resources:\n  - web\n",
    "apps/production/web/kustomization.yaml": (
        "namespace: web\nresources:\n  - ../../base/web\n  - settings.yaml\n"
    ),
    "apps/production/web/settings.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-settings}\n"
    ),
}
"""There is no stage yet."""

STAGED: dict[str, str] = {
    **FLEET,
    SOURCE: git_repository("flux-system-staging", "staging", secret=SECRET),
    STAGE: kustomization("apps-staging", "apps/staging", "flux-system-staging"),
    OVERLAY: "resources: []\n",
}
"""The stage is deployed, and has no app yet."""


def objects(text: str) -> tuple[Manifest, ...]:
    """Return the objects of a stream, as they are rendered."""
    found = manifests(text.encode(), root="")
    assert not isinstance(found, Unreadable), found
    return found
