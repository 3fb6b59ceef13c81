"""Addresses in the network that the stage asks for, and production too."""

from __future__ import annotations

import ipaddress
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import entries, mappings, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from understudy.gitops.objects import Manifest, ObjectId

_KEYS = ("loadBalancerIP", "loadBalancerIPs", "externalIPs")
_IN_CLUSTER = ("clusterIP", "clusterIPs")
_ANNOTATIONS = (
    "lbipam.cilium.io/ips",
    "io.cilium/lb-ipam-ips",
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
    "purelb.io/addresses",
    "k8s.v1.cni.cncf.io/networks",
)
_SHARING_KEY = "lbipam.cilium.io/sharing-key"
_SHARING_WITH = "lbipam.cilium.io/sharing-cross-namespace"
_BETWEEN = re.compile(r"[\s,;\"'\[\]{}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sharing:
    """An offer to have one address together with others that know the same key."""

    key: str
    namespaces: frozenset[str]
    owner: ObjectId

    def agrees_with(self, other: _Sharing) -> bool:
        """Tell whether it names the other's namespace: each has to name that of the other.

        https://docs.cilium.io/en/stable/network/lb-ipam/#sharing-keys
        """
        return not self.namespaces.isdisjoint({"*", other.owner.namespace})


def shared_addresses(examined: Examined) -> Iterator[Finding]:
    """Find addresses that both ask for, or agree to share."""
    theirs: dict[str, Manifest] = {}
    for manifest in examined.beside:
        for address in addresses(manifest):
            theirs.setdefault(address, manifest)
        if not examined.has_own_cluster:
            theirs |= dict.fromkeys(_asked(manifest, _IN_CLUSTER), manifest)
    partnering = [one for each in examined.beside for one in _sharing(each)]
    for manifest in examined.apart:
        shared = {
            address: theirs[address]
            for address in (*addresses(manifest), *_asked(manifest, _IN_CLUSTER))
            if address in theirs and examined.could_be_equal(address)
        }
        if shared:
            yield finding(SHARED_ADDRESS.id, manifest, _asked_twice(shared))
            continue
        partners = list(dict.fromkeys(_partners(_sharing(manifest), partnering)))
        if partners:
            yield finding(SHARED_ADDRESS.id, manifest, _agreed(partners))


def addresses(manifest: Manifest) -> Iterator[str]:
    """Return the addresses that an object asks for, as they are compared."""
    yield from _asked(manifest, (*_KEYS, *_ANNOTATIONS))
    if manifest.id.kind == "Gateway":
        for each in entries(manifest.at("spec", "addresses")):
            yield _address(text(each.get("value"))) or text(each.get("value"))


def _asked(manifest: Manifest, keys: Iterable[str]) -> Iterator[str]:
    for _, mapping in mappings(manifest):
        for key in keys:
            for value in texts(mapping.get(key)):
                yield from filter(None, map(_address, _BETWEEN.split(value)))


def _address(word: str) -> str | None:
    if "${" in word:
        return word
    try:
        return str(ipaddress.ip_interface(word).ip)
    except ValueError:
        return None


def _sharing(manifest: Manifest) -> list[_Sharing]:
    found = []
    for _, mapping in mappings(manifest):
        if key := text(mapping.get(_SHARING_KEY)):
            named = text(mapping.get(_SHARING_WITH)).split(",")
            namespaces = {each.strip() for each in named} | {manifest.id.namespace}
            found.append(_Sharing(key=key, namespaces=frozenset(namespaces), owner=manifest.id))
    return found


def _partners(ours: Iterable[_Sharing], theirs: Iterable[_Sharing]) -> Iterator[ObjectId]:
    return (
        other.owner
        for one, other in itertools.product(ours, theirs)
        if one.key == other.key and one.agrees_with(other) and other.agrees_with(one)
    )


def _asked_twice(shared: Mapping[str, Manifest]) -> Said:
    return Said(
        message=f"It asks for the address {several(shared)}, and so does production"
        f" ({several(each.id for each in shared.values())}): one of them takes it from the other.",
        remedy="Remove the address in the stage's overlay, so that a free one is assigned, or"
        " patch in one that is the stage's own.",
    )


def _agreed(partners: list[ObjectId]) -> Said:
    return Said(
        message="Its `sharing-key` lets it have the same address as production"
        f" ({several(partners)}).",
        remedy=f"Patch `{_SHARING_KEY}` in the stage's overlay to a key of the stage's own.",
    )


SHARED_ADDRESS = Rule(
    id="shared-address",
    severity=Severity.ERROR,
    title="The stage and production ask for the same address in the network",
    look=shared_addresses,
)
