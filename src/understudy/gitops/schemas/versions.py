"""Versions of APIs that no cluster has any more, and kinds that were never there.

From https://kubernetes.io/docs/reference/using-api/deprecation-guide/. Fields are not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Severity

if TYPE_CHECKING:
    from collections.abc import Collection

_GUIDE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"
_FLUX = ".toolkit.fluxcd.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """Why no cluster takes a kind in that version. The sentence has no end yet."""

    message: str
    remedy: str
    severity: Severity = Severity.ERROR


def unserved(api_version: str, kind: str, known: Collection[str]) -> Unserved | None:
    """Tell of a kind in a version that is not served; None: it is, or nobody knows.

    `known` are the kinds of Flux, each as `source.toolkit.fluxcd.io/v1 GitRepository`.
    """
    if (retired := _RETIRED.get(api_version, {}).get(kind)) is not None:
        return _of_kubernetes(api_version, kind, retired)
    group, _, version = api_version.partition("/")
    if not group.endswith(_FLUX) or f"{api_version} {kind}" in known or "${" in kind + version:
        return None
    served = [each.partition(" ")[0] for each in known if _is_in(each, group, kind)]
    if served:
        return _of_another_version(api_version, kind, served[0])
    return _of_no_kind(group, kind, known)


def _of_kubernetes(api_version: str, kind: str, retired: tuple[str, str]) -> Unserved:
    since, instead = retired
    return Unserved(
        message=f"Kubernetes {since} and newer have no {kind} in `{api_version}`",
        remedy=f"Write `apiVersion: {instead}`, and see {_GUIDE} for fields that differ there."
        if instead
        else f"Remove it; {_GUIDE} tells what is there instead.",
    )


def _of_another_version(api_version: str, kind: str, served: str) -> Unserved:
    was_there = _age(api_version) < _age(served)
    words = "is an old version" if was_there else "is no version that Flux has"
    return Unserved(
        message=f"`{phrases.shown(api_version)}` {words} for a {kind}",
        remedy=f"Write `apiVersion: {served}`.",
        severity=Severity.WARNING if was_there else Severity.ERROR,
    )


def _of_no_kind(group: str, kind: str, known: Collection[str]) -> Unserved:
    kinds = {each.partition(" ")[2]: each.partition(" ")[0] for each in known}
    here = [name for name, version in kinds.items() if version.startswith(f"{group}/")]
    meant = phrases.near_miss(kind, here)
    hint = f"Did you mean `{meant}`? " if meant else ""
    if kind in kinds:
        hint = f"A {kind} is in `{kinds[kind]}`. "
    return Unserved(
        message=f"There is no kind `{phrases.shown(kind)}` in `{phrases.shown(group)}`",
        remedy=f"{hint}Correct `kind` or `apiVersion`.",
        # A newer Flux may have a kind that is not known here.
        severity=Severity.ERROR if hint or not here else Severity.WARNING,
    )


def _is_in(known: str, group: str, kind: str) -> bool:
    version, _, name = known.partition(" ")
    return name == kind and version.startswith(f"{group}/")


def _age(api_version: str) -> tuple[int, int, int]:
    """Return what sorts the versions of one API: `v1beta2`, then `v1`, then `v2beta1`."""
    match = re.fullmatch(r"v(\d{1,4})(?:(alpha|beta)(\d{1,4}))?", api_version.rpartition("/")[2])
    if match is None:
        return (1 << 31, 0, 0)
    stage = {"alpha": 0, "beta": 1}.get(match[2], 2)
    return (int(match[1]), stage, int(match[3] or 0))


def _since(since: str, instead: str, *kinds: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(kinds, (since, instead))


_WORKLOADS = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "ControllerRevision")
_RBAC = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
_FLOW = ("FlowSchema", "PriorityLevelConfiguration")
_HOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_HPA = "HorizontalPodAutoscaler"

_RETIRED: dict[str, dict[str, tuple[str, str]]] = {
    "extensions/v1beta1": {
        **_since("1.16", "apps/v1", *_WORKLOADS),
        **_since("1.16", "networking.k8s.io/v1", "NetworkPolicy"),
        **_since("1.16", "", "PodSecurityPolicy"),
        **_since("1.22", "networking.k8s.io/v1", "Ingress"),
    },
    "apps/v1beta1": _since("1.16", "apps/v1", *_WORKLOADS),
    "apps/v1beta2": _since("1.16", "apps/v1", *_WORKLOADS),
    "admissionregistration.k8s.io/v1beta1": _since(
        "1.22", "admissionregistration.k8s.io/v1", *_HOOKS
    ),
    "apiextensions.k8s.io/v1beta1": _since(
        "1.22", "apiextensions.k8s.io/v1", "CustomResourceDefinition"
    ),
    "apiregistration.k8s.io/v1beta1": _since("1.22", "apiregistration.k8s.io/v1", "APIService"),
    "certificates.k8s.io/v1beta1": _since(
        "1.22", "certificates.k8s.io/v1", "CertificateSigningRequest"
    ),
    "coordination.k8s.io/v1beta1": _since("1.22", "coordination.k8s.io/v1", "Lease"),
    "networking.k8s.io/v1beta1": _since("1.22", "networking.k8s.io/v1", "Ingress", "IngressClass"),
    "rbac.authorization.k8s.io/v1beta1": _since("1.22", "rbac.authorization.k8s.io/v1", *_RBAC),
    "scheduling.k8s.io/v1beta1": _since("1.22", "scheduling.k8s.io/v1", "PriorityClass"),
    "storage.k8s.io/v1beta1": {
        **_since(
            *("1.22", "storage.k8s.io/v1", "CSIDriver", "CSINode"),
            *("StorageClass", "VolumeAttachment"),
        ),
        **_since("1.27", "storage.k8s.io/v1", "CSIStorageCapacity"),
    },
    "batch/v1beta1": _since("1.25", "batch/v1", "CronJob"),
    "discovery.k8s.io/v1beta1": _since("1.25", "discovery.k8s.io/v1", "EndpointSlice"),
    "events.k8s.io/v1beta1": _since("1.25", "events.k8s.io/v1", "Event"),
    "autoscaling/v2beta1": _since("1.25", "autoscaling/v2", _HPA),
    "autoscaling/v2beta2": _since("1.26", "autoscaling/v2", _HPA),
    "policy/v1beta1": {
        **_since("1.25", "policy/v1", "PodDisruptionBudget"),
        **_since("1.25", "", "PodSecurityPolicy"),
    },
    "node.k8s.io/v1beta1": _since("1.25", "node.k8s.io/v1", "RuntimeClass"),
    "flowcontrol.apiserver.k8s.io/v1beta1": _since(
        "1.26", "flowcontrol.apiserver.k8s.io/v1", *_FLOW
    ),
    "flowcontrol.apiserver.k8s.io/v1beta2": _since(
        "1.29", "flowcontrol.apiserver.k8s.io/v1", *_FLOW
    ),
    "flowcontrol.apiserver.k8s.io/v1beta3": _since(
        "1.32", "flowcontrol.apiserver.k8s.io/v1", *_FLOW
    ),
}
"""By version and kind: since which Kubernetes it is gone, and the version that took its place."""
