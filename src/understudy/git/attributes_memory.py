"""Where the attribute files of one tree were found, kept from one rebuild to the next.

It is taken at its word only if it is whole and the tree is still there; else the search is done
again from the start.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.model import TreeSha

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.git.objects import ObjectReader


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesFile:
    """Where one is, and what is in it. Of another mode than a regular file's, it is none."""

    path: bytes
    mode: str
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A tree and all its attribute files."""

    tree: TreeSha
    entries: tuple[AttributesFile, ...]


def remember(file: Path, found: Remembered) -> None:
    """Keep it. A process that is killed meanwhile leaves the old file or none."""
    fields = [found.tree.encode()]
    for entry in found.entries:
        fields += [entry.mode.encode(), entry.blob.encode(), entry.path]
    content = b"\0".join(fields)
    unfinished = file.with_name(f"tmp_{file.name}")
    unfinished.write_bytes(_checksum(content) + content)
    os.replace(unfinished, file)  # noqa: PTH105 - the call whose atomicity is documented


def recall(file: Path, *, reader: ObjectReader) -> Remembered | None:
    """Return what was kept, if it can still be relied upon."""
    try:
        stored = file.read_bytes()
    except OSError:
        return None
    checksum, content = stored[:_CHECKSUM_SIZE], stored[_CHECKSUM_SIZE:]
    if checksum != _checksum(content):
        return None
    tree, *rest = content.split(b"\0")
    if reader.read(tree.decode()) is None:
        return None
    fields = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    entries = tuple(
        AttributesFile(path=path, mode=mode.decode(), blob=blob.decode())
        for mode, blob, path in fields
    )
    return Remembered(tree=TreeSha(tree.decode()), entries=entries)


_CHECKSUM_SIZE = hashlib.sha256().digest_size


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
