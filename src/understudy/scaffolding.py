"""The use case of `init`: read a clone's work tree, plan what is to be written, write it.

It knows no forge: the text of a forge's files is made elsewhere.
"""

from __future__ import annotations

import difflib
import enum
import errno
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from understudy import __version__
from understudy.core.config import NAMES, Config
from understudy.core.config_file import parse
from understudy.core.errors import ConfigError, UsageError
from understudy.documents import load
from understudy.process import attempt
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIGURATION = NAMES[0]

_USERS_OWN = {"GIT_TERMINAL_PROMPT": "0"}
_DOCUMENTS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTree:
    """The files of a clone. `remote_branch` is origin's default branch, as the clone knows it.

    `origin` is its address, which may hold a credential.
    """

    root: Path
    remote_branch: str | None
    current_branch: str | None
    origin: str | None = field(default=None, repr=False)

    def files(self) -> list[str]:
        """Return the paths of the files that are in git, or would be; no symbolic links."""
        listed = _git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        paths = sorted({*(listed or "").split("\0")} - {""})
        return [
            each for each in paths if (at := self.root / each).is_file() and not at.is_symlink()
        ]

    def read(self, path: str) -> bytes | None:
        """Return a file; None if there is none.

        Raises:
            UsageError: it cannot be read, or is not in the work tree.
        """
        try:
            return self._place(path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"`{path}` cannot be read: {error.strerror}."
            raise UsageError(message, hint="It must be a file that you may read.") from error

    def documents(self, folder: str) -> list[str]:
        """Return the paths of the YAML files in a folder; no folder has none."""
        place = self._place(folder)
        names = sorted(each.name for each in place.iterdir()) if place.is_dir() else []
        # A name with unprintable characters can be neither told nor listened to.
        return [f"{folder}/{n}" for n in names if n.endswith(_DOCUMENTS) and n.isprintable()]

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole, or leave it as it was: half a list of apps would be a list too.

        Raises:
            UsageError: it cannot be written, or is not in the work tree.
        """
        place = self._place(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _replace(place, content)
        except OSError as error:
            message = f"`{path}` cannot be written: {error.strerror}."
            is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            hint = _FULL if is_full else "Make it a file that you may write."
            raise UsageError(message, hint=hint) from error

    def _place(self, path: str) -> Path:
        place = Path(os.path.realpath(self.root / path))
        inside = place.is_relative_to(self.root) and not place.is_relative_to(self.root / ".git")
        if not inside:
            message = f"`{path}` leads out of the work tree, to {place}."
            raise UsageError(message, hint="Put a file or a folder in place of the symbolic link.")
        return place


_FULL = "The disk is full. The file is as it was: make room, and try again."


def _replace(place: Path, content: bytes) -> None:
    """Write beside it first: https://docs.python.org/3/library/os.html#os.replace is atomic.

    A name that can be foretold could be a link in the repository, which leads anywhere.
    """
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
    if mode is not None and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    beside = place.with_name(f".understudy-{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(mode)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


class Change(enum.Enum):
    """What writing a planned file does."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file as it is, if it is, and as it is to be."""

    path: str
    before: bytes | None
    after: bytes

    @property
    def change(self) -> Change:
        """Return what writing it does."""
        if self.before is None:
            return Change.CREATED
        return Change.UNCHANGED if self.before == self.after else Change.CHANGED

    def difference(self) -> list[str]:
        """Return the lines of a unified diff, without credentials in addresses."""
        before, after = (
            (content or b"").decode(errors="replace").splitlines()
            for content in (self.before, self.after)
        )
        of, to = f"a/{self.path}", f"b/{self.path}"
        # A password that changes is a difference too.
        return [redacted(e) for e in difflib.unified_diff(before, after, of, to, lineterm="")]


def open_work_tree(folder: Path) -> WorkTree:
    """Find the work tree around a folder.

    Raises:
        UsageError: there is none.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        message = "There is no work tree of a Git repository here."
        raise UsageError(message, hint="Run it inside a clone of your repository.")
    head = _git(folder, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    return WorkTree(
        root=Path(top).resolve(),
        remote_branch=head.removeprefix("refs/remotes/origin/") if head else None,
        current_branch=_git(folder, "symbolic-ref", "--quiet", "--short", "HEAD"),
        origin=_git(folder, "remote", "get-url", "origin"),
    )


def configuration(tree: WorkTree) -> tuple[str | None, Config]:
    """Return where the configuration is, if there is one, and what holds.

    Raises:
        ConfigError: it cannot be right.
    """
    for name in NAMES:
        content = tree.read(name)
        if content is not None:
            return name, parse(load(content, where=name, failure=ConfigError))
    return None, parse(None)


def planned(tree: WorkTree, path: str, text: str) -> PlannedFile:
    """Plan a file. One with the line ends of Windows keeps them."""
    before, after = tree.read(path), text.encode()
    if before is not None and b"\r\n" in before:
        after = after.replace(b"\n", b"\r\n")
    return PlannedFile(path=path, before=before, after=after)


def write(tree: WorkTree, files: Iterable[PlannedFile]) -> None:
    """Write those that change anything.

    Raises:
        UsageError: one cannot be written.
    """
    for file in files:
        if file.change is not Change.UNCHANGED:
            tree.write(file.path, file.after)


def _git(folder: Path, *arguments: str) -> str | None:
    done = attempt(["git", *arguments], cwd=folder, env=_USERS_OWN)
    return os.fsdecode(done.stdout).removesuffix("\n") if done.code == 0 else None


SCHEMA = (
    "https://raw.githubusercontent.com/understudy-dev/understudy/"
    f"v{__version__}/docs/reference/understudy.schema.json"
)
"""Where editors find what may be in the configuration."""

CONFIGURATION_TEXT = f"""\
# yaml-language-server: $schema={SCHEMA}

# How the staging branch is built. Only the default branch's copy of this file counts, never that
# of a pull request.

# Wherever it is rebuilt, pull requests are read on GitHub, and no branches are taken for them.
forge: github

# Each value here is the default, and there are more keys.
stages:
  staging:
    branch: staging # the branch that builds itself
    drafts: include # or exclude
    forks: trusted # their authors, or heads that got the label `stage`; or exclude, include
    labels:
      exclude: [no-stage] # a pull request with one of these stays out
      require: [] # only those with all of these come in
    checks:
      none: include # those without any check; or wait, exclude
      required: [] # the checks that count; none named: all
      ignore: [] # checks that do not count
    order: number # or incumbents: those on the stage are merged before newcomers
    # What each pull request is told. For the last two the workflow needs one more permission each:
    # run `understudy init` again.
    report:
      status: true # a commit status
      comment: false # a comment, kept up to date
      deployments: false # the environment to which it is deployed
"""
"""The configuration that is written where there is none. On github.com it changes nothing."""
