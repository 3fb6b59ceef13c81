"""Objects by hand: commits are written here, and any object is read over one open git."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import DamagedCacheError
from understudy.core.model import CommitSha, TreeSha

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from understudy.git.command import Git
    from understudy.process import Coprocess

NAME, EMAIL = "understudy", "noreply@understudy.invalid"
IDENTITY = f"{NAME} <{EMAIL}>"
"""Who makes the commits; `.invalid` can never be somebody's address (RFC 2606)."""

FOLDER = "40000"
FILES = frozenset(("100644", "100755"))
_SHA256_LENGTH = 64
_COMMITTER = re.compile(rb"^committer .*> (\d+) [-+]\d+$", re.MULTILINE)
_READ_ONLY = 0o444
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One entry of a tree; `mode` as git writes it there, FOLDER for another tree."""

    mode: str
    name: bytes
    id: str


def tree_entries(content: bytes, *, like: str) -> Iterator[TreeEntry]:
    """Yield the entries of a tree's content."""
    position, size = 0, len(like) // 2
    while position < len(content):
        space = content.index(b" ", position)
        end = content.index(b"\0", space)
        stop = end + 1 + size
        yield TreeEntry(
            mode=content[position:space].decode(),
            name=content[space + 1 : end],
            id=content[end + 1 : stop].hex(),
        )
        position = stop


def encode_tree(entries: Iterable[TreeEntry]) -> bytes:
    """Return a tree's content, in git's order: a folder's name counts as if a slash ended it."""
    in_order = sorted(entries, key=lambda e: e.name + (b"/" if e.mode == FOLDER else b""))
    return b"".join(e.mode.encode() + b" " + e.name + b"\0" + bytes.fromhex(e.id) for e in in_order)


def object_id(kind: str, content: bytes, *, like: str) -> str:
    """Return the id of an object in the hash function that the id `like` was made with."""
    return _digest(_framed(kind, content), like=like)


def write_loose(directory: Path, kind: str, content: bytes, *, like: str) -> str:
    """Write one loose object, uncompressed, so that a reader sees all of it or nothing."""
    framed = _framed(kind, content)
    name = _digest(framed, like=like)
    folder = directory / name[:2]
    target = folder / name[2:]
    if target.exists():
        return name
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"tmp_obj_{name[2:]}"
    unfinished.write_bytes(zlib.compress(framed, level=0))
    unfinished.chmod(_READ_ONLY)
    os.replace(unfinished, target)  # noqa: PTH105 - the call whose atomicity is documented
    return name


def write_scratch(directory: str, kind: str, content: bytes, *, like: str) -> str:
    """Write one loose object where nobody else looks, and nothing outlives this process."""
    framed = _framed(kind, content)
    name = _digest(framed, like=like)
    folder = f"{directory}/{name[:2]}"
    stored = zlib.compress(framed, level=0)
    try:
        descriptor = os.open(f"{folder}/{name[2:]}", _NEW_FILE, _READ_ONLY)
    except FileExistsError:
        return name
    except FileNotFoundError:
        os.mkdir(folder)  # noqa: PTH102 - done for each merge: paths as text are quicker
        descriptor = os.open(f"{folder}/{name[2:]}", _NEW_FILE, _READ_ONLY)
    try:
        os.write(descriptor, stored)
    finally:
        os.close(descriptor)
    return name


def _digest(framed: bytes, *, like: str) -> str:
    function = hashlib.sha256 if len(like) == _SHA256_LENGTH else hashlib.sha1
    return function(framed, usedforsecurity=False).hexdigest()


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
        if "\n" in name or name.endswith("\r"):
            return None  # git would cut the line there, and answer for another name
        if self._batch is None:
            self._batch = self._git.start("cat-file", "--batch")
        self._batch.ask(name.encode(errors="surrogateescape") + b"\n")
        header = self._take_line()
        if header.endswith((b" missing", b" ambiguous", b" submodule")):
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


def committer_date(commit: bytes) -> int:
    """Return when a commit was committed, in seconds since 1970; 0 where it does not say."""
    match = _COMMITTER.search(commit.partition(b"\n\n")[0])
    return int(match[1]) if match else 0
