"""Which fields the API server lets nobody change: a table of kinds, one `look` for each of theirs.

Two versions of one object are compared. How grave that is, and what to do, is not said here.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.gitops.wedge import claim_rules, pod_rules
from understudy.gitops.wedge.fields import (
    Change,
    changes,
    without_empty,
    without_pod_defaults,
    without_zeros,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from understudy.gitops.objects import Manifest

    Look = Callable[[Manifest, Manifest], Iterator[Change]]


def refused(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Return what the cluster refuses to change, if `before` is what it has."""
    for look in _LOOKS.get((after.id.group, after.id.kind), ()):
        yield from look(before, after)


def left_over(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Return what the cluster refuses because of a field that it filled in by itself.

    Nobody who applies owns `rollingUpdate` then, so it stays, and may not be beside another type.
    """
    look = _STRATEGIES.get((after.id.group, after.id.kind))
    if look is None:
        return
    field, type_ = look
    was, becomes = (_mapping(each.at("spec", field)) for each in (before, after))
    if becomes.get("type") == type_ != was.get("type") and not was.get("rollingUpdate"):
        yield Change(
            field=f"spec.{field}.type", before=was.get("type", "RollingUpdate"), after=type_
        )


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A field that stays as it was created. `default` is what the API server fills in."""

    field: str
    default: object = None
    tidied: Callable[[object], Any] = without_empty

    def __call__(self, before: Manifest, after: Manifest) -> Iterator[Change]:
        yield from changes(self.field, self._value(before), self._value(after))

    def _value(self, manifest: Manifest) -> object:
        value = self.tidied(manifest.at(*self.field.split(".")))
        return self.default if value in (None, "", {}, []) else value


def _volume_source(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare all that says where a volume is: whatever of its spec is none of the rest."""
    was, becomes = _source_of(before), _source_of(after)
    csi, new = was.get("csi"), becomes.get("csi")
    if isinstance(csi, dict) and isinstance(new, dict) and "controllerExpandSecretRef" not in csi:
        new.pop("controllerExpandSecretRef", None)  # it may be added once
    if len(was) == len(becomes) == 1 and was.keys() != becomes.keys():
        yield Change(field="spec", before=was, after=becomes)
        return
    yield from changes("spec", was, becomes)


_NO_SOURCE = frozenset(
    {
        *("accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity"),
        *("persistentVolumeReclaimPolicy", "storageClassName"),
        *("volumeAttributesClassName", "volumeMode"),
    }
)


def _source_of(manifest: Manifest) -> dict[str, Any]:
    spec = _mapping(without_zeros(manifest.at("spec")))
    return {key: value for key, value in spec.items() if key not in _NO_SOURCE}


def _node_affinity(before: Manifest, after: Manifest) -> Iterator[Change]:
    """It may be added once, and not changed."""
    if before.at("spec", "nodeAffinity"):
        yield from _Fixed("spec.nodeAffinity")(before, after)


def _service(before: Manifest, after: Manifest) -> Iterator[Change]:
    """An address that is left out stays as it is; one that is named must be the one it has."""
    if "ExternalName" in (before.at("spec", "type"), after.at("spec", "type")):
        return
    was, becomes = _cluster_ip(before), _cluster_ip(after)
    if becomes not in (None, was):
        yield Change(field="spec.clusterIP", before=was, after=becomes)
    was, becomes = _first(before, "ipFamilies"), _first(after, "ipFamilies")
    if was and becomes not in (None, was):
        yield Change(field="spec.ipFamilies", before=was, after=becomes)
    if before.at("spec", "type") == after.at("spec", "type") == "LoadBalancer":
        yield from _Fixed("spec.loadBalancerClass")(before, after)


def _cluster_ip(manifest: Manifest) -> object:
    return manifest.at("spec", "clusterIP") or _first(manifest, "clusterIPs") or None


def _first(manifest: Manifest, key: str) -> object:
    values = manifest.at("spec", key)
    return values[0] if isinstance(values, list) and values else None


def _sealed(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare the content of what was declared immutable. No value of it is told."""
    if before.at("immutable") is not True:
        return
    yield from _Fixed("immutable")(before, after)
    was, becomes = _content(before), _content(after)
    differing = [key for key in dict.fromkeys((*was, *becomes)) if was.get(key) != becomes.get(key)]
    for key in differing:
        yield Change(field=f"data.{key}", before=_sort_of(was, key), after=_sort_of(becomes, key))


def _sort_of(content: dict[str, object], key: str) -> str | None:
    return "its content" if key in content else None


def _content(manifest: Manifest) -> dict[str, object]:
    content: dict[str, object] = {}
    for field in ("data", "binaryData"):
        content |= _mapping(manifest.at(field))
    plain = _mapping(manifest.at("stringData"))
    return content | {k: base64.b64encode(str(v).encode()).decode() for k, v in plain.items()}


def _mapping(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _role(value: object) -> Any:  # noqa: ANN401 - what is no mapping stays what it is
    if not isinstance(value, dict):
        return value
    return {"apiGroup": "rbac.authorization.k8s.io", **without_zeros(value)}


# Where a line has no other source, the rule is in pkg/apis/<group>/validation/validation.go of
# https://github.com/kubernetes/kubernetes/tree/v1.36.3, in the function that is named.
_SELECTOR = _Fixed("spec.selector")
_ROLE_REF = _Fixed("roleRef", tidied=_role)

_LOOKS: dict[tuple[str, str], tuple[Look, ...]] = {
    # In core: ValidatePersistentVolumeUpdate
    ("", "PersistentVolume"): (
        _volume_source,
        _Fixed("spec.volumeMode", default="Filesystem"),
        _node_affinity,
    ),
    # In core: ValidatePersistentVolumeClaimUpdate; what may grow is told in `claim_rules`
    ("", "PersistentVolumeClaim"): (
        _Fixed("spec.accessModes"),
        _SELECTOR,
        _Fixed("spec.volumeMode", default="Filesystem"),
        _Fixed("spec.resources.limits"),
        claim_rules.bound,
        claim_rules.data_source,
    ),
    # In core: validateUpgradeDowngradeClusterIPs, validateUpgradeDowngradeIPFamilies,
    # validateLoadBalancerClassField
    ("", "Service"): (_service,),
    # In core: ValidateConfigMapUpdate, ValidateSecretUpdate
    ("", "ConfigMap"): (_sealed,),
    ("", "Secret"): (_Fixed("type", default="Opaque"), _sealed),
    # In core: ValidatePodUpdate
    ("", "Pod"): (pod_rules.pod,),
    # In apps: ValidateDeploymentUpdate, ValidateDaemonSetSpecUpdate, ValidateReplicaSetUpdate
    ("apps", "Deployment"): (_SELECTOR,),
    ("apps", "DaemonSet"): (_SELECTOR,),
    ("apps", "ReplicaSet"): (_SELECTOR,),
    # In apps: ValidateStatefulSetUpdate
    ("apps", "StatefulSet"): (
        _SELECTOR,
        _Fixed("spec.serviceName"),
        _Fixed("spec.podManagementPolicy", default="OrderedReady"),
        claim_rules.templates,
    ),
    # In batch: ValidateJobSpecUpdate
    ("batch", "Job"): (
        pod_rules.job_template,
        pod_rules.completions,
        _SELECTOR,
        _Fixed("spec.completionMode", default="NonIndexed"),
        _Fixed("spec.podFailurePolicy", tidied=without_pod_defaults),
        _Fixed("spec.backoffLimitPerIndex"),
        _Fixed("spec.managedBy"),
        _Fixed("spec.successPolicy"),
    ),
    # In rbac: ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate
    ("rbac.authorization.k8s.io", "RoleBinding"): (_ROLE_REF,),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (_ROLE_REF,),
    # In storage: ValidateStorageClassUpdate, ValidateCSIDriverUpdate
    ("storage.k8s.io", "StorageClass"): (
        _Fixed("provisioner"),
        _Fixed("parameters"),
        _Fixed("reclaimPolicy", default="Delete"),
        _Fixed("volumeBindingMode", default="Immediate"),
    ),
    ("storage.k8s.io", "CSIDriver"): (
        _Fixed("spec.attachRequired", default=True),
        _Fixed("spec.volumeLifecycleModes", default=["Persistent"]),
    ),
    # In networking: validateIngressClassSpecUpdate
    ("networking.k8s.io", "IngressClass"): (_Fixed("spec.controller"),),
    # In scheduling: ValidatePriorityClassUpdate
    ("scheduling.k8s.io", "PriorityClass"): (
        _Fixed("value", default=0),
        _Fixed("preemptionPolicy", default="PreemptLowerPriority"),
    ),
    # In node: ValidateRuntimeClassUpdate
    ("node.k8s.io", "RuntimeClass"): (_Fixed("handler"),),
    # In discovery: ValidateEndpointSliceUpdate
    ("discovery.k8s.io", "EndpointSlice"): (_Fixed("addressType"),),
    # apiextensions-apiserver, pkg/apis/apiextensions/validation: once it is established
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        _Fixed("spec.group"),
        _Fixed("spec.scope"),
        _Fixed("spec.names.kind"),
        _Fixed("spec.names.plural"),
    ),
}

_STRATEGIES: dict[tuple[str, str], tuple[str, str]] = {
    # In apps: ValidateDeploymentStrategy
    ("apps", "Deployment"): ("strategy", "Recreate"),
    # In apps: ValidateStatefulSetSpec
    ("apps", "StatefulSet"): ("updateStrategy", "OnDelete"),
}
