"""What goes with an app that leaves the stage: its namespace, its volumes, or production's objects.

Flux deletes what it applied and no longer finds (`prune: true`); a namespace takes all with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Said, finding, several
from understudy.gitops.searching import mappings
from understudy.gitops.wedge import policies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from understudy.gitops.objects import Manifest, ObjectId

CHANGED_OWNER = "changed-owner"
PRUNED_VOLUME = "pruned-volume"
PRUNED_NAMESPACE = "pruned-namespace"

_NAMESPACE = ("", "Namespace")
_CLAIM = ("", "PersistentVolumeClaim")
_VOLUME = ("", "PersistentVolume")
_SET = ("apps", "StatefulSet")


def changed_owners(
    candidate: Iterable[Manifest], published: Iterable[Manifest], production: Iterable[Manifest]
) -> Iterator[Finding]:
    """Find what the stage gives up and production has: the stage deletes it as it goes."""
    owned = {manifest.id: manifest for manifest in production}
    for manifest in _leaving(candidate, published):
        if manifest.id in owned:
            yield finding(CHANGED_OWNER, manifest, _taken_over(manifest))


def _taken_over(manifest: Manifest) -> Said:
    loses = (manifest.id.group, manifest.id.kind) in (_NAMESPACE, _CLAIM)
    lost = "with all that is in it" if loses else "until production is applied again"
    return Said(
        message="It leaves the stage and production has it too. Flux deletes what leaves the"
        f" stage, so that production can lose it {lost}.",
        remedy=f"First give it the annotation `{policies.KEEP}` on the base, and remove it from"
        " the stage's overlay after that has been applied.",
        severity=Severity.ERROR if loses else Severity.WARNING,
    )


def emptied_namespaces(
    candidate: Iterable[Manifest], published: Iterable[Manifest], production: Iterable[Manifest]
) -> Iterator[Finding]:
    """Find a namespace that leaves the stage while some of the stage's objects stay in it."""
    staying = tuple(candidate)
    elsewhere = {manifest.id for manifest in production}
    for manifest in _leaving(staying, published):
        inside = [str(each.id) for each in staying if each.id.namespace == manifest.id.name]
        if _sort(manifest) == _NAMESPACE and inside and manifest.id not in elsewhere:
            yield finding(PRUNED_NAMESPACE, manifest, _pulled_away(inside))


def _pulled_away(inside: list[str]) -> Said:
    return Said(
        message=f"It leaves the stage, and objects of the stage stay in it: {several(inside)}."
        " They are deleted with the namespace, and cannot be applied again.",
        remedy="Keep the namespace in the overlay, or take these objects out of it too.",
    )


def pruned_volumes(
    candidate: Iterable[Manifest], published: Iterable[Manifest]
) -> Iterator[Finding]:
    """Find what is stored on the stage now and is deleted with an app, or with its namespace."""
    now = tuple(published)
    leaving = tuple(_leaving(candidate, now))
    namespaces = {each.id.name: each for each in leaving if _sort(each) == _NAMESPACE}
    retained = frozenset(_retained(now))
    for name, manifest in namespaces.items():
        inside = [each for each in now if each.id.namespace == name and _stores(each)]
        lost = [str(each.id) for each in inside if each.id not in retained]
        if lost:
            yield finding(PRUNED_VOLUME, manifest, _goes_with_namespace(lost))
    for manifest in leaving:
        if manifest.id.namespace not in namespaces and _is_deleted_with_content(manifest, retained):
            yield finding(PRUNED_VOLUME, manifest, _goes_alone())


def _goes_with_namespace(lost: list[str]) -> Said:
    return Said(
        message="It leaves the stage. Flux deletes the namespace, and with it what is stored by"
        f" {several(lost)}.",
        remedy="Nothing, if it can be lost. Else give the namespace and its claims the annotation"
        f" `{policies.KEEP}`, and wait until that is applied.",
        severity=Severity.WARNING,
    )


def _goes_alone() -> Said:
    return Said(
        message="It leaves the stage. Flux deletes it, and what is stored in it is lost.",
        remedy=f"Nothing, if it can be lost. Else give it the annotation `{policies.KEEP}`, and"
        " wait until that is applied.",
        severity=Severity.WARNING,
    )


def _leaving(candidate: Iterable[Manifest], published: Iterable[Manifest]) -> Iterator[Manifest]:
    staying = {manifest.id for manifest in candidate}
    for manifest in published:
        if manifest.id not in staying and not policies.is_kept(manifest):
            yield manifest


def _sort(manifest: Manifest) -> tuple[str, str]:
    return manifest.id.group, manifest.id.kind


def _is_deleted_with_content(manifest: Manifest, retained: Collection[ObjectId]) -> bool:
    if _sort(manifest) == _SET:
        # Its claims stay, unless it says otherwise.
        policy = manifest.at("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
        return policy == "Delete" and _stores(manifest)
    if _sort(manifest) == _VOLUME:
        return not _keeps_content(manifest)
    return manifest.id not in retained and _stores(manifest)


def _stores(manifest: Manifest) -> bool:
    if _sort(manifest) == _CLAIM:
        return True
    if _sort(manifest) == _SET:
        return bool(manifest.at("spec", "volumeClaimTemplates"))
    return "." in manifest.id.group and _asks_for_storage(manifest)


def _asks_for_storage(manifest: Manifest) -> bool:
    """Tell whether a kind of somebody's own has a size of storage in it: a database, mostly."""
    return any(_is_storage(keys[-1:], each) for keys, each in mappings(manifest))


def _is_storage(key: tuple[str, ...], value: Mapping[str, object]) -> bool:
    if key == ("storage",):
        return "size" in value
    return key in (("volumeClaimTemplate",), ("volumeClaimTemplates",))


def _retained(manifests: tuple[Manifest, ...]) -> Iterator[ObjectId]:
    """Return the claims whose volume outlives them, as far as it can be seen.

    A volume that somebody wrote down is retained, unless it says otherwise:
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
    """
    volumes = {each.id.name: each for each in manifests if _sort(each) == _VOLUME}
    claimed = {
        (str(each.at("spec", "claimRef", "namespace")), str(each.at("spec", "claimRef", "name")))
        for each in volumes.values()
        if _keeps_content(each)
    }
    for each in manifests:
        if _sort(each) != _CLAIM:
            continue
        volume = volumes.get(str(each.at("spec", "volumeName")))
        is_static = each.at("spec", "storageClassName") == "" and volume is None
        is_kept = volume is not None and _keeps_content(volume)
        if is_kept or is_static or (each.id.namespace, each.id.name) in claimed:
            yield each.id


def _keeps_content(volume: Manifest) -> bool:
    return volume.at("spec", "persistentVolumeReclaimPolicy") in (None, "Retain")
