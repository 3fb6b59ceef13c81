"""The bare repository behind a cache: made, checked, kept small.

Its only ref names a commit whose parents are all the commits worth keeping. So keeping thousands
of heads is one write, and what the next garbage collection may drop is exactly the rest.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from understudy.core.errors import DamagedCacheError
from understudy.core.model import CommitSha, TreeSha
from understudy.git.cache import CacheFolder, sweep
from understudy.git.objects import IDENTITY, CommitObject, parents_of, write_loose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader
    from understudy.git.remote import RemoteGit

KEPT_REF = "refs/understudy/kept"

_SHA256_LENGTH = 64
_PROBE = "objects/pack/tmp_probe"
_MOST_PACKS = 24
_MOST_LOOSE_IN_A_FOLDER = 24
_SLACK_BYTES = 64 * 2**20
_FOREIGN = (
    "hooks",
    "objects/info/alternates",
    "info/attributes",
    "info/grafts",
    "shallow",
    "commondir",
)


def make_ready(folder: CacheFolder, link: RemoteGit) -> None:
    """Have a mirror there that can be used: swept if it is ours, else made anew."""
    if not folder.is_ours() or not (folder.mirror / "HEAD").is_file():
        folder.discard()
        _initialise(folder, link)
        folder.claim()
    sweep(folder.mirror)
    for foreign in _FOREIGN:
        _remove(folder.mirror / foreign)
    config = folder.mirror / "config"
    # Whatever stands in the file could run a program: ours is put there each time.
    before = config.read_text(errors="replace") if config.is_file() else ""
    config.write_text(_configuration(sha256="sha256" in before))


def _initialise(folder: CacheFolder, link: RemoteGit) -> None:
    _init(folder.mirror, sha256=False)
    ids = link.read().refs.values()
    if any(len(commit) == _SHA256_LENGTH for commit in ids):
        shutil.rmtree(folder.mirror)
        _init(folder.mirror, sha256=True)


def _init(mirror: Path, *, sha256: bool) -> None:
    for name in ("objects/info", "objects/pack", "refs/heads"):
        (mirror / name).mkdir(parents=True)
    (mirror / "HEAD").write_text("ref: refs/heads/nothing\n")
    (mirror / "config").write_text(_configuration(sha256=sha256))


def _configuration(*, sha256: bool) -> str:
    version = "[core]\n\trepositoryformatversion = {}\n\tbare = true\n"
    if sha256:
        return version.format(1) + "[extensions]\n\tobjectformat = sha256\n"
    return version.format(0)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class KeptCommits:
    """The commits that the mirror holds whole, with their ancestors."""

    def __init__(self, git: Git, reader: ObjectReader) -> None:
        """Read nothing yet."""
        self._git = git
        self._reader = reader
        self._commits: frozenset[CommitSha] | None = None

    def all(self) -> frozenset[CommitSha]:
        """Return them.

        Raises:
            DamagedCacheError: the ref is there, what it names is not.
        """
        if self._commits is None:
            content = self._reader.read(KEPT_REF)
            if content is None and (self._git.directory / KEPT_REF).exists():
                message = "The cache has lost the list of what it holds."
                raise DamagedCacheError(message)
            self._commits = frozenset(parents_of(content) if content else ())
        return self._commits

    def set(self, commits: Iterable[CommitSha]) -> None:
        """Keep these, and let go of all others."""
        wanted = frozenset(commits)
        if not wanted or wanted == self.all():
            return
        objects, like = self._git.directory / "objects", min(wanted)
        tree = TreeSha(write_loose(objects, "tree", b"", like=like))
        commit = CommitObject(
            tree=tree,
            parents=tuple(sorted(wanted)),
            identity=IDENTITY,
            date=0,
            message="Keep these\n",
        )
        tip = write_loose(objects, "commit", commit.encode(), like=like)
        self._git.run("update-ref", KEPT_REF, tip)
        self._commits = wanted

    def refuse_damage(self, tips: Iterable[CommitSha], *, without: Iterable[CommitSha]) -> None:
        """Read all that the tips have beyond the others, as a push does.

        Raises:
            DamagedCacheError: not all of it can be read.
        """
        lines = [*tips, *(f"^{commit}" for commit in without)]
        asked = "".join(f"{line}\n" for line in lines).encode()
        alone = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": ""}
        self._git.run("pack-objects", "--quiet", "--revs", _PROBE, stdin=asked, env=alone)
        for written in self._git.directory.glob(f"{_PROBE}*"):
            written.unlink()

    def pack_on_top(self, tips: Iterable[CommitSha]) -> None:
        """Move what the tips have beyond the kept commits out of the scratch, in one pack."""
        wanted = "".join(f"{tip}\n" for tip in tips)
        excluded = "".join(f"^{commit}\n" for commit in self.all())
        self._git.run(
            "pack-objects",
            "--quiet",
            "--revs",
            "--non-empty",
            "--delta-base-offset",
            "objects/pack/pack",
            stdin=(wanted + excluded).encode(),
        )


def write_commit_graph(git: Git, commits: Iterable[CommitSha]) -> None:
    """Note the shape of new history: it halves the time that merge bases take on long ones."""
    tips = "".join(f"{commit}\n" for commit in commits).encode()
    if tips:
        git.run("commit-graph", "write", "--stdin-commits", "--split", "--no-progress", stdin=tips)


def keep_within_bounds(git: Git) -> None:
    """Collect garbage when half of the cache may be garbage; merge packs when there are many.

    Only under the lock: nobody else's new objects can be lost, so nothing has to be spared.
    """
    packs = list((git.directory / "objects/pack").glob("*.pack"))
    size = sum(pack.stat().st_size for pack in packs)
    measured = git.directory / "size-when-clean"
    noted = measured.read_text() if measured.is_file() else ""
    clean = int(noted) if noted.isdigit() else size
    alone = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": ""}
    if size > 2 * clean + _SLACK_BYTES:
        git.run("gc", "--quiet", "--prune=now", env=alone)
        size = sum(p.stat().st_size for p in (git.directory / "objects/pack").glob("*.pack"))
        measured.write_text(str(size))
    elif len(packs) > _MOST_PACKS or _loose_in_one_folder(git) > _MOST_LOOSE_IN_A_FOLDER:
        git.run("repack", "--quiet", "--geometric=2", "-d", env=alone)
        git.run("prune", "--expire=now", env=alone)
    if not noted.isdigit():
        measured.write_text(str(size))


def _loose_in_one_folder(git: Git) -> int:
    """Count one of 256 folders: the hash spreads objects evenly, so it stands for all."""
    folder = git.directory / "objects" / "17"
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
