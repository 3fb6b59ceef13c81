"""The language of the stories: a real remote, somebody's clone of it, and rebuilds of its stage.

Commits have pinned dates, a minute apart. What a rebuild did is one text to compare by eye.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict, Unpack
from unittest import mock

from tests.gitenv import clean_environment, dated
from tests.machines import Machine, hostile_machine
from tests.outcomes import Outcome, Printed
from tests.plans import EPOCH
from understudy.core.model import CommitSha, Trigger
from understudy.core.ports import SILENT
from understudy.rebuild import rebuild
from understudy.wiring import Options, open_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BASE = "master"
Files = dict[str, str | bytes | None]
"""Contents by path; None takes a file away."""


class About(TypedDict, total=False):
    """What a pull request says of itself."""

    title: str
    author: str
    labels: Iterable[str]
    draft: bool
    checks: Mapping[str, str]
    depends_on: Iterable[int]
    branch: str
    on: int


@dataclass
class Request:
    """An open pull request, as the listing gives it."""

    number: int
    branch: str
    head: CommitSha
    title: str
    author: str = "ada"
    labels: list[str] = field(default_factory=list)
    draft: bool = False
    checks: dict[str, str] = field(default_factory=dict)
    depends_on: list[int] = field(default_factory=list)


class World:
    """A remote in a folder, and the people and machines around it."""

    def __init__(self, folder: Path) -> None:
        """Make an empty remote and a clone of it."""
        self.folder = folder
        self.remote = folder / "remote.git"
        self.clone = folder / "clone"
        self.listing = folder / "pull-requests.json"
        self.machine = Machine(folder / "machine")
        self.requests: dict[int, Request] = {}
        self._minutes = 0
        self._environment = clean_environment(folder)
        self._run(folder, "init", "--quiet", "--bare", "-b", BASE, str(self.remote))
        self._run(folder, "clone", "--quiet", str(self.remote), str(self.clone))

    # --- what people do --------------------------------------------------------------------------

    def base(self, files: Files, message: str = "Change the base") -> CommitSha:
        """Commit on the base branch and push it."""
        if self.remote_ref(f"refs/heads/{BASE}"):
            self.git("checkout", "--quiet", BASE)
        return self._commit_and_push(BASE, files, message)

    def branch(self, name: str, files: Files, *, on: str = BASE) -> CommitSha:
        """Commit on a new branch that starts at `on`, or go on with the branch; push it."""
        known = self.remote_ref(f"refs/heads/{name}")
        if known:
            self.git("fetch", "--quiet", "origin", name)
        self.git("checkout", "--quiet", "-B", name, known or on)
        return self._commit_and_push(name, files, f"Work on {name}")

    def pull_request(self, number: int, files: Files, **about: Unpack[About]) -> Request:
        """Open a pull request with a branch of its own, on the base or `on` another's branch."""
        branch = about.pop("branch", f"feature/{number}-change")
        parent = about.pop("on", None)
        start = self.requests[parent].head if parent is not None else BASE
        head = self.branch(branch, files, on=start)
        request = Request(number, branch, head, about.pop("title", f"Change {number}"))
        request.author = about.pop("author", request.author)
        request.draft = about.pop("draft", False)
        request.labels = list(about.pop("labels", ()))
        request.checks = dict(about.pop("checks", {}))
        request.depends_on = list(about.pop("depends_on", ()))
        self.requests[number] = request
        return request

    def push(self, number: int, files: Files) -> CommitSha:
        """Commit on the branch of an open pull request and push it."""
        request = self.requests[number]
        request.head = self.branch(request.branch, files)
        return request.head

    def mark(self, number: int, **checks: str) -> None:
        """Let checks report on the head of a pull request."""
        self.requests[number].checks |= checks

    def close(self, number: int) -> None:
        """Close a pull request; its branch stays."""
        del self.requests[number]

    def land(self, number: int) -> CommitSha:
        """Merge a pull request into the base, with a merge commit, and close it."""
        request = self.requests.pop(number)
        self.git("checkout", "--quiet", BASE)
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge {request.branch}", request.head)
        self.git("push", "--quiet", "origin", BASE)
        return self._head()

    def force_base(self, files: Files) -> CommitSha:
        """Rewrite the base: one new commit instead of the last one."""
        self.git("checkout", "--quiet", BASE)
        self.git("reset", "--quiet", "--hard", "HEAD~1")
        return self._commit_and_push(BASE, files, "Rewrite the base")

    def delete_head(self, number: int) -> None:
        """Delete the branch of a pull request that stays listed; the remote forgets its commits."""
        self.git("push", "--quiet", "origin", "--delete", self.requests[number].branch)
        self._run(self.remote, "gc", "--quiet", "--prune=now")

    def move_ref(self, ref: str, commit: str) -> None:
        """Set a ref of the remote to a commit that the remote has."""
        self._run(self.remote, "update-ref", ref, commit)

    # --- what understudy does --------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Return how understudy is told of the remote."""
        return str(self.remote)

    def environment(self) -> dict[str, str]:
        """Return what understudy finds beside what every process on its machine sees."""
        return {}

    def rebuild(
        self,
        *,
        on: Machine | None = None,
        listed: bool = True,
        dry_run: bool = False,
        resume: bool = False,
    ) -> Outcome:
        """Rebuild the stage in this process, from the listing or else from branches."""
        machine = on or self.machine
        listing = self.write_listing() if listed else None
        options = Options(repo=self.address, pull_requests=listing, cache=machine.cache)
        here = mock.patch.dict(os.environ, self.environment())
        with machine.active(), here, open_project(options) as project:
            record = rebuild(
                project, trigger=Trigger(), progress=SILENT, dry_run=dry_run, resume=resume
            )
        return Outcome(record)

    def cli(
        self, *arguments: str, on: Machine | None = None, env: Mapping[str, str] | None = None
    ) -> Printed:
        """Run the real command in the clone, in a process of its own; `env`: not the usual one."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.clone,
            env={
                **(on or self.machine).environment(),
                **(self.environment() if env is None else env),
            },
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Printed(done.returncode, done.stdout.decode(), done.stderr.decode())

    def command(self, *arguments: str) -> list[str]:
        """Return the command line; the word LISTING stands for a listing written now."""
        listing = str(self.write_listing()) if "LISTING" in arguments else ""
        words = [listing if word == "LISTING" else word for word in arguments]
        return [sys.executable, "-m", "understudy", *words]

    def other_machine(self, name: str = "other") -> Machine:
        """Return a machine with another home and cache, and the worst of settings."""
        return hostile_machine(self.folder / name)

    def write_listing(self) -> Path:
        """Write the open pull requests as the plain forge reads them."""
        keep = ("number", "head", "branch", "title", "author", "labels", "draft", "checks")
        entries = []
        for request in self.requests.values():
            entry = {name: getattr(request, name) for name in keep}
            if request.depends_on:
                entry["depends_on"] = request.depends_on
            entries.append(entry)
        document = {"base": {"branch": BASE}, "pull_requests": entries}
        self.listing.write_text(json.dumps(document))
        return self.listing

    # --- what can be seen ------------------------------------------------------------------------

    def remote_ref(self, ref: str) -> str | None:
        """Return what a ref of the remote points at."""
        shown = self._run(self.remote, "for-each-ref", "--format=%(objectname)", ref)
        return shown.strip() or None

    def remote_tree(self, branch: str = "staging") -> dict[str, str]:
        """Return the content of every file on a branch of the remote."""
        listed = self._run(self.remote, "ls-tree", "-r", "-z", "--name-only", branch)
        paths = listed.split("\0")[:-1]
        return {path: self._run(self.remote, "show", f"{branch}:{path}") for path in paths}

    def log(self, branch: str = "staging") -> list[str]:
        """Return the subjects of what was merged, first parents only, down to the base."""
        return self.messages(branch, "--format=%s").splitlines()

    def messages(self, branch: str = "staging", form: str = "--format=%B") -> str:
        """Return the whole messages of what was merged."""
        return self._run(self.remote, "log", "--first-parent", form, f"{BASE}..{branch}")

    def git(self, *arguments: str) -> str:
        """Run git in the clone, a minute after the time before."""
        self._minutes += 1
        return self._run(self.clone, *arguments)

    # --- how -------------------------------------------------------------------------------------

    def _commit_and_push(self, branch: str, files: Files, message: str) -> CommitSha:
        for path, content in files.items():
            target = self.clone / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        self.git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return self._head()

    def _head(self) -> CommitSha:
        return CommitSha(self._run(self.clone, "rev-parse", "HEAD").strip())

    def _run(self, where: Path, *arguments: str) -> str:
        environment = dated(self._environment, EPOCH + 60 * self._minutes)
        done = subprocess.run(
            ["git", *arguments], cwd=where, env=environment, check=False, capture_output=True
        )
        assert done.returncode == 0, f"git {arguments}: {done.stderr.decode()}"
        return done.stdout.decode(errors="surrogateescape")
