"""Renders that are kept on disk, each under the ids of all that it was made of.

An entry that is damaged, or cannot be read or written, is as good as none. Secrets are in it as
they are in Git, encrypted or not, so that only its owner can read it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from understudy.gitops.rendering.parsing import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.model import TreeSha
    from understudy.gitops.objects import Manifest

KEPT = 1024
"""How many files are kept; those that were used last."""

_FORMAT = "2"  # the first one has renders of what is refused now
_Ids = dict[str, "TreeSha"]


class RenderCache:
    """The entries of one folder. `made_with` is all that a render depends on beside its files."""

    def __init__(self, folder: Path, made_with: Iterable[str]) -> None:
        """Take a folder; it is made when something is kept."""
        self._folder = folder
        self._made_with = (_FORMAT, *made_with)

    def folders_of(self, overlay: str, top: TreeSha) -> list[str] | None:
        """Return the folders that an overlay whose own folder is `top` depended on last time."""
        found = self._read("folders", overlay, top)
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return found
        return None

    def manifests_of(self, overlay: str, ids: _Ids) -> tuple[Manifest, ...] | None:
        """Return what an overlay rendered to when its folders had these ids."""
        found = self._read("objects", overlay, *_flat(ids))
        if not isinstance(found, list):
            return None
        return tuple(manifest(body, path=path) for path, body in found)

    def keep(self, overlay: str, ids: _Ids, top: TreeSha, objects: Iterable[Manifest]) -> None:
        """Keep a render."""
        listed = [[each.path, each.body] for each in objects]
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(listed, "objects", overlay, *_flat(ids))
            self._write(sorted(ids), "folders", overlay, top)
            self._make_room()

    def _read(self, *key: str) -> Any:  # noqa: ANN401 - a document
        place = self._place(*key)
        try:
            digest, _, content = place.read_bytes().partition(b"\n")
            os.utime(place)
        except OSError:
            return None
        if digest != _digest(content):
            return None
        return msgspec.json.decode(content)

    def _write(self, value: object, *key: str) -> None:
        content = msgspec.json.encode(value)
        descriptor, unfinished = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_digest(content) + b"\n" + content)
            Path(unfinished).replace(self._place(*key))
        except OSError:
            Path(unfinished).unlink(missing_ok=True)
            raise

    def _place(self, *key: str) -> Path:
        text = msgspec.json.encode([*self._made_with, *key])
        return self._folder / hashlib.sha256(text).hexdigest()

    def _make_room(self) -> None:
        kept = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[KEPT:]:
            file.unlink(missing_ok=True)


def _flat(ids: _Ids) -> list[str]:
    return [word for folder in sorted(ids) for word in (folder, ids[folder])]


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
