"""A work tree that holds nothing but `.gitattributes` files: those of the left side of a merge.

`git merge` in a work tree reads attributes from the files checked out there, which are the left
side's, nested ones included. A bare mirror has none, and git 2.39 has no option that names a tree
to take them from. So merge-tree is given a work tree with just these files: the same code of git
then reads the same attributes. Filters and merge drivers they may name are defined nowhere, for
no configuration but ours is read: no program of content's choosing can run.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from understudy.core.model import TreeSha
from understudy.git.attributes_memory import AttributesFile, Remembered, recall, remember
from understudy.git.objects import object_id

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.git.objects import ObjectReader
    from understudy.git.watched import WatchedPaths

NAME = b".gitattributes"
PATHSPEC = ":(glob)**/.gitattributes"
_REGULAR = frozenset({"100644", "100755"})
_NEVER = frozenset({b"", b".", b"..", b".git"})


class AttributesWorkTree:
    """The folder, and the tree whose attribute files it holds."""

    def __init__(
        self, folder: Path, *, memory: Path, reader: ObjectReader, watched: WatchedPaths
    ) -> None:
        """Start with an empty folder: the attributes of an empty tree."""
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._memory = memory
        self._reader = reader
        self._watched = watched
        self._tree: TreeSha | None = None

    def follow(self, tree: TreeSha) -> bool:
        """Make the folder that of `tree`; tell whether any file had to change."""
        if tree == self._tree:
            return False
        relevant = self._first(tree) if self._tree is None else self._changed(self._tree, tree)
        for entry in sorted(relevant, key=lambda entry: entry.mode in _REGULAR):
            self._place(entry)
        self._tree = tree
        return bool(relevant)

    def _first(self, tree: TreeSha) -> list[AttributesFile]:
        """Find all attribute files of a tree, from those of the tree where it was done before.

        On a hundred thousand files the search takes as long as a hundred merges.
        """
        known = recall(self._memory, reader=self._reader)
        before = known.tree if known else TreeSha(object_id("tree", b"", like=tree))
        entries = {entry.path: entry for entry in known.entries} if known else {}
        entries |= {entry.path: entry for entry in self._changed(before, tree)}
        found = [entry for entry in entries.values() if entry.mode in _REGULAR]
        if known is None or known.tree != tree:
            remember(self._memory, Remembered(tree=tree, entries=tuple(found)))
        return found

    def _changed(self, before: TreeSha, after: TreeSha) -> list[AttributesFile]:
        changed = self._watched.changed(before, after)
        return [
            AttributesFile(path=entry.path, mode=entry.mode, blob=entry.blob)
            for entry in changed
            if is_attributes_file(entry.path)
        ]

    def fits(self, tree: TreeSha, base: TreeSha) -> bool:
        """Tell, as far as is known already, whether the folder is right for `tree` as it stands."""
        return self._tree == tree or (
            self._tree == base and self._watched.is_known_as_in_base(tree)
        )

    def _place(self, entry: AttributesFile) -> None:
        target = os.path.join(os.fsencode(self.folder), entry.path)  # noqa: PTH118 - bytes
        if entry.mode not in _REGULAR:
            # Gone, or a symbolic link, which git does not follow for attributes.
            with suppress(OSError):
                os.unlink(target)  # noqa: PTH108 - bytes
                _remove_empty_folders(os.path.dirname(target), self.folder)  # noqa: PTH120 - bytes
            return
        content = self._reader.read_existing(entry.blob)
        # A path that no file system takes is one that no checkout could have read either.
        with suppress(OSError):
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
            with open(target, "wb") as file:  # noqa: PTH123 - bytes
                file.write(content)


def is_attributes_file(path: bytes) -> bool:
    """Tell whether git reads attributes there, and a file may be put there without harm."""
    parts = path.split(b"/")
    return parts[-1] == NAME and not any(part.lower() in _NEVER for part in parts)


def _remove_empty_folders(folder: bytes, stop: Path) -> None:
    while folder != os.fsencode(stop):
        try:
            os.rmdir(folder)  # noqa: PTH106 - bytes
        except OSError:
            return
        folder = os.path.dirname(folder)  # noqa: PTH120 - bytes
