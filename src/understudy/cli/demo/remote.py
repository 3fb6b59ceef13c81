"""Makes the demo's remote, clone and listing with git, apart from the user's own git settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy import process
from understudy.cli.demo.contents import (
    BASE,
    BEGINNING,
    LANDED,
    MOVED_ON,
    PULL_REQUESTS,
    Change,
    DemoPullRequest,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_BEGINNING = 1_790_000_000
"""The first commit's date, in seconds since 1970; each later commit is an hour younger."""

_SOMEBODY = "alice"
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": _SOMEBODY,
    "GIT_AUTHOR_EMAIL": f"{_SOMEBODY}@example.org",
    "GIT_AUTHOR_DATE": f"{_BEGINNING + 86400} +0000",
    "GIT_COMMITTER_NAME": _SOMEBODY,
    "GIT_COMMITTER_EMAIL": f"{_SOMEBODY}@example.org",
    "GIT_COMMITTER_DATE": f"{_BEGINNING + 86400} +0000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRemote:
    """A bare repository, a clone of it, and the listing that stands for a forge."""

    folder: Path

    @property
    def bare(self) -> Path:
        """Return where the remote is."""
        return self.folder / "remote.git"

    @property
    def clone(self) -> Path:
        """Return where somebody's clone is."""
        return self.folder / "clone"

    @property
    def cache(self) -> Path:
        """Return where understudy keeps its mirror of the remote."""
        return self.folder / "cache"

    @property
    def listing(self) -> Path:
        """Return the file that lists the open pull requests."""
        return self.folder / "pull-requests.yaml"

    def land(self, pull_request: DemoPullRequest) -> None:
        """Merge a pull request into the base branch, as a person would, and close it."""
        title = f"Merge {pull_request.branch}"
        branch = f"origin/{pull_request.branch}"
        _git(self.clone, "merge", "--quiet", "--no-ff", "-m", title, branch)
        _git(self.clone, "push", "--quiet", "origin", BASE)
        self.list_open(closed={pull_request.number})

    def list_open(self, *, closed: Collection[int] = ()) -> None:
        """Write the listing of the pull requests that are open."""
        heads = _heads(self.bare)
        entries = [
            _entry(one, heads[one.branch]) for one in PULL_REQUESTS if one.number not in closed
        ]
        lines = [f"base: {{branch: {BASE}}}", "pull_requests:", *(f"  - {one}" for one in entries)]
        self.listing.write_text("\n".join(lines) + "\n", encoding="utf-8")


def build(folder: Path) -> DemoRemote:
    """Make everything in an empty folder."""
    remote = DemoRemote(folder=folder)
    _git(folder, "init", "--quiet", "--bare", f"--initial-branch={BASE}", str(remote.bare))
    _git(remote.bare, "fast-import", "--quiet", stdin=_history())
    _git(folder, "clone", "--quiet", str(remote.bare), str(remote.clone))
    remote.list_open()
    return remote


def _history() -> bytes:
    """Return all commits as `git fast-import` reads them."""
    commits = [
        _commit(1, BASE, BEGINNING, parent=0),
        _commit(2, BASE, LANDED, parent=1),
        _commit(3, BASE, MOVED_ON, parent=2),
    ]
    for one in PULL_REQUESTS:
        if one.change is LANDED:
            commits.append(f"reset refs/heads/{one.branch}\nfrom :2\n\n".encode())
        else:
            commits.append(_commit(3 + one.number, one.branch, one.change, parent=1))
    return b"".join(commits)


def _commit(mark: int, branch: str, change: Change, *, parent: int) -> bytes:
    who = f"{change.author} <{change.author}@example.org> {_BEGINNING + 3600 * mark} +0000"
    head = f"commit refs/heads/{branch}\nmark :{mark}\ncommitter {who}\n".encode()
    origin = f"from :{parent}\n".encode() if parent else b""
    files = (
        f"M 100644 inline {path}\n".encode() + _data(text) for path, text in change.files.items()
    )
    return head + _data(change.message) + origin + b"".join(files) + b"\n"


def _data(text: str) -> bytes:
    content = text.encode()
    return f"data {len(content)}\n".encode() + content + b"\n"


def _heads(bare: Path) -> dict[str, str]:
    listed = _git(bare, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
    return dict(line.split(" ") for line in listed.decode().splitlines())


def _entry(one: DemoPullRequest, head: str) -> str:
    """Return one entry as JSON, which is YAML too: one line, easy to change by hand."""
    shown = {
        "number": one.number,
        "head": head,
        "branch": one.branch,
        "title": one.change.message,
        "author": one.change.author,
        "checks": one.checks,
        **({"draft": True} if one.draft else {}),
        **({"depends_on": one.depends_on} if one.depends_on else {}),
    }
    return json.dumps(shown)


def _git(where: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    return process.run(["git", *arguments], cwd=where, env=_ENVIRONMENT, stdin=stdin, deadline=60)
