"""Host names that the stage answers to, and production too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import entries, mappings, text, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from understudy.gitops.objects import Manifest
    from understudy.gitops.searching import Keys

_ANNOTATIONS = frozenset(
    {
        "external-dns.alpha.kubernetes.io/hostname",
        "external-dns.alpha.kubernetes.io/internal-hostname",
        "nginx.ingress.kubernetes.io/server-alias",
        "tailscale.com/hostname",
    }
)
_ROUTING_KIND = re.compile(r"Ingress|Route|VirtualService|VirtualServer|HTTPProxy|DNSEndpoint")
_ROUTING_VALUES = re.compile(r"ingress|route|virtualservice", re.IGNORECASE)
_HOST_KEYS = ("host", "hosts", "hostname", "hostnames", "fqdn", "dnsName")
_MATCHED = re.compile(r"Host(?:SNI|Header)?\(([^)]*)\)")
_RELEASE = re.compile(r"\{\{-?\s*\.[Rr]elease\.[Nn]ame\s*-?\}\}")
_QUOTED = re.compile(r"[`'\"]([^`'\"]+)[`'\"]")


def shared_hosts(examined: Examined) -> Iterator[Finding]:
    """Find names at which people, or a certificate authority, could meet either of the two."""
    answered = _by_name(examined.beside, hosts)
    certified = _by_name(examined.beside, _certified)
    for manifest in examined.apart:
        if shared := _shared(examined, hosts(manifest), answered):
            yield finding(SHARED_HOST.id, manifest, _answered_twice(shared))
        if shared := _shared(examined, _certified(manifest), certified):
            yield finding(SHARED_HOST.id, manifest, _certified_twice(shared))
        if answered and _answers_to_all(examined, manifest):
            yield finding(SHARED_HOST.id, manifest, _UNNAMED)


def hosts(manifest: Manifest) -> Iterator[str]:
    """Return the host names for which an object asks for requests, as they are compared."""
    release = text(manifest.at("spec", "releaseName")) or manifest.id.name
    for name in _named(manifest):
        filled = _RELEASE.sub(lambda _: release, name)
        _, _, place = filled.rpartition("/")[2].rpartition("@")
        host = place.partition(":")[0].rstrip(".").lower()
        if host and host != "*" and "{{" not in host and not host.endswith(".svc.cluster.local"):
            yield host


def _named(manifest: Manifest) -> Iterator[str]:
    match manifest.id.group, manifest.id.kind:
        case "gateway.networking.k8s.io", "Gateway" | "ListenerSet":
            # Two gateways may have one wildcard: it is the routes that answer.
            for listener in entries(manifest.at("spec", "listeners")):
                yield from (h for h in texts(listener.get("hostname")) if not h.startswith("*"))
        case "gateway.networking.k8s.io", _:
            yield from texts(manifest.at("spec", "hostnames"))
        case "cert-manager.io", _:
            return
        case _:
            for keys, mapping in mappings(manifest):
                yield from _in_mapping(manifest, keys, mapping)
    for keys, mapping in mappings(manifest):
        if keys and keys[-1].lower().endswith("annotations"):
            for key in _ANNOTATIONS & set(mapping):
                yield from (h.strip() for h in text(mapping[key]).split(","))


def _in_mapping(manifest: Manifest, keys: Keys, mapping: Mapping[str, Any]) -> Iterator[str]:
    routes = _ROUTING_KIND.search(manifest.id.kind) or any(map(_ROUTING_VALUES.search, keys[1:]))
    if not routes or "destination" in keys or "env" in keys:
        return
    for key in _HOST_KEYS:
        yield from texts(mapping.get(key))
    for call in _MATCHED.findall(text(mapping.get("match"))):
        yield from _QUOTED.findall(call)


def _certified(manifest: Manifest) -> Iterator[str]:
    if (manifest.id.group, manifest.id.kind) == ("cert-manager.io", "Certificate"):
        yield from (name.lower() for name in texts(manifest.at("spec", "dnsNames")))
        yield from (name.lower() for name in texts(manifest.at("spec", "commonName")))


def _by_name(
    manifests: Iterable[Manifest], names: Callable[[Manifest], Iterator[str]]
) -> dict[str, Manifest]:
    found: dict[str, Manifest] = {}
    for manifest in manifests:
        for name in names(manifest):
            found.setdefault(name, manifest)
    return found


def _shared(
    examined: Examined, names: Iterable[str], theirs: Mapping[str, Manifest]
) -> dict[str, Manifest]:
    return {n: theirs[n] for n in names if n in theirs and examined.could_be_equal(n)}


def _answered_twice(shared: Mapping[str, Manifest]) -> Said:
    return Said(
        message=f"It answers to {several(shared)}, and so does production"
        f" ({several(each.id for each in shared.values())}): requests to production can end on the"
        " stage.",
        remedy="Patch the host name in the stage's overlay, for example to"
        f" `stage.{phrases.shown(next(iter(shared)).lstrip('*.'))}`.",
    )


def _certified_twice(shared: Mapping[str, Manifest]) -> Said:
    return Said(
        message=f"It asks for a certificate for {several(shared)}, and so does production"
        f" ({several(each.id for each in shared.values())}): the stage holds a key for"
        " production's name, and the authority counts both against one limit.",
        remedy="Patch `spec.dnsNames` in the stage's overlay to the stage's own host names.",
        severity=Severity.WARNING,
    )


_UNNAMED = Said(
    message="It names no host, so that it answers to each host name for which nobody else asks,"
    " production's included.",
    remedy="Give it the stage's own host name in the overlay.",
    severity=Severity.WARNING,
)


def _answers_to_all(examined: Examined, manifest: Manifest) -> bool:
    match manifest.id.group, manifest.id.kind:
        case "networking.k8s.io" | "extensions", "Ingress":
            rules = list(entries(manifest.at("spec", "rules")))
            named = [rule for rule in rules if text(rule.get("host"))]
            return len(named) < len(rules) or bool(manifest.at("spec", "defaultBackend"))
        case "gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute":
            return not list(texts(manifest.at("spec", "hostnames"))) and not any(
                _is_own_gateway(examined, manifest, parent)
                for parent in entries(manifest.at("spec", "parentRefs"))
            )
        case _:
            return False


def _is_own_gateway(examined: Examined, route: Manifest, parent: Mapping[str, Any]) -> bool:
    """Tell whether a route is attached to what the stage renders, so that its host names hold."""
    namespace = text(parent.get("namespace")) or route.id.namespace
    return any(
        (each.id.namespace, each.id.name) == (namespace, parent.get("name"))
        for each in examined.stage
        if each.id.kind == (text(parent.get("kind")) or "Gateway")
    )


SHARED_HOST = Rule(
    id="shared-host",
    severity=Severity.ERROR,
    title="The stage and production answer to the same host name",
    look=shared_hosts,
)
