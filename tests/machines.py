"""Computers on which understudy may run: each with a home, a cache, a language and git settings."""

from __future__ import annotations

import os
import shlex
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """A folder that stands for a computer. Nothing of the real one but PATH can be seen on it."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the home."""
        self.home.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        """Return where dot files are."""
        return self.folder / "home"

    @property
    def cache(self) -> Path:
        """Return where understudy keeps its mirror."""
        return self.folder / "cache"

    def ran(self) -> Path:
        """Return the file that hostile settings would make, were a program of theirs run."""
        return self.folder / "ran"

    def environment(self) -> dict[str, str]:
        """Return all that a process on this machine sees."""
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "UNDERSTUDY_CACHE": str(self.cache),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        return {**own, "LC_ALL": "C.UTF-8", "TZ": "UTC", **self.extra}

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this very process one on this machine."""
        with mock.patch.dict(os.environ, self.environment(), clear=True):
            yield


def hostile_machine(folder: Path) -> Machine:
    """Return a machine whose settings would change merges, commits and output, or run things."""
    extra = {
        "TZ": "Pacific/Chatham",
        "LC_ALL": "de_DE.UTF-8",
        "LANGUAGE": "de",
        "GIT_AUTHOR_NAME": "Somebody Else",
        "GIT_AUTHOR_DATE": "1999-01-01T00:00:00 +0300",
        "GIT_COMMITTER_EMAIL": "else@example.org",
        "GIT_COMMITTER_DATE": "1999-01-01T00:00:00 +0300",
        "GIT_DIR": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere/index",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "merge.renames",
        "GIT_CONFIG_VALUE_0": "false",
        "UNDERSTUDY_NOBODY_KNOWS": "1",
    }
    machine = Machine(folder, extra)
    (machine.home / ".gitconfig").write_text(_GITCONFIG.format(ran=machine.ran()))
    attributes = machine.home / ".config" / "git"
    attributes.mkdir(parents=True)
    (attributes / "attributes").write_text("* merge=union text eol=crlf filter=run\n")
    hooks = machine.home / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "post-checkout", "post-merge", "prepare-commit-msg"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{machine.ran()}'\nexit 1\n")
        (hooks / name).chmod(0o755)
    return machine


def with_git_that(folder: Path, script: str) -> dict[str, str]:
    """Return the PATH on which a shell script stands before git; `exec "$GIT" "$@"` goes on to it.

    `$STATE` is a folder in which the script can keep things from one call to the next.
    """
    real = shutil.which("git") or "git"
    folder.mkdir(parents=True, exist_ok=True)
    wrapper = folder / "git"
    names = f"GIT={shlex.quote(real)}\nSTATE={shlex.quote(str(folder))}\n"
    wrapper.write_text(f"#!/bin/sh\n{names}{script}\n")
    wrapper.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


_GITCONFIG = """\
[user]
	name = Somebody Else
	email = else@example.org
	signingKey = nobody
[commit]
	gpgSign = true
[gpg]
	program = touch {ran}; false
[i18n]
	commitEncoding = ISO-8859-15
	logOutputEncoding = UTF-16
[core]
	autocrlf = true
	quotePath = false
	hooksPath = ~/hooks
	fsmonitor = touch {ran}
	sshCommand = touch {ran}; false
	attributesFile = ~/.config/git/attributes
	ignoreCase = true
	precomposeUnicode = true
	fileMode = false
	symlinks = false
[merge]
	renames = false
	directoryRenames = true
	conflictStyle = diff3
	renameLimit = 1
	ff = only
	renormalize = true
	default = run
[merge "run"]
	driver = touch {ran}; false
[filter "run"]
	clean = touch {ran}; cat
	smudge = touch {ran}; cat
	required = true
[diff]
	renames = copies
	external = touch {ran}
	orderFile = /nowhere
	noprefix = true
[diff "run"]
	textconv = touch {ran}; cat
	command = touch {ran}
[fetch]
	prune = true
	fsckObjects = true
[push]
	gpgSign = if-asked
	default = nothing
[gc]
	auto = 1
[log]
	showSignature = true
	date = relative
[color]
	ui = always
"""
