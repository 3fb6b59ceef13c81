"""Things in the house that do what they are told, by the stage and by production."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from understudy.core.decisions import Finding, Severity
from understudy.gitops.isolation.host_paths import devices
from understudy.gitops.isolation.podspecs import containers, environment, pod_specs
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import Manifest

_ENDPOINT = re.compile(
    r"\b(?P<scheme>tcp|socket|rfc2217|serial|ser2net|esphome|modbus(?:tcp)?|mbus|knx|ezsp)://"
    r"(?:[^/\s]{0,300}@)?+(?P<host>[0-9A-Za-z._-]+|\[[0-9A-Fa-f:]+\])(?P<port>:[0-9]+)?"
)
"""How programs are told of a serial line, or of a device's own port, at the other end of a wire.

What stands before an `@` is a password, which is not told.
"""

_HERE = re.compile(r"localhost$|127\.|0\.0\.0\.0$|\[::1?\]$|[^.]+$|.*\.svc(?:\.|$)")
_SIMULATED = frozenset(
    {"sim", "simulate", "simulated", "simulation", "simulator", "mock", "fake", "dummy", "stub"}
)


def shared_devices(examined: Examined) -> Iterator[Finding]:
    """Find devices of nodes, and in the network, that both drive."""
    if not examined.has_own_cluster:
        yield from devices(examined)
    driven = {where: each for each in examined.beside for where in _endpoints(each)}
    told = {where: each for each in examined.beside for where in _machines(each)}
    for manifest in examined.apart:
        if shared := {w: driven[w] for w in _endpoints(manifest) if w in driven}:
            yield finding(SHARED_DEVICE.id, manifest, _driven(shared))
        if shared := {w: told[w] for w in _machines(manifest) if w in told}:
            yield finding(SHARED_DEVICE.id, manifest, _perhaps(shared))


def _endpoints(manifest: Manifest) -> Iterator[str]:
    for keys, value in strings(manifest):
        if "metadata" in keys or "://" not in value:
            continue
        for line in value.splitlines():
            for found in _ENDPOINT.finditer(line.partition("#")[0]):
                if not _HERE.match(found["host"]):
                    yield f"{found['scheme']}://{found['host']}{found['port'] or ''}"


def _machines(manifest: Manifest) -> Iterator[str]:
    """Return the private addresses that containers are told by name, nothing around them."""
    for spec in pod_specs(manifest):
        for container in containers(spec):
            told = environment(container)
            if _SIMULATED.isdisjoint(value.lower() for value in told.values()):
                yield from (f"{name}={value}" for name, value in told.items() if _is_machine(value))


def _is_machine(value: str) -> bool:
    host, _, port = value.partition(":")
    if port and not port.isdecimal():
        return False
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return address.is_private and not (address.is_loopback or address.is_unspecified)


def _driven(shared: Mapping[str, Manifest]) -> Said:
    return Said(
        message=f"It drives the device at {several(shared)}, and so does production"
        f" ({several(each.id for each in shared.values())}).",
        remedy="Take the app out of the stage's overlay, or patch in a simulator or a device of the"
        " stage's own.",
    )


def _perhaps(shared: Mapping[str, Manifest]) -> Said:
    return Said(
        message=f"It is told the same machine as production"
        f" ({several(each.id for each in shared.values())}): {several(shared)}. If that is a"
        " device, both drive it.",
        remedy="Patch the variable in the stage's overlay, tell the app to simulate the device, or"
        " allow it, with the reason.",
        severity=Severity.WARNING,
    )


SHARED_DEVICE = Rule(
    id="shared-device",
    severity=Severity.ERROR,
    title="The stage drives a device that production drives too",
    look=shared_devices,
)
