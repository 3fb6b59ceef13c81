"""The reference: what `git merge --no-ff` says and makes in a real work tree, step by step.

It must not know how understudy merges.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.gitenv import clean_environment, dated
from tests.plans import EPOCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Merged:
    """A merge commit with this tree; `changed` is false where the tree is the left one's."""

    tree: str
    changed: bool = True


@dataclass(frozen=True)
class Contained:
    """Already up to date."""


@dataclass(frozen=True)
class Conflicted:
    """The unmerged paths, each as the sides know it."""

    paths: frozenset[str]


@dataclass(frozen=True)
class Failed:
    """Neither merged nor in conflict (trap 38)."""

    message: str


Answer = Merged | Contained | Conflicted | Failed


class WorkTree:
    """A checkout that shares the objects of `store`, in which heads are merged one by one."""

    def __init__(self, store: Path, path: Path) -> None:
        self._path = path
        self._steps = 0
        self._attributed = False
        self._environment = clean_environment(path.parent)
        path.mkdir(parents=True)
        self._git("init", "--quiet", "-b", "oracle")
        alternates = path / ".git" / "objects" / "info" / "alternates"
        alternates.write_text(f"{store.resolve()}/objects\n")

    def start(self, base: str) -> None:
        """Check out the commit on which the heads are merged."""
        self._git("checkout", "--quiet", "--force", "--detach", base)

    def merge(self, head: str) -> Answer:
        """Merge one head; a head that does not merge leaves the checkout as it was."""
        self._steps += 1
        self._renew()
        self._trust_stat_data()
        before, tree = self._id("HEAD"), self._id("HEAD^{tree}")
        done = self._git("merge", "--no-ff", "--no-edit", "--quiet", head, check=False)
        if done.returncode == 0:
            after = self._id("HEAD^{tree}")
            return Merged(after, after != tree) if self._id("HEAD") != before else Contained()
        answer = self._unmerged(done)
        self._git("reset", "--quiet", "--hard", before)
        self._git("clean", "--quiet", "-ffdx")
        return answer

    def tip(self) -> str:
        """Return the commit that has been reached."""
        return self._id("HEAD")

    def _unmerged(self, done: subprocess.CompletedProcess[bytes]) -> Conflicted | Failed:
        listed = self._git("ls-files", "-u", "-z").stdout.split(b"\0")[:-1]
        # A few conflicts of directory renames leave nothing unmerged: git still waits for a person.
        stopped = (self._path / ".git" / "MERGE_HEAD").exists()
        if done.returncode == 1 and (listed or stopped):
            return Conflicted(frozenset(original(row.split(b"\t", 1)[1]) for row in listed))
        return Failed((done.stderr + done.stdout).decode(errors="replace"))

    def _renew(self) -> None:
        # Where attributes come or go, git leaves files that no merge changed as they were written
        # under the old ones, and may refuse to merge over them. What counts is a fresh checkout.
        self._attributed = self._attributed or any(self._path.rglob(".gitattributes"))
        if self._attributed:
            for entry in self._path.iterdir():
                if entry.is_dir() and not entry.is_symlink() and entry.name != ".git":
                    shutil.rmtree(entry)
                elif entry.name != ".git":
                    entry.unlink()
            (self._path / ".git" / "index").unlink()
            self._git("reset", "--quiet", "--hard")

    def _trust_stat_data(self) -> None:
        # A file written in the same second as the index is compared by content, and one that the
        # attributes would normalise then looks changed, so that git refuses to merge over it. A
        # later date on the index stands for the second that would have passed.
        later = time.time() + 60
        os.utime(self._path / ".git" / "index", (later, later))

    def _id(self, name: str) -> str:
        return self._git("rev-parse", "--verify", name).stdout.decode().strip()

    def _git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *arguments],
            cwd=self._path,
            env=dated(self._environment, EPOCH + 1_000_000 + self._steps),
            check=check,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )


def fold(store: Path, base: str, heads: Sequence[str], *, work: Path) -> list[Answer]:
    """Merge the heads one after another onto the base, in a checkout that is then removed."""
    checkout = WorkTree(store, work)
    checkout.start(base)
    answers = [checkout.merge(head) for head in heads]
    shutil.rmtree(work)
    return answers


_LABEL = re.compile(rb"~(HEAD|[0-9a-f]{40})(_\d+)?(?=/|$)")


def original(path: bytes) -> str:
    """Take away the label with which git sets a conflicting path aside; return it as text."""
    return shown(_LABEL.sub(b"", path))


def shown(path: bytes) -> str:
    """Return UTF-8 as it is; other bytes, and what would look quoted, as git quotes them."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        text = '"'
    return '"' + "".join(_quoted(byte) for byte in path) + '"' if text.startswith('"') else text


_NAMED = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
_FIRST_PRINTABLE, _AFTER_PRINTABLE = 0x20, 0x7F


def _quoted(byte: int) -> str:
    if byte in _NAMED:
        return "\\" + _NAMED[byte]
    if _FIRST_PRINTABLE <= byte < _AFTER_PRINTABLE:
        return chr(byte)
    return f"\\{byte:03o}"
