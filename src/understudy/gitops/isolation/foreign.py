"""What the stage's objects refer to in namespaces that are not the stage's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import entries, mappings, strings, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.gitops.objects import Manifest

_RIGHTS = "rbac.authorization.k8s.io"  # told as rights
_KINDS = frozenset({"Secret", "ServiceAccount", "ConfigMap", "PersistentVolumeClaim"})
_BY_KEY = {
    re.compile(r"secret|certificateref|credential", re.IGNORECASE): "Secret",
    re.compile(r"serviceaccount", re.IGNORECASE): "ServiceAccount",
    re.compile(r"configmap", re.IGNORECASE): "ConfigMap",
    re.compile(r"claimref|persistentvolumeclaim", re.IGNORECASE): "PersistentVolumeClaim",
}
_IN_CLUSTER = re.compile(
    r"\b(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.(?P<namespace>[a-z0-9-]+)\.svc\b"
)


def foreign_references(examined: Examined) -> Iterator[Finding]:
    """Find secrets, accounts, settings and claims of others, and production's own services."""
    services = {
        (each.id.name, each.id.namespace): each
        for each in examined.beside
        if each.id.kind == "Service" and each.id.namespace in examined.production_namespaces
    }
    for manifest in examined.apart:
        if manifest.id.group == _RIGHTS:
            continue
        if named := list(_referred(examined, manifest)):
            yield finding(FOREIGN_REFERENCE.id, manifest, _others(named))
        if manifest.id.kind == "ReferenceGrant":
            yield from _granted(examined, manifest)
        used = {*_named_services(manifest), *_routed(manifest)} & set(services)
        if used:
            yield finding(FOREIGN_REFERENCE.id, manifest, _production(sorted(used)))


def _referred(examined: Examined, manifest: Manifest) -> Iterator[str]:
    for keys, mapping in mappings(manifest):
        namespace, name = text(mapping.get("namespace")), text(mapping.get("name"))
        if not keys or keys[0] == "metadata" or not namespace or not name:
            continue
        kind = text(mapping.get("kind")) or _kind_by_key(keys[-1])
        if (
            kind in _KINDS
            and not examined.own.has_namespace(namespace)
            and not _is_made_here(examined, namespace, name)
        ):
            yield f"{kind} {namespace}/{name}"


def _kind_by_key(key: str) -> str:
    return next((kind for pattern, kind in _BY_KEY.items() if pattern.search(key)), "")


def _is_made_here(examined: Examined, namespace: str, name: str) -> bool:
    """Tell whether the stage itself puts it there: then that is what is found fault with."""
    return any(
        each.id.namespace == namespace
        and name in (each.id.name, each.at("spec", "secretName"), each.at("spec", "target", "name"))
        for each in examined.stage
    )


def _others(named: list[str]) -> Said:
    return Said(
        message=f"It refers to {several(named)}, which is not in a namespace of the stage.",
        remedy="Give the stage one of its own, and patch the reference in its overlay.",
    )


def _granted(examined: Examined, manifest: Manifest) -> Iterator[Finding]:
    named = [text(each.get("namespace")) for each in entries(manifest.at("spec", "from"))]
    ours = {each.id.namespace for each in examined.stage}
    foreign = [each for each in named if each in examined.production_namespaces - ours]
    if foreign:
        said = Said(
            message=f"It lets {several(foreign)}, which is production's, refer to objects of the"
            " stage.",
            remedy="Patch `spec.from` in the stage's overlay.",
            severity=Severity.WARNING,
        )
        yield finding(FOREIGN_REFERENCE.id, manifest, said)


def _named_services(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for keys, value in strings(manifest):
        if "metadata" not in keys and ".svc" in value:
            for line in value.splitlines():
                for found in _IN_CLUSTER.finditer(line.partition(" #")[0]):
                    yield found["name"], found["namespace"]


def _routed(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for keys, mapping in mappings(manifest):
        if keys and keys[-1] in ("backendRefs", "services", "destination"):
            yield text(mapping.get("name")), text(mapping.get("namespace"))


def _production(used: list[tuple[str, str]]) -> Said:
    services = several(f"{namespace}/{name}" for name, namespace in used)
    return Said(
        message=f"It talks to production's Service {services}: what it does there, it does to"
        " production.",
        remedy="Patch in the stage's own Service, or allow it, with the reason.",
        severity=Severity.WARNING,
    )


FOREIGN_REFERENCE = Rule(
    id="foreign-reference",
    severity=Severity.ERROR,
    title="The stage refers to something in a namespace that is not the stage's",
    look=foreign_references,
    in_one_cluster=True,
)
