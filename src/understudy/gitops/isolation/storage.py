"""Data that the stage can reach, and production too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.isolation.volumes import node_paths, storages
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import mappings, text
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.gitops.isolation.volumes import Storage
    from understudy.gitops.objects import Manifest

_Placed = tuple["Storage", "Manifest"]


def shared_storage(examined: Examined) -> Iterator[Finding]:
    """Find volumes, exports and backups that both use."""
    theirs = [(where, each) for each in examined.beside for where in storages(each)]
    on_nodes = [(where, each) for each in examined.beside for where in node_paths(each)]
    backups = {where: each for each in examined.beside for where in _backups(each)}
    for manifest in examined.apart:
        ours = list(storages(manifest))
        yield from _overlapping(examined, manifest, ours, theirs)
        if manifest.id.kind == "PersistentVolume" and not examined.has_own_cluster:
            yield from _overlapping(examined, manifest, list(node_paths(manifest)), on_nodes)
        for where in _backups(manifest):
            if where in backups and examined.could_be_equal(where):
                said = _backed_up_twice(where, backups[where])
                yield finding(SHARED_STORAGE.id, manifest, said)
    if not examined.has_own_cluster:
        yield from _claimed_twice(examined)


def _overlapping(
    examined: Examined, manifest: Manifest, ours: Sequence[Storage], theirs: Sequence[_Placed]
) -> Iterator[Finding]:
    for where in dict.fromkeys(ours):
        if not examined.could_be_equal(str(where)):
            continue
        found = [(other, each) for other, each in theirs if where.overlaps(other)]
        same = [(other, each) for other, each in found if where.path == other.path] or found
        if same:
            yield finding(SHARED_STORAGE.id, manifest, _overlap(where, same))


def _overlap(where: Storage, found: Sequence[_Placed]) -> Said:
    kind = "path on the node" if where.kind == "node" else where.kind
    how = "can write to" if where.written else "reads"
    theirs = found[0][0]
    part = "" if theirs.path == where.path else f" as `{phrases.shown(theirs)}`"
    return Said(
        message=f"It {how} the {kind} `{phrases.shown(where)}`, which production uses{part} too"
        f" ({several(each.id for _, each in found)}).",
        remedy=(
            "Patch in a folder or volume of the stage's own, or mount this one read-only"
            " (`readOnly: true`)."
            if where.written
            else "Nothing can be lost this way. Patch in a copy, if the stage may not see"
            " production's data; else allow it, with the reason."
        ),
        severity=Severity.ERROR if where.written else Severity.WARNING,
    )


def _backups(manifest: Manifest) -> Iterator[str]:
    """Return where an object writes backups to. A cluster may read others' to begin with."""
    for keys, mapping in mappings(manifest):
        where = redacted(text(mapping.get("destinationPath"))).rstrip("/")
        if where and "externalClusters" not in keys:
            yield where


def _backed_up_twice(where: str, other: Manifest) -> Said:
    return Said(
        message=f"It writes backups to `{phrases.shown(where)}`, and so does production"
        f" ({several([other.id])}): either could overwrite the other's.",
        remedy="Patch `destinationPath` in the stage's overlay.",
        severity=Severity.WARNING,
    )


def _claimed_twice(examined: Examined) -> Iterator[Finding]:
    """Find claims of the stage on a volume that is production's."""
    own = {each.id.name for each in examined.stage if each.id.kind == "PersistentVolume"}
    theirs = {each.id.name: each for each in examined.beside if each.id.kind == "PersistentVolume"}
    for claim in examined.beside:
        if claim.id.kind == "PersistentVolumeClaim":
            theirs.setdefault(text(claim.at("spec", "volumeName")), claim)
    for claim in examined.apart:
        volume = text(claim.at("spec", "volumeName"))
        if claim.id.kind != "PersistentVolumeClaim" or not volume or volume in own:
            continue
        if volume in theirs and examined.could_be_equal(volume):
            yield finding(SHARED_STORAGE.id, claim, _claimed(volume, theirs[volume]))


def _claimed(volume: str, other: Manifest) -> Said:
    name = phrases.shown(volume)
    return Said(
        message=f"It claims the PersistentVolume `{name}`, which is production's"
        f" ({several([other.id])}): only one claim can have it, and with it its data.",
        remedy="Patch `spec.volumeName` in the stage's overlay to a PersistentVolume of the"
        f" stage's own, such as `{name}-stage`, or remove it.",
    )


SHARED_STORAGE = Rule(
    id="shared-storage",
    severity=Severity.ERROR,
    title="The stage can reach data that production uses",
    look=shared_storage,
)
