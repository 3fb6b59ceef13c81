"""Paths that keep the base's version on stage, whatever a pull request does to them (trap 20)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.core.model import TreeSha
from understudy.git.objects import (
    FOLDER,
    TreeEntry,
    encode_tree,
    object_id,
    tree_entries,
    write_scratch,
)
from understudy.git.treediff import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from understudy.git.objects import ObjectReader
    from understudy.git.treediff import ChangedPath

_WILD = re.compile(r"[*?\[\\]")


class PinnedPaths:
    """Patterns as in `.gitignore` with a leading slash: `*` stays in a folder, `**` does not."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile the patterns once for a fold."""
        self.patterns = patterns
        either = b"|".join(_translated(pattern) for pattern in patterns)
        # What names a folder pins all that is in it.
        whole = b"(?:" + either + rb")(?:/.*)?\Z"
        self._matcher = re.compile(whole, re.DOTALL) if patterns else None

    def has(self, path: bytes) -> bool:
        """Tell whether a path is pinned."""
        return self._matcher is not None and self._matcher.match(path) is not None

    def among(self, changed: Iterable[ChangedPath]) -> list[ChangedPath]:
        """Return those of the changed paths that are pinned."""
        return [entry for entry in changed if self.has(entry.path)]

    def pathspecs(self) -> list[str]:
        """Return literal pathspecs under which every pinned path lies: coarser, never finer."""
        return [_literal_folder(pattern) for pattern in self.patterns]


def restored(
    tree: TreeSha, pinned: Iterable[ChangedPath], *, reader: ObjectReader, scratch: Path
) -> TreeSha:
    """Return `tree` with the changed pinned paths as they were before.

    Only the trees on the way to them are written, into the scratch.
    """
    changed = list(pinned)
    # What has to go goes first: a file may have taken the place of a folder, or the other way.
    for entry in sorted(changed, key=lambda entry: entry.mode_before != ABSENT):
        former = None
        if entry.mode_before != ABSENT:
            former = TreeEntry(mode=entry.mode_before, name=b"", id=entry.blob_before)
        tree = TreeSha(_with(tree, entry.path, former, reader=reader, scratch=scratch))
    return tree


def _with(
    tree: str, path: bytes, former: TreeEntry | None, *, reader: ObjectReader, scratch: Path
) -> str:
    name, _, rest = path.partition(b"/")
    entries = {entry.name: entry for entry in tree_entries(reader.read_existing(tree), like=tree)}
    inside = entries.pop(name, None)
    if rest:
        below = inside.id if inside and inside.mode == FOLDER else object_id("tree", b"", like=tree)
        found = _with(below, rest, former, reader=reader, scratch=scratch)
        if found != object_id("tree", b"", like=tree):
            entries[name] = TreeEntry(mode=FOLDER, name=name, id=found)
    elif former is not None:
        entries[name] = replace(former, name=name)
    return write_scratch(str(scratch), "tree", encode_tree(entries.values()), like=tree)


def _translated(pattern: str) -> bytes:
    expression = ""
    for part in re.split(r"(\*\*/|/\*\*\Z|\*\*|\*|\?)", pattern.strip("/")):
        expression += _PARTS.get(part, re.escape(part))
    return expression.encode()


_PARTS = {"**/": "(?:.*/)?", "/**": "/.+", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _literal_folder(pattern: str) -> str:
    parts = pattern.strip("/").split("/")
    literal = []
    for part in parts:
        if _WILD.search(part):
            break
        literal.append(part)
    return ":(literal)" + "/".join(literal) if literal else ":/"
