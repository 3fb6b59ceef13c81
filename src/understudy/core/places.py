"""Places in a repository: paths from its root, with `/` between names; "" is the root itself."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def joined(folder: str, path: str) -> str | None:
    """Return the place that a path names, as seen from a folder; None where it is outside."""
    if path.startswith("/"):
        return None
    place = posixpath.normpath(posixpath.join(folder, path))
    if place == ".." or place.startswith("../"):
        return None
    return "" if place == "." else place


def is_in(place: str, folder: str) -> bool:
    """Tell whether a place is a folder, or inside it."""
    return not folder or place == folder or place.startswith(f"{folder}/")


def outermost(folders: Iterable[str]) -> list[str]:
    """Leave out each folder that is inside another one."""
    kept: list[str] = []
    for folder in sorted(set(folders), key=lambda path: path.split("/") if path else []):
        if not (kept and is_in(folder, kept[-1])):
            kept.append(folder)
    return kept
