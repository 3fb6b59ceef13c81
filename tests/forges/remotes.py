"""A small real remote for the forges: git itself, without the mirror."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.gitenv import clean_environment, dated
from understudy.core.model import CommitSha

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class SmallRemote:
    """A bare repository, read as `ports.Remote` asks, and written to by tests."""

    folder: Path

    def advertised(self, patterns: Sequence[str]) -> dict[str, CommitSha]:
        lines = self.git("ls-remote", "--refs", str(self.folder), *patterns).splitlines()
        return {ref: CommitSha(sha) for sha, ref in (line.split("\t") for line in lines)}

    def default_branch(self) -> str | None:
        first = self.git("ls-remote", "--symref", str(self.folder), "HEAD").partition("\t")[0]
        return first.removeprefix("ref: refs/heads/") if first.startswith("ref: ") else None

    def notes(self, ref: str, commits: Iterable[CommitSha]) -> dict[CommitSha, bytes]:
        listed = self.git("notes", f"--ref={ref}", "list") if self.advertised([ref]) else ""
        blobs = {commit: blob for blob, commit in map(str.split, listed.splitlines())}
        return {
            commit: self.git("cat-file", "blob", blobs[commit]).encode("utf-8", "surrogateescape")
            for commit in commits
            if commit in blobs
        }

    def commit(self, *refs: str) -> CommitSha:
        """Make a commit of its own for each ref; return the last."""
        tree = self.git("mktree", said="")
        sha = ""
        for ref in refs:
            sha = self.git("commit-tree", tree, "-m", ref)
            self.git("update-ref", ref, sha)
        return CommitSha(sha)

    def note(self, commit: CommitSha, text: str) -> None:
        """Append to the note on a commit, as `git notes append` does."""
        self.git("notes", "--ref=checks", "append", "-F", "-", commit, said=text)

    def git(self, *arguments: str, said: str | None = None) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            check=True,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            input=said,
            env=dated(clean_environment(self.folder), 1_700_000_000),
        )
        return done.stdout.strip("\n")


def make_remote(folder: Path) -> SmallRemote:
    """Make a remote whose default branch `main` has a commit."""
    folder.mkdir()
    remote = SmallRemote(folder)
    remote.git("init", "--quiet", "--bare", "-b", "main")
    remote.commit("refs/heads/main")
    return remote
