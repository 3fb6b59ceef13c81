"""Small repositories as data: a plan is printed when a property fails, and built with one stream.

Edits are total: one that cannot apply changes nothing, so that a shrunk plan is still a plan.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.gitenv import IDENTITY, clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "100644"
PROGRAM = "100755"
LINK = "120000"
SUBMODULE = "160000"
EPOCH = 1_700_000_000


@dataclass(frozen=True)
class Entry:
    """What a path holds. A submodule's content is the id of its commit."""

    content: bytes
    mode: str = FILE


Tree = dict[bytes, Entry]


@dataclass(frozen=True)
class Write:
    """Put a file, link or submodule; whatever stands in its way goes."""

    path: bytes
    content: bytes
    mode: str = FILE

    def apply(self, tree: Tree) -> Tree:
        kept = {path: entry for path, entry in tree.items() if not _collide(path, self.path)}
        return {**kept, self.path: Entry(self.content, self.mode)}


@dataclass(frozen=True)
class Remove:
    """Take away a file, or a directory with all below it."""

    path: bytes

    def apply(self, tree: Tree) -> Tree:
        return {path: entry for path, entry in tree.items() if not _within(path, self.path)}


@dataclass(frozen=True)
class Move:
    """Rename a file or a directory; whatever stands in the way goes."""

    old: bytes
    new: bytes

    def apply(self, tree: Tree) -> Tree:
        moved = {path: entry for path, entry in tree.items() if _within(path, self.old)}
        if _within(self.new, self.old):
            return tree
        result = Remove(self.old).apply(tree)
        for path, entry in moved.items():
            target = self.new + path[len(self.old) :]
            result = Write(target, entry.content, entry.mode).apply(result)
        return result


Edit = Write | Remove | Move


@dataclass(frozen=True)
class PlannedCommit:
    """Parents by position in the plan; the edits are made on top of the parents' trees."""

    parents: tuple[int, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Plan:
    """A repository: its commits in order, which of them is the base, and the heads in order."""

    commits: tuple[PlannedCommit, ...]
    base: int
    heads: tuple[int, ...]
    seconds: int = 60
    """From one commit to the next: 0 makes equal dates, less than 0 a clock that goes back."""

    def trees(self) -> list[Tree]:
        """Return the tree of each commit."""
        trees: list[Tree] = []
        for commit in self.commits:
            trees.append(grown(trees, commit))
        return trees


@dataclass(frozen=True)
class Built:
    """A plan that became a bare repository."""

    store: Path
    base: str
    heads: tuple[str, ...]


def grown(trees: list[Tree], commit: PlannedCommit) -> Tree:
    """Return the tree of `commit`, given those of all commits before it."""
    tree: Tree = {}
    for parent in reversed(commit.parents):
        for path, entry in trees[parent].items():
            tree = Write(path, entry.content, entry.mode).apply(tree)
    for edit in commit.edits:
        tree = edit.apply(tree)
    return tree


def build(plan: Plan, store: Path) -> Built:
    """Write the plan as a bare repository with a branch and one ref per head, as a forge has them.

    Where one was built before, the refs move on.
    """
    environment = clean_environment(store.parent)
    _git(["init", "--quiet", "--bare", "-b", "master", str(store)], environment)
    stream = b"".join(_stream(plan))
    marks = store / "plan-marks"
    command = ["-C", str(store), "fast-import", "--quiet", "--force", f"--export-marks={marks}"]
    _git(command, environment, stream)
    ids = dict(line[1:].split() for line in marks.read_text().splitlines())
    marks.unlink()
    heads = tuple(ids[str(head + 1)] for head in plan.heads)
    refs = [f"update refs/heads/master {ids[str(plan.base + 1)]}\n"]
    refs += [f"update refs/pull/{n}/head {head}\n" for n, head in enumerate(heads, 1)]
    refs += [f"delete refs/plan/{n}\n" for n in range(len(plan.commits))]
    _git(["-C", str(store), "update-ref", "--stdin"], environment, "".join(refs).encode())
    return Built(store=store, base=ids[str(plan.base + 1)], heads=heads)


def _stream(plan: Plan) -> Iterator[bytes]:
    for position, (commit, tree) in enumerate(zip(plan.commits, plan.trees(), strict=True)):
        when = EPOCH + position * plan.seconds
        message = f"commit {position}".encode()
        yield b"commit refs/plan/%d\nmark :%d\n" % (position, position + 1)
        yield b"committer %s %d +0000\n" % (IDENTITY, when)
        yield b"data %d\n%s\n" % (len(message), message)
        for word, parent in zip((b"from", *[b"merge"] * 9), commit.parents, strict=False):
            yield b"%s :%d\n" % (word, parent + 1)
        yield b"deleteall\n"
        for path, entry in sorted(tree.items()):
            yield _modify(path, entry)
        yield b"\n"


def _modify(path: bytes, entry: Entry) -> bytes:
    mode = entry.mode.encode()
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    if entry.mode == SUBMODULE:
        return b'M %s %s "%s"\n' % (mode, entry.content, escaped)
    data = b"data %d\n%s\n" % (len(entry.content), entry.content)
    return b'M %s inline "%s"\n%s' % (mode, escaped, data)


def _within(path: bytes, top: bytes) -> bool:
    return path == top or path.startswith(top + b"/")


def _collide(one: bytes, other: bytes) -> bool:
    return _within(one, other) or _within(other, one)


def _git(arguments: list[str], environment: dict[str, str], stdin: bytes = b"") -> None:
    subprocess.run(
        ["git", *arguments], input=stdin, env=environment, check=True, capture_output=True
    )
