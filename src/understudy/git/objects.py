"""Objects by hand: commits are written here, and any object is read over one open git."""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import DamagedCacheError
from understudy.core.model import CommitSha, TreeSha

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from understudy.git.command import Git
    from understudy.process import Coprocess

_SHA256_LENGTH = 64
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitObject:
    """All that a commit says. `date` is both dates, in seconds since 1970, in UTC."""

    tree: TreeSha
    parents: tuple[CommitSha, ...]
    identity: str
    date: int
    message: str

    def encode(self) -> bytes:
        """Return the content as git stores it."""
        stamp = f"{self.identity} {self.date} +0000"
        lines = [
            f"tree {self.tree}",
            *(f"parent {parent}" for parent in self.parents),
            f"author {stamp}",
            f"committer {stamp}",
            "",
            self.message,
        ]
        return "\n".join(lines).encode()


def object_id(kind: str, content: bytes, *, like: str) -> str:
    """Return the id of an object in the hash function that the id `like` was made with."""
    function = hashlib.sha256 if len(like) == _SHA256_LENGTH else hashlib.sha1
    return function(_framed(kind, content), usedforsecurity=False).hexdigest()


def write_loose(directory: Path, kind: str, content: bytes, *, like: str) -> str:
    """Write one loose object, uncompressed, so that a reader sees all of it or nothing."""
    name = object_id(kind, content, like=like)
    folder = directory / name[:2]
    target = folder / name[2:]
    if target.exists():
        return name
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"tmp_obj_{name[2:]}"
    unfinished.write_bytes(zlib.compress(_framed(kind, content), level=0))
    unfinished.chmod(_READ_ONLY)
    os.replace(unfinished, target)  # noqa: PTH105 - the call whose atomicity is documented
    return name


def _framed(kind: str, content: bytes) -> bytes:
    return f"{kind} {len(content)}\0".encode() + content


class ObjectReader:
    """Reads objects by any name git understands, over `git cat-file --batch`."""

    def __init__(self, git: Git) -> None:
        """Prepare; git is started at the first reading."""
        self._git = git
        self._batch: Coprocess | None = None
        self._buffer = b""

    def read(self, name: str) -> bytes | None:
        """Return the content of an object; None when there is none of that name."""
        if "\n" in name:
            return None
        if self._batch is None:
            self._batch = self._git.start("cat-file", "--batch")
        self._batch.ask(name.encode(errors="surrogateescape") + b"\n")
        header = self._take_line()
        if header.endswith((b" missing", b" ambiguous")):
            return None
        content = self._take(int(header.rsplit(b" ", 1)[1]) + 1)
        return content[:-1]

    def read_existing(self, name: str) -> bytes:
        """Return the content of an object that was fetched before.

        Raises:
            DamagedCacheError: it is gone.
        """
        content = self.read(name)
        if content is None:
            message = f"The cache has lost the object {name}."
            raise DamagedCacheError(message)
        return content

    def close(self) -> None:
        """End the git behind it."""
        if self._batch is not None:
            self._batch.close()
            self._batch = None

    def _take_line(self) -> bytes:
        while b"\n" not in self._buffer:
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _take(self, size: int) -> bytes:
        parts = [self._buffer]
        held = len(self._buffer)
        while held < size:
            self._buffer = b""
            self._fill()
            parts.append(self._buffer)
            held += len(self._buffer)
        whole = b"".join(parts)
        self._buffer = whole[size:]
        return whole[:size]

    def _fill(self) -> None:
        more = self._batch.read() if self._batch else b""
        if not more:
            message = "Git stopped reading the cache's objects: it is damaged."
            raise DamagedCacheError(message)
        self._buffer += more


def parents_of(commit: bytes) -> Sequence[CommitSha]:
    """Return the parents named in a commit's content."""
    header = commit.partition(b"\n\n")[0]
    return [CommitSha(line[7:].decode()) for line in header.split(b"\n") if line[:7] == b"parent "]


def tree_of(commit: bytes) -> TreeSha:
    """Return the tree named in a commit's content."""
    return TreeSha(commit.partition(b"\n")[0][5:].decode())
