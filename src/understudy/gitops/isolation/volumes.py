"""Where the data of a manifest lies outside of the cluster's own storage, and if it is written.

Persistent volumes, volumes of pods, and values of charts are read alike.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.gitops.isolation.podspecs import is_written, pod_specs
from understudy.gitops.searching import entries, mappings, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A place for data. `path` is what is used of it, None if it is always used as a whole."""

    kind: str
    place: str
    path: str | None = None
    written: bool = True

    def __str__(self) -> str:
        """Return it as people write it: `10.42.2.10:/mnt/media`."""
        return ":".join(filter(None, (self.place, self.path)))

    def overlaps(self, other: Storage) -> bool:
        """Tell whether something is in both."""
        if (self.kind, self.place) != (other.kind, other.place):
            return False
        if self.path is None or other.path is None:
            return self.path == other.path
        return is_within(self.path, other.path) or is_within(other.path, self.path)


def is_within(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or below it; both are normal."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def storages(manifest: Manifest) -> Iterator[Storage]:
    """Return where an object's data lies, but for paths of the node."""
    for _, entry in mappings(manifest):
        for source in (entry.get("nfs"), entry if entry.get("type") == "nfs" else None):
            if isinstance(source, dict):
                written = _written(manifest, entry, source)
                yield from _nfs(source.get("server"), source.get("path"), written)
        csi = entry.get("csi")
        if isinstance(csi, dict):
            yield from _csi(csi, written=_written(manifest, entry, csi))
        for kind, defaults in _DISKS.items():
            disk = entry.get(kind)
            if not isinstance(disk, dict):
                continue
            parts = [default if disk.get(k) in (None, "") else disk[k] for k, default in defaults]
            if None not in parts:
                place = " ".join(map(str, parts))
                written = _written(manifest, entry, disk)
                yield Storage(kind=f"{kind} disk", place=place, written=written)


def node_paths(manifest: Manifest) -> Iterator[Storage]:
    """Return the paths of its node that an object uses."""
    for _, entry in mappings(manifest):
        for key in ("hostPath", "local"):
            source = entry.get(key)
            if key == "hostPath" and entry.get("type") == "hostPath":
                source = {"path": source}  # as a chart's values have it
            if isinstance(source, dict) and (path := text(source.get("path"))).startswith("/"):
                written = _written(manifest, entry, source)
                yield Storage(kind="node", place="", path=_normal(path), written=written)


_DISKS: dict[str, tuple[tuple[str, object], ...]] = {
    "awsElasticBlockStore": (("volumeID", None),),
    "azureDisk": (("diskURI", None),),
    "azureFile": (("secretName", None), ("shareName", None)),
    "cephfs": (("monitors", None), ("path", "/")),
    "cinder": (("volumeID", None),),
    "fc": (("targetWWNs", ()), ("wwids", ()), ("lun", 0)),
    "gcePersistentDisk": (("pdName", None),),
    "glusterfs": (("endpoints", None), ("path", None)),
    "iscsi": (("targetPortal", None), ("iqn", None), ("lun", 0)),
    "portworxVolume": (("volumeID", None),),
    "rbd": (("pool", "rbd"), ("image", None)),
    "vsphereVolume": (("volumePath", None),),
}
"""The fields that say which disk it is, and what stands for one that is not set; None: nothing."""


def _normal(path: str) -> str:
    """Return a path that can be compared: two slashes at its beginning are one."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _nfs(server: object, path: object, written: bool) -> Iterator[Storage]:  # noqa: FBT001
    if text(server) and text(path):
        yield Storage(
            kind="NFS export",
            place=text(server).lower(),
            path=_normal(text(path)),
            written=written,
        )


def _csi(csi: Mapping[str, Any], *, written: bool) -> Iterator[Storage]:
    attributes = csi.get("volumeAttributes")
    told = attributes if isinstance(attributes, dict) else {}
    if text(told.get("server")) and text(told.get("share")):
        below = text(told.get("subDir") or told.get("subdir")).lstrip("/")
        path = posixpath.join(text(told["share"]), below)
        yield from _nfs(told["server"], path, written)
    elif text(told.get("source")).startswith("//"):
        source = text(told["source"]).rstrip("/").lower()
        yield Storage(kind="SMB share", place=source, written=written)
    elif text(csi.get("volumeHandle")):
        place = f"{text(csi.get('driver'))} {text(csi['volumeHandle'])}"
        yield Storage(kind="CSI volume", place=place, written=written)


def _written(manifest: Manifest, entry: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
    """Tell whether anything can be written there, as far as the manifest tells."""
    if entry.get("readOnly") is True or source.get("readOnly") is True:
        return False
    if "ro" in texts(entry.get("mountOptions")):
        return False
    mounts = list(entries(entry.get("globalMounts")))
    if mounts and all(mount.get("readOnly") is True for mount in mounts):
        return False
    specs, name = list(pod_specs(manifest)), text(entry.get("name"))
    return not specs or not name or any(is_written(spec, name) for spec in specs)
