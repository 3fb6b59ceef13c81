"""The files of one revision, read from its tree objects. Satisfies `ports.Tree`.

Symbolic links and submodules are no files here: a link may lead anywhere, and Flux leaves it out of
what it applies (fluxcd/pkg, artifact/storage/archive.go); a submodule's files are elsewhere.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from understudy.core.errors import UsageError
from understudy.core.model import TreeSha
from understudy.core.phrases import shown
from understudy.core.places import outermost
from understudy.git.objects import FILES, FOLDER, TreeEntry, tree_entries
from understudy.git.paths import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from understudy.git.objects import ObjectReader

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_NO_NAMES = frozenset((b"", b".", b".."))
_OF_GIT = b".git"


class GitTree:
    """A tree in an object store that is open. What was read of it once is kept."""

    def __init__(self, reader: ObjectReader, tree: TreeSha) -> None:
        """Take the tree as it is; nothing is read yet."""
        self.id = tree
        self._reader = reader
        self._folders: dict[str, Mapping[str, TreeEntry]] = {}

    def folder_id(self, path: str) -> TreeSha | None:
        """Return the id of a folder's content; see `ports.Tree`."""
        if not path:
            return self.id
        entry = self._entry(path)
        return TreeSha(entry.id) if entry and entry.mode == FOLDER else None

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; see `ports.Tree`."""
        entry = self._entry(path)
        return self._reader.read_existing(entry.id) if entry and entry.mode in FILES else None

    def files(self, folder: str = "") -> Sequence[str]:
        """Return the paths of the files in a folder and below it; see `ports.Tree`."""
        return [path for path, _, _ in self._walk(folder)]

    def export(self, folders: Iterable[str], into: Path) -> None:
        """Write folders below a folder on disk that is empty; see `ports.Tree`."""
        try:
            for folder in outermost(folders):
                self._export(folder, os.fsencode(into / folder))
        except OSError as error:
            raw = error.filename if isinstance(error.filename, bytes) else b""
            name = shown(as_text(raw.removeprefix(os.fsencode(into) + b"/")))
            message = f"The file `{name}` cannot be written to a folder: {error.strerror}."
            hint = "Give it another name if this one is too long, or differs from another's only in"
            raise UsageError(message, hint=f"{hint} upper and lower case.") from error

    def _export(self, folder: str, place: bytes) -> None:
        made: set[bytes] = set()
        for _, name, blob in self._walk(folder):
            target = place + b"/" + name
            parent = target.rpartition(b"/")[0]
            if parent not in made:
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - names are bytes here
                made.add(parent)
            with open(os.open(target, _NEW_FILE, 0o600), "wb") as file:  # noqa: PTH123 - as above
                file.write(self._reader.read_existing(blob))

    def _walk(self, folder: str) -> Iterator[tuple[str, bytes, str]]:
        """Yield path, raw name below `folder`, and blob of each file. Trees may be very deep."""
        top = self.folder_id(folder)
        if top is None:
            return
        prefix = f"{folder}/" if folder else ""
        open_folders = [(prefix, b"", iter(self._entries(top).items()))]
        while open_folders:
            path, name, entries = open_folders[-1]
            text, entry = next(entries, (None, None))
            if text is None or entry is None:
                open_folders.pop()
            elif entry.mode == FOLDER:
                inside = iter(self._entries(entry.id).items())
                open_folders.append((f"{path}{text}/", name + entry.name + b"/", inside))
            elif entry.mode in FILES:
                yield path + text, name + entry.name, entry.id

    def _entry(self, path: str) -> TreeEntry | None:
        folder, tree = path.split("/"), self.id
        for name in folder[:-1]:
            entry = self._entries(tree).get(name)
            if entry is None or entry.mode != FOLDER:
                return None
            tree = TreeSha(entry.id)
        return self._entries(tree).get(folder[-1])

    def _entries(self, tree: str) -> Mapping[str, TreeEntry]:
        known = self._folders.get(tree)
        if known is None:
            content = self._reader.read_existing(tree)
            known = self._folders[tree] = {
                as_text(entry.name): entry
                for entry in tree_entries(content, like=tree)
                if _may_be_on_disk(entry.name)
            }
        return known


def _may_be_on_disk(name: bytes) -> bool:
    """Tell of a name that git would check out: hostile trees have others."""
    return name not in _NO_NAMES and b"/" not in name and name.lower() != _OF_GIT
