"""The first fetch of a machine without a cache: everything, or at first without file contents.

A partial fetch leaves file contents out and brings those that merges can need in a second fetch.
Both are timed against a remote on this machine, so what a network adds is told by their size.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.environment import git, timed
from benchmarks.report import TIMES, Figure, Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options
    from benchmarks.subjects import Subject

_DEFAULT = ((10_000, 200),)
_MEGABYTE = 1e6
_LINKS = {"100 Mbit/s": 12.5e6, "1 Gbit/s": 125e6}
"""Bytes a second."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    """Seconds of each run, and the bytes of what came."""

    seconds: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    def over(self, link: float) -> float:
        """Return the seconds that it takes where so many bytes come in one."""
        return median(self.seconds) + median(self.size) / link


def run(options: Options, work: Path) -> Iterator[Report]:
    """Measure each subject and yield its report."""
    for subject in options.subjects(work, default=_DEFAULT):
        for key in ("allowFilter", "allowAnySHA1InWant"):
            git(subject.remote, "config", f"uploadpack.{key}", "true")
        whole, partial, blobs = _Fetched(), _Fetched(), 0
        for _ in range(options.runs):
            _fetch_whole(subject, work / "whole.git", whole)
            blobs = _fetch_partially(subject, work / "partial.git", partial)
        report = Report(scenario="cold start", subject=subject.name)
        report.figures = list(_figures(whole, partial))
        report.notes = [
            (
                f"Base and all heads over file://. The partial one brings {blobs:,} files' contents"
                " in its second fetch: all that the heads changed, on both sides."
            ),
            f"Median of {options.runs} runs.",
        ]
        yield report


def _figures(whole: _Fetched, partial: _Fetched) -> Iterator[Figure]:
    for name, fetched in (("whole", whole), ("partial", partial)):
        yield Figure(name=f"{name}: fetch", measured=median(fetched.seconds), unit=" s")
        size = median(fetched.size) / _MEGABYTE
        yield Figure(name=f"{name}: what came", measured=size, unit=" MB")
    for link, speed in _LINKS.items():
        ratio = partial.over(speed) / whole.over(speed)
        name = f"partial against whole, with the transfer at {link}"
        yield Figure(name=name, measured=ratio, unit=TIMES)


def _fetch_whole(subject: Subject, mirror: Path, fetched: _Fetched) -> None:
    _make(mirror)
    heads = "".join(f"{commit}\n" for commit in _commits(subject))
    fetched.seconds.append(_fetch(subject, mirror, heads))
    fetched.size.append(_size(mirror))


def _fetch_partially(subject: Subject, mirror: Path, fetched: _Fetched) -> int:
    """Return how many files' contents the second fetch brings."""
    _make(mirror)
    git(mirror, "config", "extensions.partialClone", "origin")
    git(mirror, "config", "remote.origin.url", f"file://{subject.remote}")
    git(mirror, "config", "remote.origin.promisor", "true")
    heads = "".join(f"{commit}\n" for commit in _commits(subject))
    seconds = _fetch(subject, mirror, heads, "--filter=blob:none")
    needed = sorted(_contents(subject, mirror))
    wanted = "".join(f"{blob}\n" for blob in needed)
    seconds += _fetch(subject, mirror, wanted, "--filter=blob:none") if needed else 0.0
    fetched.seconds.append(seconds)
    fetched.size.append(_size(mirror))
    return len(needed)


def _contents(subject: Subject, mirror: Path) -> Iterator[str]:
    """Yield the ids of contents on the paths that heads change: before, after, and on the base."""
    changed: set[str] = set()
    blobs: set[str] = set()
    for pull_request in subject.pull_requests:
        fork = git(mirror, "merge-base", subject.base, pull_request.head).partition("\n")[0]
        raw = git(mirror, "diff-tree", "-r", "--raw", "--no-abbrev", fork, pull_request.head)
        for line in raw.splitlines():
            about, _, path = line.partition("\t")
            _, _, before, after, _ = about.split(" ")
            blobs |= {before, after}
            changed.add(path)
    for line in git(mirror, "ls-tree", "-r", subject.base).splitlines():
        about, _, path = line.partition("\t")
        if path in changed:
            blobs.add(about.split(" ")[2])
    yield from (blob for blob in blobs if blob.strip("0"))


def _make(mirror: Path) -> None:
    shutil.rmtree(mirror, ignore_errors=True)
    mirror.mkdir()
    git(mirror, "init", "--quiet", "--bare")


def _fetch(subject: Subject, mirror: Path, wanted: str, *options: str) -> float:
    command = ["git", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", *options]
    where = ["--stdin", f"file://{subject.remote}"] if not options else ["--stdin", "origin"]
    return timed([*command, *where], cwd=mirror, stdin=wanted).seconds


def _commits(subject: Subject) -> list[str]:
    return list(dict.fromkeys([subject.base, *(each.head for each in subject.pull_requests)]))


def _size(mirror: Path) -> int:
    return sum(pack.stat().st_size for pack in mirror.glob("objects/pack/*.pack"))
