"""Which kinds of objects live in a namespace: from a table, from definitions, else by their name.

kustomize gives a namespace to every kind that it does not know, so having one proves little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.gitops.objects import Manifest, ObjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """What the rendered definitions of kinds say: whether a kind of a group has a namespace."""

    defined: Mapping[tuple[str, str], bool]

    @classmethod
    def told_by(cls, manifests: Iterable[Manifest]) -> Scopes:
        """Read the CustomResourceDefinitions among the manifests."""
        return cls(
            defined={
                (str(each.at("spec", "group")), str(each.at("spec", "names", "kind"))): scope
                for each in manifests
                if each.id.kind == "CustomResourceDefinition"
                for scope in [each.at("spec", "scope") == "Namespaced"]
            }
        )

    def is_cluster_wide(self, object_id: ObjectId) -> bool:
        """Tell whether such an object belongs to the whole cluster, as far as can be known."""
        defined = self.defined.get((object_id.group, object_id.kind))
        if defined is not None:
            return not defined
        if object_id.group in _CLUSTER_WIDE:
            return object_id.kind in _CLUSTER_WIDE[object_id.group]
        return bool(_SOUNDS_CLUSTER_WIDE.match(object_id.kind)) and not _NAMESPACED_GROUP.search(
            object_id.group
        )


_SOUNDS_CLUSTER_WIDE = re.compile(r"Cluster[A-Z]|\w*ClusterWide|\w*Clusterwide|Global[A-Z]")
_NAMESPACED_GROUP = re.compile(r"cluster\.x-k8s\.io$|^clusters?\.")

_CLUSTER_WIDE: dict[str, frozenset[str]] = {
    "": frozenset({"ComponentStatus", "Namespace", "Node", "PersistentVolume"}),
    "admissionregistration.k8s.io": frozenset(
        {
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        }
    ),
    "apiextensions.k8s.io": frozenset({"CustomResourceDefinition"}),
    "apiregistration.k8s.io": frozenset({"APIService"}),
    "apps": frozenset(),
    "argoproj.io": frozenset({"ClusterAnalysisTemplate", "ClusterWorkflowTemplate"}),
    "autoscaling": frozenset(),
    "batch": frozenset(),
    "certificates.k8s.io": frozenset({"CertificateSigningRequest", "ClusterTrustBundle"}),
    "cert-manager.io": frozenset({"ClusterIssuer"}),
    "cilium.io": frozenset(
        {
            "CiliumBGPAdvertisement",
            "CiliumBGPClusterConfig",
            "CiliumBGPNodeConfig",
            "CiliumBGPNodeConfigOverride",
            "CiliumBGPPeerConfig",
            "CiliumBGPPeeringPolicy",
            "CiliumCIDRGroup",
            "CiliumClusterwideEnvoyConfig",
            "CiliumClusterwideNetworkPolicy",
            "CiliumEgressGatewayPolicy",
            "CiliumExternalWorkload",
            "CiliumIdentity",
            "CiliumL2AnnouncementPolicy",
            "CiliumLoadBalancerIPPool",
            "CiliumNode",
            "CiliumPodIPPool",
        }
    ),
    "crd.projectcalico.org": frozenset(
        {"BGPConfiguration", "BGPPeer", "FelixConfiguration", "GlobalNetworkPolicy", "IPPool"}
    ),
    "flowcontrol.apiserver.k8s.io": frozenset({"FlowSchema", "PriorityLevelConfiguration"}),
    "gateway.networking.k8s.io": frozenset({"GatewayClass"}),
    "karpenter.sh": frozenset({"NodeClaim", "NodePool"}),
    "kyverno.io": frozenset({"ClusterCleanupPolicy", "ClusterPolicy", "GlobalContextEntry"}),
    "networking.k8s.io": frozenset({"IPAddress", "IngressClass", "ServiceCIDR"}),
    "nfd.k8s-sigs.io": frozenset({"NodeFeatureGroup", "NodeFeatureRule"}),
    "node.k8s.io": frozenset({"RuntimeClass"}),
    "policy": frozenset({"PodSecurityPolicy"}),
    "postgresql.cnpg.io": frozenset({"ClusterImageCatalog"}),
    "rbac.authorization.k8s.io": frozenset({"ClusterRole", "ClusterRoleBinding"}),
    "resource.k8s.io": frozenset({"DeviceClass", "DeviceTaintRule", "ResourceSlice"}),
    "scheduling.k8s.io": frozenset({"PriorityClass"}),
    "snapshot.storage.k8s.io": frozenset({"VolumeSnapshotClass", "VolumeSnapshotContent"}),
    "storage.k8s.io": frozenset(
        {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"}
    ),
    "upgrade.cattle.io": frozenset(),
}
"""The kinds of these groups that have no namespace. All others of such a group have one."""
