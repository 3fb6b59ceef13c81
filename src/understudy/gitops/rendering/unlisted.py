"""A folder without a kustomization: what Flux would name in one, if it made it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from understudy.core import places
from understudy.gitops.rendering.kustomization import NAMES

if TYPE_CHECKING:
    from understudy.core.ports import Tree


def stands_for(tree: Tree, root: str) -> list[str]:
    """Return the paths that Flux would name; none, where the folder has a kustomization."""
    if _has_kustomization(tree, root):
        return []
    files = tree.files(root)
    folders = set(map(posixpath.dirname, files))
    entries = places.outermost(folder for folder in folders if _has_kustomization(tree, folder))
    loose = [file for file in files if not any(places.is_in(file, folder) for folder in entries)]
    return sorted([*entries, *(file for file in loose if file.endswith((".yaml", ".yml")))])


def _has_kustomization(tree: Tree, folder: str) -> bool:
    return any(tree.read(posixpath.join(folder, name)) is not None for name in NAMES)
