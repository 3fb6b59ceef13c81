"""Flux's objects on a real API server, and the status that its controllers write of them.

https://fluxcd.io/flux/components/source/gitrepositories/#gitrepository-status
https://fluxcd.io/flux/components/kustomize/kustomizations/#kustomization-status
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from lightkube import ApiError, Client, KubeConfig
from lightkube.codecs import from_dict
from lightkube.models.authentication_v1 import TokenRequestSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Secret, ServiceAccountToken
from lightkube.types import PatchType

from tests.cluster.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.apiserver import ApiServer

NAMESPACE = "flux-system"
SOURCE = "flux-system-staging"
APPS = "apps-staging"
URL = "https://github.com/ada/home"

Object = dict[str, Any]


class FluxCluster:
    """A cluster that Flux runs on, as far as anybody can see from outside."""

    def __init__(self, server: ApiServer) -> None:
        """Be its admin."""
        self.server = server
        self.kubeconfig = server.admin
        self.admin = Client(KubeConfig.from_file(server.admin), field_manager="flux")

    # --- what people write -----------------------------------------------------------------------

    def create(self, manifest: Object) -> None:
        """Create any object, unless there is one of that name already."""
        try:
            self.admin.create(from_dict(manifest))
        except ApiError as error:
            if error.status.reason != "AlreadyExists":
                raise

    def namespace(self, name: str = NAMESPACE) -> None:
        """Create a namespace."""
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def source(
        self,
        name: str = SOURCE,
        *,
        namespace: str = NAMESPACE,
        branch: str = "staging",
        **spec: object,
    ) -> None:
        """Create a `GitRepository`; no controller has seen it yet."""
        self.namespace(namespace)
        whole = {"interval": "1m0s", "ref": {"branch": branch}, "url": URL, **spec}
        self.create(
            _manifest("source.toolkit.fluxcd.io/v1", "GitRepository", namespace, name, whole)
        )

    def kustomization(
        self, name: str = APPS, *, namespace: str = NAMESPACE, source: str = SOURCE, **spec: object
    ) -> None:
        """Create a `Kustomization`; no controller has seen it yet."""
        self.namespace(namespace)
        whole = {
            "interval": "10m0s",
            "path": "./apps/staging",
            "prune": True,
            "wait": True,
            "sourceRef": {"kind": "GitRepository", "name": source},
            **spec,
        }
        self.create(
            _manifest("kustomize.toolkit.fluxcd.io/v1", "Kustomization", namespace, name, whole)
        )

    def change(self, kind: str, name: str, spec: Object, *, namespace: str = NAMESPACE) -> None:
        """Change the spec of an object: `{"suspend": True}`."""
        self.admin.patch(
            KINDS[kind], name, {"spec": spec}, namespace=namespace, patch_type=PatchType.MERGE
        )

    def found(self, kind: str, name: str, *, namespace: str = NAMESPACE) -> Object:
        """Return an object as it is now."""
        return dict(self.admin.get(KINDS[kind], name, namespace=namespace))

    def clear(self) -> None:
        """Delete all of Flux's objects, and the secrets they may name."""
        for kind in KINDS.values():
            for each in self.admin.list(kind, namespace="*"):
                found = each["metadata"]
                self.admin.delete(kind, found["name"], namespace=found["namespace"])
        for secret in self.admin.list(Secret, namespace="*"):
            assert secret.metadata is not None
            name, namespace = secret.metadata.name or "", secret.metadata.namespace
            self.admin.delete(Secret, name, namespace=namespace)

    # --- what the source controller writes -------------------------------------------------------

    def fetched(
        self,
        commit: str,
        *,
        name: str = SOURCE,
        namespace: str = NAMESPACE,
        branch: str = "staging",
    ) -> None:
        """It has fetched this commit."""
        revision = f"{branch}@sha1:{commit}"
        path = f"gitrepository/{namespace}/{name}/{commit}.tar.gz"
        artifact = {
            "digest": f"sha256:{'0' * 64}",
            "lastUpdateTime": _now(),
            "path": path,
            "revision": revision,
            "size": 1024,
            "url": f"http://source-controller.{namespace}.svc.cluster.local./{path}",
        }
        message = f"stored artifact for revision '{revision}'"
        ready = [_condition("Ready", "True", "Succeeded", message)]
        self._write("GitRepository", namespace, name, {"artifact": artifact, "conditions": ready})

    def fetch_failed(
        self,
        message: str,
        *,
        reason: str = "GitOperationFailed",
        name: str = SOURCE,
        namespace: str = NAMESPACE,
    ) -> None:
        """It cannot fetch; what it fetched before stays."""
        conditions = [
            _condition("Ready", "False", reason, message),
            _condition("FetchFailed", "True", reason, message),
            _condition("Reconciling", "True", "ProgressingWithRetry", "retrying"),
        ]
        self._write("GitRepository", namespace, name, {"conditions": conditions})

    # --- what the kustomize controller writes ----------------------------------------------------

    def applied(self, commit: str, *, name: str = APPS, namespace: str = NAMESPACE) -> None:
        """It has applied this commit whole, and found it healthy where it looks."""
        revision = self._revision(commit)
        message = f"Applied revision: {revision}"
        conditions = [_condition("Ready", "True", "ReconciliationSucceeded", message)]
        if self.found("Kustomization", name, namespace=namespace)["spec"].get("wait"):
            passed = "Health check passed in 1.2s"
            conditions.append(_condition("Healthy", "True", "Succeeded", passed))
        done = {"lastAppliedRevision": revision, "lastAttemptedRevision": revision}
        self._write("Kustomization", namespace, name, {**done, "conditions": conditions})

    def applying(self, commit: str, *, name: str = APPS, namespace: str = NAMESPACE) -> None:
        """It is at it."""
        message = (
            f"Running health checks for revision {self._revision(commit)} with a timeout of 5m"
        )
        conditions = [
            _condition("Ready", "Unknown", "Progressing", "Reconciliation in progress"),
            _condition("Reconciling", "True", "Progressing", message),
        ]
        status = {"lastAttemptedRevision": self._revision(commit), "conditions": conditions}
        self._write("Kustomization", namespace, name, status)

    def failed(
        self,
        commit: str,
        message: str,
        *,
        reason: str = "ReconciliationFailed",
        name: str = APPS,
        namespace: str = NAMESPACE,
    ) -> None:
        """It has tried this commit, and will try again."""
        self.refused(message, reason=reason, name=name, namespace=namespace, tried=commit)

    def refused(
        self,
        message: str,
        *,
        reason: str,
        name: str = APPS,
        namespace: str = NAMESPACE,
        tried: str | None = None,
    ) -> None:
        """It does not get as far as trying a commit, unless `tried`."""
        conditions = [
            _condition("Ready", "False", reason, message),
            _condition("Reconciling", "True", "ProgressingWithRetry", message),
        ]
        attempted = {"lastAttemptedRevision": self._revision(tried)} if tried else {}
        self._write("Kustomization", namespace, name, {**attempted, "conditions": conditions})

    # --- who looks -------------------------------------------------------------------------------

    def kubeconfig_of(self, account: str, *, namespace: str = NAMESPACE) -> Path:
        """Return the kubeconfig of a service account, with a token that the server gave."""
        asked = ServiceAccountToken(metadata=ObjectMeta(), spec=TokenRequestSpec(audiences=[]))
        given = self.admin.create(asked, account, namespace=namespace)
        assert given.status is not None
        return self.server.kubeconfig(f"{namespace}-{account}", {"token": given.status.token})

    def close(self) -> None:
        """Let go of the connections."""
        self.admin.close()

    @staticmethod
    def _revision(commit: str) -> str:
        return f"staging@sha1:{commit}"

    def _write(self, kind: str, namespace: str, name: str, status: Object) -> None:
        """Write the status subresource, as a controller does at the end of its work."""
        now = self.found(kind, name, namespace=namespace)
        annotations = dict(now["metadata"].get("annotations") or {})
        handled = annotations.get("reconcile.fluxcd.io/requestedAt")
        generation = now["metadata"]["generation"]
        whole = {
            "observedGeneration": generation,
            **({"lastHandledReconcileAt": handled} if handled else {}),
            **status,
            "conditions": [
                {**each, "observedGeneration": generation} for each in status["conditions"]
            ],
        }
        self.admin.patch(
            KINDS[kind].Status,
            name,
            {"status": whole},
            namespace=namespace,
            patch_type=PatchType.MERGE,
        )


def _manifest(version: str, kind: str, namespace: str, name: str, spec: Object) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def _condition(kind: str, status: str, reason: str, message: str) -> Object:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": _now(),
    }


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
