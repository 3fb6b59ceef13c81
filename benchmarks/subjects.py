"""What is measured on: a repository with pull requests, in a remote that is ours to write to."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from benchmarks.environment import environment, git
from benchmarks.generated import Size, write_stream
from understudy.core.model import CommitSha, PullRequest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A bare repository, its base, and its pull requests in the order of the fold."""

    name: str
    remote: Path
    base_ref: str
    base: CommitSha
    pull_requests: tuple[PullRequest, ...]
    files: int
    history: int
    is_generated: bool


def generated(size: Size, remote: Path) -> Subject:
    """Make a repository of this size from nothing, the same one each time."""
    _initialise(remote)
    stream = remote.parent / "stream"
    with stream.open("wb") as out:
        write_stream(size, out)
    with stream.open("rb") as read:
        command = ["git", "-C", str(remote), "fast-import", "--quiet"]
        subprocess.run(command, stdin=read, env=environment(), check=True)
    stream.unlink()
    name = f"generated, {size.files:,} files, {size.heads} heads"
    return _subject(name, remote, _refs(remote, "refs/pull/*/head"), is_generated=True)


def existing(  # noqa: PLR0913 - what the command line can say of a repository
    path: Path, remote: Path, *, base: str, pattern: str, heads: int, name: str = ""
) -> Subject:
    """Take the newest heads of a repository that is only read: what is written goes beside it."""
    _initialise(remote)
    objects = git(path, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    (remote / "objects/info/alternates").write_text(f"{objects}\n")
    tip = git(path, "rev-parse", f"{base}^{{commit}}")
    newest = reversed(_refs(path, pattern))
    whole = ((number, head) for number, head in newest if _is_whole(path, head, beyond=tip))
    chosen = sorted(islice(whole, heads))
    wanted = {"refs/heads/main": tip}
    wanted |= {f"refs/pull/{number}/head": commit for number, commit in chosen}
    updates = "".join(f"create {ref} {commit}\n" for ref, commit in wanted.items())
    git(remote, "update-ref", "--stdin", stdin=updates)
    called = f"{name or path.resolve().name}, {len(chosen)} heads"
    return _subject(called, remote, chosen, is_generated=False)


def _is_whole(path: Path, head: CommitSha, *, beyond: str) -> bool:
    """Tell whether all that a head brings is there: a partial clone lacks some of it."""
    command = ["git", "-C", str(path), "rev-list", "--objects", "--quiet", head, f"^{beyond}"]
    return (
        subprocess.run(
            command, env=environment(), check=False, stderr=subprocess.DEVNULL
        ).returncode
        == 0
    )


def _initialise(remote: Path) -> None:
    remote.mkdir(parents=True)
    git(remote, "init", "--quiet", "--bare")


def _refs(where: Path, pattern: str) -> list[tuple[int, CommitSha]]:
    """Return (number, commit) by number; a ref without a number is numbered by its age."""
    form = "%(objectname) %(refname)"
    said = git(where, "for-each-ref", "--sort=committerdate", f"--format={form}", pattern)
    found = []
    for place, line in enumerate(said.splitlines(), start=1):
        commit, ref = line.split(" ", 1)
        number = re.search(r"/(\d+)(?:/|$)", ref)
        found.append((int(number.group(1)) if number else place, CommitSha(commit)))
    return sorted(found)


def _subject(
    name: str, remote: Path, heads: list[tuple[int, CommitSha]], *, is_generated: bool
) -> Subject:
    base = CommitSha(git(remote, "rev-parse", "refs/heads/main"))
    return Subject(
        name=name,
        remote=remote,
        base_ref="main",
        base=base,
        pull_requests=tuple(_pull_request(number, commit) for number, commit in heads),
        files=git(remote, "ls-tree", "-r", "--name-only", base).count("\n") + 1,
        history=int(git(remote, "rev-list", "--count", base)),
        is_generated=is_generated,
    )


def _pull_request(number: int, head: CommitSha) -> PullRequest:
    return PullRequest(
        number=number,
        title=f"Change {number}",
        author="somebody",
        head=head,
        head_ref=f"refs/pull/{number}/head",
        base_ref="main",
    )
