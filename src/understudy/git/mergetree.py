"""One `git merge-tree` for a whole fold: a pair of commits in, what a merge of them gives out.

Before 2.49 git did not flush its answers, so whoever waits for one waits for ever. How this git
can be made to answer is found by asking it, never assumed from its version.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from typing import TYPE_CHECKING, Self

from understudy.core.errors import MergeError, ProcessTimeoutError
from understudy.git.conflicts import Answer, IncompleteAnswerError, parse_answer

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.core.model import CommitSha
    from understudy.git.command import Git
    from understudy.process import Coprocess

_COMMAND = ("merge-tree", "--write-tree", "--stdin", "-z", "--messages")
_FLUSHING_VERSION = (2, 49)
_FAILURE = re.compile(rb"^(?:error|fatal): ", re.MULTILINE)
_PROBE_SECONDS = 2.0
_MERGE_SECONDS = 300.0
_BUFFER_SIZES = (4096, 16384)
"""Of git's output. Padding for a larger one would fill both pipes, and both sides would wait."""
_UNBUFFERED = ("stdbuf", "-o0")


class MergeTreeEndedError(MergeError):
    """Git gave up on a pair of commits and ended. The message is what it said."""


class MergeTree:
    """An open `git merge-tree --stdin` whose work tree is a folder of attribute files."""

    def __init__(self, git: Git, *, attributes: Path, version: str) -> None:
        """Prepare; git is started at the first merge."""
        self._git = git
        self._attributes = attributes
        self._probe = b""
        self._ways = _ways_to_answer(version)
        self._process: Coprocess | None = None
        self._proven = False
        self._padding = 0
        self._heard = 0
        self._ahead: tuple[CommitSha, CommitSha] | None = None
        self._owed = 0
        self._buffer = bytearray()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object

    def merge(self, left: CommitSha, head: CommitSha) -> Answer:
        """Merge two commits that exist.

        Raises:
            MergeTreeEndedError: git could not merge them at all. It is started again when needed.
        """
        if self._ahead != (left, head):
            self.ask_ahead(left, head)
        self._skip_owed(left, head)
        process, self._ahead = self._ready(), None
        answer = self._next_answer(process, _MERGE_SECONDS)
        self._owed = self._padding
        if self._complains():
            raise self._ended()
        return answer

    def ask_ahead(self, left: CommitSha, head: CommitSha) -> None:
        """Have git begin a merge that is likely to be the next, so that nobody waits for it."""
        self._probe = f"{left} {left}\n".encode()
        process = self._ready()
        if self._ahead is not None:
            self._owed += 1 + self._padding
        process.ask(f"{left} {head}\n".encode() + self._probe * self._padding)
        self._ahead = left, head

    def begin(self, commit: CommitSha) -> None:
        """Have git start while others work. `commit` is any that exists."""
        if self._process is None and self._ways:
            self._probe = f"{commit} {commit}\n".encode()
            self._launch()

    def restart(self) -> None:
        """End git, for it remembers attributes: the next merge reads them anew."""
        if self._process is not None:
            self._process.close()
        self._process = None
        self._proven = False
        self._ahead = None
        self._owed = 0
        self._buffer.clear()

    def close(self) -> None:
        """End git for good."""
        self.restart()
        self._errors.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _ready(self) -> Coprocess:
        """Return a git that was seen to answer."""
        while self._ways:
            process = self._process or self._launch()
            if self._proven or self._answers(process):
                self._proven = True
                return process
            self.restart()
            self._ways.pop(0)
        message = "git merge-tree gives no answers here."
        raise MergeError(message, hint="Try another version of git; 2.39 is the oldest.")

    def _launch(self) -> Coprocess:
        prefix, self._padding = self._ways[0]
        self._process = self._git.start_merging(
            *_COMMAND, attributes=self._attributes, prefix=prefix, errors=self._errors
        )
        self._process.ask(self._probe * (1 + self._padding))
        return self._process

    def _answers(self, process: Coprocess) -> bool:
        try:
            self._next_answer(process, _PROBE_SECONDS)
        except (ProcessTimeoutError, MergeTreeEndedError):
            return False
        self._owed = self._padding
        return True

    def _skip_owed(self, left: CommitSha, head: CommitSha) -> None:
        """Read past answers that nobody waits for. If one of them ended git, ask again."""
        while self._owed and self._process is not None:
            try:
                self._next_answer(self._process, _MERGE_SECONDS)
                self._owed -= 1
            except MergeTreeEndedError:
                self.ask_ahead(left, head)

    def _next_answer(self, process: Coprocess, seconds: float) -> Answer:
        while True:
            if self._padding or self._buffer.endswith(b"\0"):
                try:
                    answer, used = parse_answer(self._buffer)
                except IncompleteAnswerError:
                    pass
                else:
                    del self._buffer[:used]
                    return answer
            more = process.read(seconds)
            if not more:
                raise self._ended()
            self._buffer += more

    def _complains(self) -> bool:
        """Tell whether git said that something failed: an answer beside that is worth nothing.

        Git 2.39 takes a tree that it cannot read for an empty one, and goes on (trap 38).
        """
        descriptor = self._errors.fileno()
        size = os.fstat(descriptor).st_size
        if size == self._heard:
            return False
        said, self._heard = os.pread(descriptor, size, self._heard), size
        return _FAILURE.search(said) is not None

    def _ended(self) -> MergeTreeEndedError:
        self.restart()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        self._errors.seek(0)
        self._errors.truncate()
        self._heard = 0
        return MergeTreeEndedError(said[-1] if said else "git ended without a word")


def _ways_to_answer(version: str) -> list[tuple[tuple[str, ...], int]]:
    """Return (command prefix, padding answers) to try in turn, the likeliest first.

    Padding pushes a real answer out of git's buffer with answers that nobody asked for.
    """
    ways: list[tuple[tuple[str, ...], int]] = []
    try:
        found = tuple(int(part) for part in version.split(".")[:2])
    except ValueError:
        found = ()
    if found >= _FLUSHING_VERSION:
        ways.append(((), 0))
    if shutil.which(_UNBUFFERED[0]):
        ways.append((_UNBUFFERED, 0))
    shortest_answer = len("1") + 40 + 4
    ways.extend(((), size // shortest_answer + 1) for size in _BUFFER_SIZES)
    return ways
