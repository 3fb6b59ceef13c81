"""Where a remote's mirror is kept, under a lock, and when it is thrown away.

A cache is never trusted: one of another format or another remote is discarded, whatever a killed
process left half-done is swept away, and its git configuration is written anew at each opening.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from understudy.core.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
"""Raise it when an older cache must not be read any more."""

LOCK_PATIENCE = 900.0
"""Seconds to wait for another process that uses the same cache."""

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a private folder in it, see _scratch_root


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFolder:
    """The folders of one remote's cache; the caller holds its lock."""

    mirror: Path
    scratch: Path
    identity: Path
    remote: str

    def is_ours(self) -> bool:
        """Tell whether what lies there was made by this format for this remote."""
        try:
            return self.identity.read_text() == self._identity()
        except (OSError, UnicodeDecodeError):
            return False

    def claim(self) -> None:
        """Mark the mirror as made: the last step of making it."""
        self.identity.write_text(self._identity())

    def discard(self) -> None:
        """Remove the mirror and all that was derived from it."""
        self.identity.unlink(missing_ok=True)
        shutil.rmtree(self.mirror, ignore_errors=True)
        self.clear_scratch()

    def clear_scratch(self) -> None:
        """Empty the scratch and all that a killed process left beside it."""
        self.remove_scratch()
        self.scratch.parent.mkdir(mode=0o700)
        self.scratch.mkdir()

    def remove_scratch(self) -> None:
        """Leave nothing of the scratch behind, nor the folder it has to itself."""
        shutil.rmtree(self.scratch.parent, ignore_errors=True)

    def _identity(self) -> str:
        return f"understudy cache {FORMAT}\n{_digest(self.remote)}\n"


@contextmanager
def locked_cache(remote: str, *, root: Path) -> Iterator[CacheFolder]:
    """Hold the cache of one remote. A second process waits up to LOCK_PATIENCE seconds.

    Raises:
        UsageError: the cache's folder cannot be made or written.
        UnavailableError: another process did not let go of it.
    """
    folder = root / f"{_readable(remote)}-{_digest(remote)[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("a+b")
    except OSError as error:
        message = f"The cache folder {folder} cannot be used: {error.strerror}."
        raise UsageError(message, hint="Set UNDERSTUDY_CACHE to a folder you can write.") from error
    with lock:
        _wait_for(lock, folder)
        yield CacheFolder(
            mirror=folder / "mirror.git",
            scratch=_scratch_root(folder) / "objects",
            identity=folder / "identity",
            remote=remote,
        )


def sweep(mirror: Path) -> None:
    """Remove what a killed git left behind. Safe only under the lock: nobody else can own it."""
    for pattern in ("*.lock", "refs/**/*.lock", "objects/info/**/*.lock"):
        for stale in mirror.glob(pattern):
            stale.unlink(missing_ok=True)
    for pattern in (
        "objects/pack/*.keep",
        "objects/pack/tmp_*",
        "objects/pack/.tmp-*",
        "objects/??/tmp_obj_*",
        "tmp_*",
    ):
        for stale in mirror.glob(pattern):
            _remove(stale)
    for stale in mirror.glob("objects/tmp_objdir-*"):
        _remove(stale)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _wait_for(lock: IO[bytes], folder: Path) -> None:
    end = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                message = f"Another understudy has been using the cache {folder} for too long."
                raise UnavailableError(message, hint="Wait for it, or stop it.") from None
            time.sleep(0.05)
        else:
            return


def _scratch_root(folder: Path) -> Path:
    """Return a private folder in memory where there is one, else in the cache itself.

    Its name is fixed, so that what a killed process left there is found and removed. In a folder
    that all users share, one made by somebody else is not touched.
    """
    if _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK):
        private = _SHARED_MEMORY / f"understudy-{os.getuid()}-{_digest(str(folder))[:16]}"
        try:
            private.mkdir(mode=0o700, exist_ok=True)
            found = private.lstat()
        except OSError:
            return folder / "scratch"
        if found.st_uid == os.getuid() and not private.is_symlink() and found.st_mode & 0o077 == 0:
            return private
    return folder / "scratch"


def _readable(remote: str) -> str:
    # Neither a query nor a user's part may get into a name that everybody can list.
    last = re.split(r"[?#]", remote)[0].rstrip("/").rsplit("/", 1)[-1].rsplit("@", 1)[-1]
    tail = re.sub(r"[^A-Za-z0-9]+", "-", last).strip("-")
    return tail[:40].lower() or "remote"


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()
