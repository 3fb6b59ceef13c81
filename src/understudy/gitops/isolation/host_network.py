"""Ports and namespaces of the nodes themselves, of which there is one for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core.decisions import Finding, Severity
from understudy.gitops.isolation.podspecs import containers, pod_specs
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import entries, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import Manifest

_SHARED = {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "memory"}
_ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePort:
    """A port that is taken on a node. `of_all`: by a Service, on each node."""

    number: int
    protocol: str
    address: str = ""
    of_all: bool = False

    def __str__(self) -> str:
        """Return it as people write it: `9101/TCP`."""
        return f"{self.number}/{self.protocol}"

    def excludes(self, other: NodePort) -> bool:
        """Tell whether one of the two cannot have it while the other does."""
        if (self.number, self.protocol) != (other.number, other.protocol):
            return False
        return self.address == other.address or "" in (self.address, other.address)


def host_network(examined: Examined) -> Iterator[Finding]:
    """Find ports of nodes that are taken twice, and what else of a node the stage uses."""
    theirs = [(port, each) for each in examined.beside for port in ports(each)]
    ours = [(port, each) for each in examined.apart for port in ports(each)]
    for manifest in examined.apart:
        mine = list(dict.fromkeys(port for port, each in ours if each is manifest))
        taken = [(p, each) for p in mine for q, each in theirs if p.excludes(q)]
        earlier = ours[: next((n for n, (_, e) in enumerate(ours) if e is manifest), 0)]
        twice = [(p, each) for p in mine for q, each in earlier if p.excludes(q)]
        if taken:
            yield finding(HOST_NETWORK.id, manifest, _taken(taken, "production"))
        if twice:
            yield finding(HOST_NETWORK.id, manifest, _taken(twice, "another object of the stage"))
        uses = list(_uses(manifest))
        if not (taken or twice) and (uses or any(not port.of_all for port in mine)):
            yield finding(HOST_NETWORK.id, manifest, _used(uses, mine))


def ports(manifest: Manifest) -> Iterator[NodePort]:
    """Return the ports of nodes that an object takes."""
    for spec in pod_specs(manifest):
        for container in containers(spec):
            for port in entries(container.get("ports")):
                number = port.get("hostPort")
                if number is None and spec.get("hostNetwork") is True:
                    number = port.get("containerPort")
                yield from _port(number, port, address=text(port.get("hostIP")))
    if manifest.id.kind == "Service":
        for port in entries(manifest.at("spec", "ports")):
            yield from _port(port.get("nodePort"), port, of_all=True)


def _port(
    number: object, told: Mapping[str, Any], *, address: str = "", of_all: bool = False
) -> Iterator[NodePort]:
    if isinstance(number, int) and number:
        yield NodePort(
            number=number,
            protocol=text(told.get("protocol")) or "TCP",
            address="" if address in _ANY_ADDRESS else address,
            of_all=of_all,
        )


def _uses(manifest: Manifest) -> Iterator[str]:
    for spec in pod_specs(manifest):
        yield from (key for key in _SHARED if spec.get(key) is True)


def _taken(taken: list[tuple[NodePort, Manifest]], whose: str) -> Said:
    return Said(
        message=f"It takes the port {several(port for port, _ in taken)} of its nodes, and so does"
        f" {whose} ({several(each.id for _, each in taken)}): only one of them can run there.",
        remedy="Patch in another port in the stage's overlay, or do without `hostNetwork`,"
        " `hostPort` or `nodePort` there.",
    )


def _used(uses: list[str], mine: list[NodePort]) -> Said:
    keys = list(dict.fromkeys(uses)) or ["hostPort"]
    parts = [_SHARED[key] for key in keys if key in _SHARED] or ["network"]
    shared = " and ".join(f"the {part}" for part in parts)
    at = f" (port {several(mine)})" if mine else ""
    return Said(
        message=f"With {several(keys)} it shares {shared} of its node{at}: no namespace and"
        " no network policy keeps it apart there.",
        remedy="Do without it on the stage, or allow it, with the reason.",
        severity=Severity.WARNING,
    )


HOST_NETWORK = Rule(
    id="host-network",
    severity=Severity.ERROR,
    title="The stage takes ports of the nodes, or shares their network or processes",
    look=host_network,
    in_one_cluster=True,
)
