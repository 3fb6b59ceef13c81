"""What makes a change safe that the cluster refuses: as commands, where there is one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from understudy.gitops.wedge import policies

if TYPE_CHECKING:
    from understudy.gitops.objects import Manifest, ObjectId


def is_in_use(object_id: ObjectId) -> bool:
    """Tell whether it is a kind that is not deleted before the last pod that uses it is gone."""
    return not object_id.group and object_id.kind in ("PersistentVolume", "PersistentVolumeClaim")


def for_refused(manifest: Manifest) -> str:
    """Return what to do about a change of a field that cannot change."""
    if is_in_use(manifest.id):
        own = "Give it a new name, so that a new one is made beside it."
        return f"{own} Or {_by_hand(manifest.id)}."
    force = f"Give it the annotation `{policies.FORCE}`: Flux then deletes it and makes it again."
    if manifest.id.kind == "StatefulSet":
        by_hand = _by_hand(manifest.id, "--cascade=orphan")
        return f"{force} Or, to keep its pods running, {by_hand}."
    return f"{force} Or {_by_hand(manifest.id)}."


def for_left_over(manifest: Manifest) -> str:
    """Return what to do about a type that a filled-in field stands against."""
    if manifest.id.kind != "Deployment":
        return for_refused(manifest)
    gentle = "Keep `RollingUpdate` with `maxSurge: 0` and `maxUnavailable: 1`: it ends the old pod"
    return f"{gentle} first, too. {for_refused(manifest).replace('Give', 'Or give', 1)}"


def for_size(manifest: Manifest) -> str:
    """Return what to do about a claim whose size cannot change."""
    return f"Leave its size, or give it a new name. Or {_by_hand(manifest.id)}."


def _by_hand(object_id: ObjectId, *options: str) -> str:
    # Not before it is published: Flux makes again what is missing of the published stage.
    order = ", after what uses it" if is_in_use(object_id) else ""
    return (
        "allow it in `isolation.allow` and delete the old one when the stage is"
        f" published{order}: {_deletion(object_id, *options)}"
    )


def _deletion(object_id: ObjectId, *options: str) -> str:
    resource = object_id.kind.lower() + (f".{object_id.group}" if object_id.group else "")
    words = ["kubectl", "delete", resource, object_id.name]
    if object_id.namespace:
        words += ["--namespace", object_id.namespace]
    command = shlex.join([*words, *options])
    # A name is somebody's text, and a command must not be cut.
    return f"`{''.join(each if each.isprintable() else '?' for each in command)}`"
