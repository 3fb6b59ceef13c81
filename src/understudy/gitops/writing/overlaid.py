"""The files of a tree with some of them as they are to be. Satisfies `ports.Tree`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from understudy.core.model import TreeSha

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from understudy.core.ports import Tree
    from understudy.gitops.writing.drafts import Draft


class Overlaid:
    """A tree, and drafts in place of its files."""

    def __init__(self, tree: Tree, drafts: Iterable[Draft]) -> None:
        """Take both as they are; nothing is written."""
        self._tree = tree
        self._drafts = {each.path: each.text.encode() for each in drafts}

    def folder_id(self, path: str) -> TreeSha | None:
        """Return what tells a folder's content from any other; see `ports.Tree`."""
        below = self._drafts_below(path)
        before = self._tree.folder_id(path)
        if not below:
            return before
        told = hashlib.sha256(repr((before, sorted(below.items()))).encode())
        return TreeSha(told.hexdigest()[:40])

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; see `ports.Tree`."""
        found = self._drafts.get(path)
        return self._tree.read(path) if found is None else found

    def files(self, folder: str = "") -> Sequence[str]:
        """Return the paths of the files in a folder and below it; see `ports.Tree`."""
        return sorted({*self._tree.files(folder), *self._drafts_below(folder)})

    def export(self, folders: Iterable[str], into: Path) -> None:
        """Write folders below a folder on disk; see `ports.Tree`."""
        wanted = list(folders)
        self._tree.export([f for f in wanted if self._tree.folder_id(f) is not None], into)
        for folder in wanted:
            for path, content in self._drafts_below(folder).items():
                place = into / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)

    def _drafts_below(self, folder: str) -> dict[str, bytes]:
        inside = f"{folder}/" if folder else ""
        return {path: text for path, text in self._drafts.items() if path.startswith(inside)}
