"""What Kustomize's namespace transformer leaves as it is in production's objects → patches.

Names that the whole cluster shares, references that name a namespace, host names, addresses. What
no patch can settle is found by the rules, and is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from understudy.gitops.isolation.addresses import addresses
from understudy.gitops.isolation.hosts import hosts
from understudy.gitops.scopes import Scopes
from understudy.gitops.writing.pointers import leaves, pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from understudy.gitops.objects import Manifest
    from understudy.gitops.writing.host_names import HostNames
    from understudy.gitops.writing.pointers import Leaf

Operation = dict[str, str]

_LONGEST = 300
"""A longer text, or one of several lines, is a document. A copy of it would soon be out of date."""

_NAMESPACES = ("namespace", "targetNamespace", "storageNamespace", "matchNames", "namespaces")
_NAMESPACE_LABELS = ("kubernetes.io/metadata.name", "io.kubernetes.pod.namespace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What is changed in one object, as JSON Patch has it."""

    target: Manifest
    operations: tuple[Operation, ...]


@dataclass(frozen=True, kw_only=True)
class Adjusting:
    """An app as its base renders it, and what is to become of it.

    `names` are the stage's host names, with what it adds to names, such as `-stage`.
    """

    manifests: tuple[Manifest, ...]
    namespace: str
    names: HostNames

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """The patches, in the order of the objects."""
        found = (Patch(target=m, operations=tuple(self._operations(m))) for m in self.manifests)
        return tuple(each for each in found if each.operations)

    @cached_property
    def moved_hosts(self) -> Mapping[str, str]:
        """The host names that are patched, and what they are on the stage."""
        written = "\n".join(o.get("value", "") for p in self.patches for o in p.operations)
        found = {
            text
            for each in self.manifests
            for leaf in leaves(each.body)
            for text in self._hosts_in(_filled(leaf, each))
        }
        return {host: new for host in sorted(found) if (new := self._moved(host)) in written}

    @cached_property
    def _known_hosts(self) -> frozenset[str]:
        found = {host for each in self.manifests for host in hosts(each)}
        return frozenset(host for host in found if self.names.on_stage(host))

    def _hosts_in(self, text: str) -> list[str]:
        return self._host.findall(text) if self._known_hosts else []

    def _moved(self, host: str) -> str:
        return self.names.on_stage(host) or host

    def _operations(self, manifest: Manifest) -> Iterator[Operation]:
        if manifest.id.kind == "CustomResourceDefinition":
            return
        if manifest.id.kind != "Namespace" and self._scopes.is_cluster_wide(manifest.id):
            yield _replace(("metadata", "name"), manifest.id.name + self.names.mark)
        gone = tuple(dict.fromkeys(_addresses(manifest)))
        yield from ({"op": "remove", "path": each} for each in gone)
        for leaf in leaves(manifest.body):
            removed = any(f"{leaf.pointer}/".startswith(f"{each}/") for each in gone)
            if removed or not _may_be_changed(leaf):
                continue
            text = self._adjusted(leaf, _filled(leaf, manifest))
            if text != leaf.text:
                yield _replace(leaf.keys, text)

    def _adjusted(self, leaf: Leaf, filled: str) -> str:
        text = leaf.text
        if leaf.key in _NAMESPACES or leaf.key.endswith(_NAMESPACE_LABELS):
            return self.namespace if self._is_ours(text, leaf.parent.get("name")) else text
        if self._hosts_in(filled):
            text = self._host.sub(lambda found: self._moved(found[0]), filled)
        return _SERVICE.sub(self._service, text)

    def _service(self, found: re.Match[str]) -> str:
        name, namespace = found[1], found[2]
        return f"{name}.{self.namespace}.svc" if self._is_ours(namespace, name) else found[0]

    def _is_ours(self, namespace: str, name: object) -> bool:
        """Tell whether a namespace is the app's own, or this object in it."""
        return namespace in self._own or (namespace, name) in self._names

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(each.id.name for each in self.manifests if each.id.kind == "Namespace")

    @cached_property
    def _names(self) -> frozenset[tuple[str, str]]:
        return frozenset((each.id.namespace, each.id.name) for each in self.manifests)

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes.told_by(self.manifests)

    @cached_property
    def _host(self) -> re.Pattern[str]:
        # A longer name goes first: it may begin as a shorter one does.
        known = sorted(self._known_hosts, key=len, reverse=True)
        words = "|".join(re.escape(each) for each in known)
        return re.compile(rf"(?<![\w.$-])(?:{words})(?![\w.-])", re.IGNORECASE)


_RELEASE_NAME = re.compile(r"\{\{-?\s*\.Release\.Name\s*-?\}\}")


def _filled(leaf: Leaf, manifest: Manifest) -> str:
    """Return a text with the name that Helm fills in in values of a release."""
    named = manifest.at("spec", "releaseName")
    name = named if isinstance(named, str) else manifest.id.name
    return _RELEASE_NAME.sub(lambda _: name, leaf.text)


def _may_be_changed(leaf: Leaf) -> bool:
    """Tell whether a text is neither what tells objects apart, nor a document of its own."""
    if leaf.keys[0] in ("kind", "apiVersion", "sops") or leaf.key == "description":
        return False
    if leaf.keys[0] == "metadata" and leaf.keys[1:2] != ("annotations",):
        return False
    return "\n" not in leaf.text and len(leaf.text) <= _LONGEST


_SERVICE = re.compile(r"(?<![\w.-])([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?![\w-])")


def _addresses(manifest: Manifest) -> Iterator[str]:
    """Return pointers to fixed addresses: on the stage a free one is taken."""
    fixed = set(addresses(manifest))
    for leaf in leaves(manifest.body) if fixed else ():
        if leaf.keys[0] in ("spec", "metadata") and set(re.split(r"[\s,]+", leaf.text)) <= fixed:
            numbers = [number for number, key in enumerate(leaf.keys) if isinstance(key, int)]
            yield pointer(leaf.keys[: numbers[0]] if numbers else leaf.keys)
    yield from _node_ports(manifest)


def _node_ports(manifest: Manifest) -> Iterator[str]:
    ports: Any = manifest.at("spec", "ports") if manifest.id.kind == "Service" else None
    for number, port in enumerate(ports if isinstance(ports, list) else ()):
        if isinstance(port, dict) and "nodePort" in port:
            yield pointer(("spec", "ports", number, "nodePort"))


def _replace(keys: Sequence[str | int], value: str) -> Operation:
    return {"op": "replace", "path": pointer(tuple(keys)), "value": value}
