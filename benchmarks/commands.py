"""The command `understudy` on a subject: its listing, its remote, its cache, its environment."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.environment import Timed, timed, understudy

if TYPE_CHECKING:
    from benchmarks.subjects import Subject

_NOTHING_PINNED = "stages: {staging: {pin: []}}\n"
"""As in a shell script: every path of a pull request counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where the command works: a copy of the subject's remote, and a cache."""

    remote: Path
    listing: Path
    config: Path
    home: Path

    @property
    def address(self) -> str:
        """Return an address that makes git transfer objects instead of linking files."""
        return self.remote.as_uri()

    def rebuild(self) -> Timed:
        """Run `understudy rebuild --json`."""
        return self.timed(*self.rebuild_arguments())

    def rebuild_arguments(self) -> list[str]:
        """Return the arguments of a rebuild here."""
        listing = ["--pull-requests", str(self.listing), "--config", str(self.config)]
        return ["rebuild", "--json", "--repo", self.address, *listing]

    def timed(self, *arguments: str) -> Timed:
        """Run the command as people do."""
        return timed([*understudy(), *arguments], cwd=self.home, extra=self._environment())

    def observed(self, *arguments: str) -> dict[str, float]:
        """Run it in the runner and return what its process took."""
        figures = self.home / "figures.json"
        runner = str(Path(__file__).parent / "runner.py")
        command = [sys.executable, runner, str(figures), *arguments]
        timed(command, cwd=self.home, extra=self._environment())
        taken: dict[str, float] = json.loads(figures.read_text())
        return taken

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "UNDERSTUDY_CACHE": str(self.home / "cache")}


def fresh_desk(subject: Subject, folder: Path) -> Desk:
    """Return a desk where nothing was done yet; the one in that folder before is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    home = folder / "home"
    home.mkdir(parents=True)
    remote = folder / "remote.git"
    shutil.copytree(subject.remote, remote, copy_function=_link_pack_else_copy)
    listing, config = folder / "pull-requests.json", folder / "understudy.yaml"
    listing.write_text(json.dumps(_listing(subject)))
    config.write_text(_NOTHING_PINNED)
    return Desk(remote=remote, listing=listing, config=config, home=home)


def _listing(subject: Subject) -> dict[str, object]:
    return {
        "base": {"branch": subject.base_ref},
        "pull_requests": [
            {"number": one.number, "head": one.head, "title": one.title, "author": one.author}
            for one in subject.pull_requests
        ],
    }


def _link_pack_else_copy(source: str, target: str) -> None:
    if "/objects/pack/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
