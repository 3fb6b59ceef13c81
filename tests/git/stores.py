"""Real bare repositories made commit by commit, and the git of the code under test on them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.gitenv import IDENTITY, clean_environment, dated
from tests.plans import EPOCH, FILE, SUBMODULE, Entry
from understudy.core.model import (
    CommitSha,
    PullRequest,
    Revision,
    TreeSha,
)
from understudy.git.command import Git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Files = dict[str, str | bytes | Entry]


@dataclass(frozen=True)
class Store:
    """One bare repository."""

    path: Path

    @classmethod
    def create(cls, path: Path, *, hashing: str = "sha1") -> Store:
        store = cls(path)
        path.mkdir(parents=True)
        store.git("init", "--quiet", "--bare", "-b", "master", f"--object-format={hashing}")
        return store

    def raw(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=dated(clean_environment(self.path.parent), EPOCH),
            input=stdin,
            check=True,
            capture_output=True,
        ).stdout

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        return self.raw(*arguments, stdin=stdin).decode().strip()

    def commit(
        self, files: Mapping[str, str | bytes | Entry], *parents: str, when: int = EPOCH
    ) -> CommitSha:
        """Write a commit with exactly these files."""
        stream = b"".join(_stream(files, parents, when)) + b"get-mark :1\n"
        return CommitSha(self.git("fast-import", "--quiet", "--force", stdin=stream))

    def commit_of_tree(self, tree: str, *parents: str) -> CommitSha:
        options = [word for parent in parents for word in ("-p", parent)]
        return CommitSha(self.git("commit-tree", "-m", "made by hand", *options, tree))

    def tree(self, *entries: tuple[str, str, str]) -> str:
        """Write a tree of (mode, id, name) as it comes: git checks no name here."""
        kinds = {"040000": "tree", SUBMODULE: "commit"}
        lines = [f"{mode} {kinds.get(mode, 'blob')} {name}\t{path}" for mode, name, path in entries]
        return self.git("mktree", "-z", stdin=b"".join(line.encode() + b"\0" for line in lines))

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def ref(self, name: str, commit: str) -> None:
        self.git("update-ref", name, commit)

    def revision(self, commit: str) -> Revision:
        tree = TreeSha(self.git("rev-parse", "--verify", f"{commit}^{{tree}}"))
        return Revision(commit=CommitSha(commit), tree=tree)

    def tree_of(self, commit: str) -> TreeSha:
        return self.revision(commit).tree

    def paths(self, tree: str) -> list[str]:
        listed = self.raw("ls-tree", "-r", "-z", "--name-only", tree).split(b"\0")[:-1]
        return [path.decode(errors="surrogateescape") for path in listed]

    def opened(self, scratch: Path) -> Git:
        """Return the code under test's git, on this very repository."""
        (scratch / "objects").mkdir(parents=True, exist_ok=True)
        return Git(directory=self.path, scratch=scratch / "objects")

    def lose(self, name: str) -> None:
        """Take a loose object away, as a damaged disk does."""
        (self.path / "objects" / name[:2] / name[2:]).unlink()


def request(number: int, head: str) -> PullRequest:
    """Return a pull request that has nothing special but its head."""
    return PullRequest(
        number=number,
        title=f"Change {number}",
        author="ada",
        head=CommitSha(head),
        head_ref=f"feature/{number}",
        base_ref="master",
    )


def lines(count: int, **changed: str) -> str:
    """Return numbered lines, some of them replaced: `line3="other"`."""
    known = [changed.get(f"line{number}", f"line {number}") for number in range(1, count + 1)]
    return "".join(f"{line}\n" for line in known)


def _stream(
    files: Mapping[str, str | bytes | Entry], parents: tuple[str, ...], when: int
) -> Iterator[bytes]:
    yield b"commit refs/made/last\nmark :1\ncommitter %s %d +0000\n" % (IDENTITY, when)
    yield b"data 4\nmade\n"
    for word, parent in zip((b"from", *[b"merge"] * 9), parents, strict=False):
        yield b"%s %s\n" % (word, parent.encode())
    yield b"deleteall\n"
    for path, content in files.items():
        yield _modify(path.encode(errors="surrogateescape"), _entry(content))
    yield b"\n"


def _entry(content: str | bytes | Entry) -> Entry:
    if isinstance(content, Entry):
        return content
    return Entry(content.encode() if isinstance(content, str) else content, FILE)


def _modify(path: bytes, entry: Entry) -> bytes:
    quoted = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    mode = entry.mode.encode()
    if entry.mode == SUBMODULE:
        return b'M %s %s "%s"\n' % (mode, entry.content, quoted)
    return b'M %s inline "%s"\ndata %d\n%s\n' % (mode, quoted, len(entry.content), entry.content)
