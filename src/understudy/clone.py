"""The clone that a person works in: its revisions, and its files as they are now.

It is only read. What git has to make for that goes to a folder that is thrown away.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.core.config import NAMES
from understudy.core.config_file import parse
from understudy.core.errors import ConfigError, DamagedCacheError, UsageError
from understudy.core.model import CommitSha, TreeSha
from understudy.core.phrases import shown
from understudy.documents import load
from understudy.git.command import Git, installed_version
from understudy.git.objects import ObjectReader, tree_of
from understudy.git.trees import GitTree
from understudy.process import Completed, attempt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.core.config import Config
    from understudy.core.ports import Tree

_USERS_OWN = {"GIT_TERMINAL_PROMPT": "0"}
# A person's hooks and caches are for what that person does.
_AS_A_GUEST = (
    *("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false"),
    *("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false"),
    *("-c", "advice.addEmbeddedRepo=false", "-c", "core.safecrlf=false"),
)
_LIKELY_BASES = ("main", "master")


@contextmanager
def open_clone(folder: Path) -> Iterator[Clone]:
    """Open the clone that a folder is in.

    Raises:
        UsageError: it is in none, or the clone cannot be read.
    """
    installed_version()
    top = attempt(["git", "rev-parse", "--show-toplevel"], cwd=folder, env=_USERS_OWN)
    if top.code != 0 or not top.stdout.strip():
        message = f"`{shown(str(folder))}` is in no Git clone with files: {_said(top)}."
        raise UsageError(message, hint="Run inside a clone of the repository.")
    root = Path(os.fsdecode(top.stdout.rstrip(b"\n")))
    with tempfile.TemporaryDirectory(prefix="understudy-clone-") as scratch:
        place = Path(os.path.realpath(scratch))
        (place / "objects").mkdir()
        git = Git(directory=_git_folder(root), scratch=place / "objects")
        reader = ObjectReader(git)
        try:
            yield Clone(root, git, reader)
        except DamagedCacheError as error:
            message = f"The clone in `{shown(str(root))}` cannot be read: {error.message}"
            raise UsageError(message, hint="Look at it with `git fsck`.") from error
        finally:
            reader.close()


class Clone:
    """A clone that is open. Remote-tracking refs are as its last `git fetch` left them."""

    def __init__(self, root: Path, git: Git, reader: ObjectReader) -> None:
        """Take a clone whose top folder is `root`."""
        self.root = root
        self._git = git
        self._reader = reader

    def work_tree(self) -> GitTree:
        """Return the files as they are: changed and new ones too, ignored ones not.

        Raises:
            UsageError: git cannot read one of them.
        """
        index = self._git.scratch.parent / "index"
        own = self._asked("rev-parse", "--path-format=absolute", "--git-path", "index")
        if own and Path(own).exists():
            shutil.copyfile(own, index)
        environment = {
            **_USERS_OWN,
            "GIT_INDEX_FILE": str(index),
            **self._git.writing_scratch(),
        }
        self._make("add", "--all", env=environment)
        return GitTree(self._reader, TreeSha(self._make("write-tree", env=environment)))

    def tree(self, commit: CommitSha) -> GitTree:
        """Return the files of a commit."""
        return GitTree(self._reader, tree_of(self._reader.read_existing(commit)))

    def revision(self, name: str) -> CommitSha:
        """Return the commit that a name stands for in this clone.

        Raises:
            UsageError: there is no such commit.
        """
        found = self._commit(name)
        if found is None:
            message = f"This clone has no commit `{shown(name)}`."
            hint = "Name a branch, a tag or a commit; `git fetch` brings what is new on the remote."
            raise UsageError(message, hint=hint)
        return found

    def merge_base(self, one: CommitSha, other: CommitSha) -> CommitSha | None:
        """Return the newest commit that both contain; None where the clone knows of none."""
        found = self._asked("merge-base", one, other)
        return CommitSha(found) if found else None

    def stage_tip(self, branch: str) -> CommitSha | None:
        """Return where the remote had a branch at the last fetch; None: it had none."""
        return self._commit(f"refs/remotes/origin/{branch}")

    def base_tip(self, config: Config) -> CommitSha | None:
        """Return where the base was at the last fetch; None: there is no telling which it is."""
        names = [config.base] if config.base else ["HEAD", *_LIKELY_BASES]
        refs = [f"refs/remotes/origin/{name}" for name in names]
        refs += [f"refs/heads/{name}" for name in names if name != "HEAD"]
        found = (self._commit(ref) for ref in refs)
        return next((commit for commit in found if commit), None)

    def _make(self, *arguments: str, env: Mapping[str, str]) -> str:
        done = attempt(["git", *_AS_A_GUEST, *arguments], cwd=self.root, env=env)
        if done.code != 0:
            message = f"The files in `{shown(str(self.root))}` cannot be read: {_said(done)}."
            raise UsageError(message, hint="`git add --all` in the clone would fail too.")
        return done.stdout.decode().strip()

    def _commit(self, name: str) -> CommitSha | None:
        found = self._asked(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        return CommitSha(found) if found else None

    def _asked(self, *arguments: str) -> str | None:
        done = attempt(["git", *_AS_A_GUEST, *arguments], cwd=self.root, env=_USERS_OWN)
        return os.fsdecode(done.stdout.rstrip(b"\n")) if done.code == 0 else None


def configuration_in(tree: Tree) -> Config:
    """Return the configuration that is among the files; without one, every default.

    Raises:
        ConfigError: it is wrong.
    """
    for name in NAMES:
        found = tree.read(name)
        if found is not None:
            return parse(load(found, where=name, failure=ConfigError))
    return parse(None)


def _git_folder(root: Path) -> Path:
    """Return the folder of the objects' repository: a linked work tree has another of its own."""
    asked = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    return Path(os.fsdecode(attempt(asked, cwd=root, env=_USERS_OWN).stdout.rstrip(b"\n")))


def _said(done: Completed) -> str:
    text = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
    return shown(text.splitlines()[0]).rstrip(".") if text else "git says nothing"
