"""The pods of a manifest: their containers, ports, environment and volumes, of whatever kind it is.

A manifest makes pods where it has a list of containers: so do kinds that nobody here has heard of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from understudy.gitops.searching import entries, mappings, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.gitops.objects import Manifest

PodSpec = Mapping[str, Any]
Container = Mapping[str, Any]


def pod_specs(manifest: Manifest) -> Iterator[PodSpec]:
    """Return what each of its pods is made of."""
    for _, mapping in mappings(manifest):
        listed = mapping.get("containers")
        if isinstance(listed, list) and any("image" in each for each in entries(listed)):
            yield mapping


def containers(spec: PodSpec) -> Iterator[Container]:
    """Return all containers of a pod, those that run before it begins included."""
    for key in ("initContainers", "containers", "ephemeralContainers"):
        if isinstance(spec.get(key), list):
            yield from entries(spec[key])


def is_written(spec: PodSpec, volume: str) -> bool:
    """Tell whether a container of the pod can write to a volume of this name.

    Kinds that make pods of their own, such as `Prometheus`, have mounts beside the containers.
    """
    return any(
        text(mount.get("name")) == volume and mount.get("readOnly") is not True
        for mounted in (spec, *containers(spec))
        for mount in entries(mounted.get("volumeMounts"))
    )


def environment(container: Container) -> dict[str, str]:
    """Return the variables whose value is told in the manifest itself."""
    return {
        name: value
        for each in entries(container.get("env"))
        if (name := text(each.get("name"))) and isinstance(value := each.get("value"), str)
    }
