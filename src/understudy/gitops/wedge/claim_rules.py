"""What the API server lets nobody change of a claim for storage, and of templates for claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.gitops.quantities import amount
from understudy.gitops.wedge.fields import Change, changes, without_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.gitops.objects import Manifest

SIZE = "spec.resources.requests.storage"


def bound(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare the class and the volume: where none is named, the cluster has filled one in.

    core: ValidatePersistentVolumeClaimUpdate; the class is set by the admission plug-in
    DefaultStorageClass, the volume when the claim is bound.
    """
    for key in ("storageClassName", "volumeName"):
        was, becomes = before.at("spec", key), after.at("spec", key)
        if was != becomes:
            is_certain = was is not None
            yield Change(field=f"spec.{key}", before=was, after=becomes, is_certain=is_certain)


def data_source(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare what it is filled from: of the two fields one is copied from the other."""
    was, becomes = _data_source(before), _data_source(after)
    yield from changes("spec.dataSourceRef", was, becomes)


def _data_source(manifest: Manifest) -> object:
    named = manifest.at("spec", "dataSourceRef") or manifest.at("spec", "dataSource")
    return without_empty(named) or None


def templates(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare the claims that a StatefulSet makes: not even a label of them can change.

    apps: ValidateStatefulSetUpdate
    """
    field = "spec.volumeClaimTemplates"
    yield from changes(field, _templates(before) or None, _templates(after) or None)


def _templates(manifest: Manifest) -> list[Any]:
    found = manifest.at("spec", "volumeClaimTemplates")
    return [_template(each) for each in found] if isinstance(found, list) else []


def _template(claim: object) -> object:
    if not isinstance(claim, dict):
        return claim
    # The API server writes these itself: pkg/apis/apps/v1/conversion.go, defaults.go
    own = {key: each for key, each in claim.items() if key in ("metadata", "spec")}
    tidy: dict[str, Any] = without_empty(own)
    spec = tidy.get("spec")
    if isinstance(spec, dict) and spec.get("volumeMode") == "Filesystem":
        del spec["volumeMode"]
    return tidy


def shrunk(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Find a claim that asks for less than it has.

    core: ValidatePersistentVolumeClaimUpdate
    """
    if _growth(before, after) < 0:
        yield _size(before, after)


def grown_in_vain(
    before: Manifest, after: Manifest, classes: Iterable[Manifest]
) -> Iterator[Change]:
    """Find a claim that grows, where the cluster is known not to let it.

    plugin/pkg/admission/storage/persistentvolume/resize: only with a class that allows it.
    """
    if _growth(before, after) <= 0:
        return
    name = after.at("spec", "storageClassName")
    known = {each.id.name: each.at("allowVolumeExpansion") is True for each in classes}
    if name == "" or known.get(str(name)) is False:
        yield _size(before, after)


def _growth(before: Manifest, after: Manifest) -> int:
    was, becomes = (amount(each.at(*SIZE.split("."))) for each in (before, after))
    if was is None or becomes is None:
        return 0
    return (becomes > was) - (becomes < was)


def _size(before: Manifest, after: Manifest) -> Change:
    was, becomes = (each.at(*SIZE.split(".")) for each in (before, after))
    return Change(field=SIZE, before=was, after=becomes)
