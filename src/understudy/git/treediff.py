"""The paths in which two trees differ, over one open `git diff-tree`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import DamagedCacheError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.core.model import TreeSha
    from understudy.git.command import Git
    from understudy.process import Coprocess

ABSENT = "000000"
# A line that is no pair of ids is echoed, and flushes: it marks the end of an answer.
_END = b".\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPath:
    """A path, and what two trees have there: mode ABSENT means nothing."""

    path: bytes
    mode_before: str
    blob_before: str
    mode: str
    blob: str


class TreeDiff:
    """Compares trees. `pathspecs` may narrow what is looked at, so that less is read."""

    def __init__(self, git: Git, *, pathspecs: Sequence[str] = ()) -> None:
        """Prepare; git is started at the first comparison."""
        self._git = git
        self._pathspecs = pathspecs
        self._process: Coprocess | None = None

    def changed(self, before: TreeSha, after: TreeSha) -> list[ChangedPath]:
        """Return every path that differs, without following renames."""
        if before == after:
            return []
        process = self.begin()
        question = f"{before} {after}\n".encode()
        process.ask(question + _END)
        answer = self._answer(process)
        if not answer.startswith(question):
            message = f"The cache has lost the tree {before} or {after}."
            raise DamagedCacheError(message)
        return list(_entries(answer[len(question) :]))

    def begin(self) -> Coprocess:
        """Start git, if it has not been started."""
        if self._process is None:
            options = ("--stdin", "-r", "-z", "--raw", "--no-abbrev", "--no-renames")
            self._process = self._git.start("diff-tree", *options, "--", *self._pathspecs)
        return self._process

    def close(self) -> None:
        """End git."""
        if self._process is not None:
            self._process.close()
            self._process = None

    @staticmethod
    def _answer(process: Coprocess) -> bytes:
        parts = bytearray()
        while not _is_whole(parts):
            more = process.read()
            if not more:
                message = "Git stopped comparing trees: the cache is damaged."
                raise DamagedCacheError(message)
            parts += more
        return bytes(parts[: -len(_END)])


def _is_whole(answer: bytearray) -> bool:
    # A path may look like the mark of the end, so the fields before it must come in pairs.
    # Of a tree that is lost, git says nothing at all.
    ends = answer == _END or answer.endswith((b"\0" + _END, b"\n" + _END))
    return ends and answer.count(b"\0") % 2 == 0


def _entries(answer: bytes) -> Iterator[ChangedPath]:
    fields = iter(answer.split(b"\0"))
    for about in fields:
        if not about:
            return
        before, mode, blob_before, blob, _ = about.decode().removeprefix(":").split(" ")
        yield ChangedPath(
            path=next(fields),
            mode_before=before,
            blob_before=blob_before,
            mode=mode,
            blob=blob,
        )
