"""Files and devices of the nodes that the stage's pods use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core.decisions import Finding, Severity
from understudy.gitops.isolation.volumes import is_within, node_paths
from understudy.gitops.ruling import Examined, Rule, Said, finding, several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from understudy.gitops.isolation.volumes import Storage
    from understudy.gitops.objects import Manifest

_Used = tuple["Storage", "list[Manifest]"]

_ONLY_READ = ("/etc/localtime", "/etc/machine-id", "/etc/os-release", "/etc/ssl", "/etc/timezone")
_ONLY_READ_TREES = ("/proc", "/sys", "/usr/share", "/lib/modules", "/usr/lib/modules")
_FOR_MANY = re.compile(
    r"/dev/(?:nvidia|(?:dri|kfd|kvm|net|fuse|null|zero|u?random|shm|dxg)(?:/|$))"
)
"""Devices that are made for many programs at once: graphics cards above all."""


def host_paths(examined: Examined) -> Iterator[Finding]:
    """Find paths of the node, but for those that are read by everybody."""
    for manifest, used in _used(examined, lambda path: not _is_device(path.path)):
        shared = [each for each in used if each[1] and each[0].written]
        rest = [each for each in used if each not in shared and not _is_harmless(each[0])]
        if shared:
            yield finding(HOST_PATH.id, manifest, _written_by_both(shared))
        if rest:
            yield finding(HOST_PATH.id, manifest, _outside(rest))


def devices(examined: Examined) -> Iterator[Finding]:
    """Find devices of the node that both drive; those of the stage alone are paths of the node."""
    for manifest, used in _used(examined, lambda path: _is_device(path.path)):
        shared = [each for each in used if each[1]]
        alone = [each for each in used if not each[1]]
        if shared:
            yield finding("shared-device", manifest, _driven_by_both(shared))
        if alone:
            yield finding(HOST_PATH.id, manifest, _outside(alone))


def _used(
    examined: Examined, wanted: Callable[[Storage], bool]
) -> Iterator[tuple[Manifest, list[_Used]]]:
    theirs = [(path, each) for each in examined.beside for path in node_paths(each)]
    for manifest in examined.apart:
        if manifest.id.kind == "PersistentVolume":
            continue  # told as storage
        used = []
        for path in dict.fromkeys(filter(wanted, node_paths(manifest))):
            found = [(other, each) for other, each in theirs if path.overlaps(other)]
            same = [(other, each) for other, each in found if path.path == other.path] or found
            used.append((path, [each for _, each in same]))
        if used:
            yield manifest, used


def _is_device(path: str | None) -> bool:
    return is_within(path or "", "/dev")


def _is_harmless(path: Storage) -> bool:
    name = path.path or ""
    if path.written:
        return False
    return name in _ONLY_READ or any(is_within(name, tree) for tree in _ONLY_READ_TREES)


def _paths(used: Sequence[_Used]) -> str:
    return several(path.path for path, _ in used)


def _owners(used: Sequence[_Used]) -> str:
    return several(each.id for _, owners in used for each in owners)


def _written_by_both(used: Sequence[_Used]) -> Said:
    return Said(
        message=f"It can write to {_paths(used)} of its node, and so can production"
        f" ({_owners(used)}).",
        remedy="Use another path in the stage's overlay, an `emptyDir` or a claim; or mount it"
        " read-only.",
    )


def _outside(used: Sequence[_Used]) -> Said:
    return Said(
        message=f"It uses {_paths(used)} of its node: no namespace keeps it apart there.",
        remedy="Do without it on the stage, or allow it, with the reason.",
        severity=Severity.WARNING,
    )


def _driven_by_both(used: Sequence[_Used]) -> Said:
    grave = [path for path, _ in used if not _FOR_MANY.match(path.path or "")]
    if grave:
        return Said(
            message=f"It drives the device {_paths(used)} of its node, and so does production"
            f" ({_owners(used)}).",
            remedy="Take the app out of the stage's overlay, or patch the device away and let the"
            " app simulate it.",
        )
    return Said(
        message=f"It uses {_paths(used)} of its node, and so does production"
        f" ({_owners(used)}): what the stage takes of it, production has to do without.",
        remedy="Patch the device away in the stage's overlay, or allow it, with the reason.",
        severity=Severity.WARNING,
    )


HOST_PATH = Rule(
    id="host-path",
    severity=Severity.WARNING,
    title="A pod of the stage uses files or devices of its node",
    look=host_paths,
    in_one_cluster=True,
)
