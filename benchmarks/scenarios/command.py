"""The whole command `understudy rebuild` against a shell script that does the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.commands import Desk, fresh_desk
from benchmarks.environment import git, script, timed
from benchmarks.report import TIMES, Bound, Figure, Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options
    from benchmarks.subjects import Subject

_DEFAULT = ((10_000, 200),)


@dataclass(frozen=True, slots=True)
class _Times:
    """Seconds of each run."""

    ours: list[float] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)
    start_up: list[float] = field(default_factory=list)
    fetch: list[float] = field(default_factory=list)
    shell: list[float] = field(default_factory=list)


def run(options: Options, work: Path) -> Iterator[Report]:
    """Measure each subject and yield its report."""
    for subject in options.subjects(work, default=_DEFAULT):
        report = Report(scenario="whole command", subject=subject.name)
        times = _Times()
        _rebuild(subject, work / "warm-up", _Times(), report)  # byte code, files in memory
        for number in range(options.runs):
            ours = _rebuild(subject, work / "ours", times, report)
            if number < options.slow_runs_on(subject):
                shell = _rebuild_by_shell(subject, work / "shell", times)
                if ours != shell:
                    report.wrong.append(f"understudy published tree {ours}, the script {shell}.")
        report.figures = list(_figures(times))
        report.notes = [
            "Both start with nothing but the remote (file://): no cache, no clone.",
            f"Median of {len(times.ours)} runs; the script ran {len(times.shell)} time(s).",
        ]
        yield report


def _figures(times: _Times) -> Iterator[Figure]:
    ours, shell = median(times.ours), median(times.shell)
    yield Figure(name="understudy rebuild", measured=ours, unit=" s")
    yield Figure(name="shell script", measured=shell, unit=" s")
    yield Figure(
        name="shell script: times as slow",
        measured=shell / ours,
        unit=TIMES,
        wanted=10,
        bound=Bound.AT_LEAST,
    )
    unchanged = median(times.unchanged)
    start_up, fetch = median(times.start_up), median(times.fetch)
    yield Figure(name="nothing changed: understudy rebuild", measured=unchanged, unit=" s")
    yield Figure(name="understudy --help, wall", measured=start_up, unit=" s")
    yield Figure(name="a fetch of what is there already", measured=fetch, unit=" s")
    beyond = unchanged - start_up - fetch
    name = "nothing changed: beyond start-up and fetch"
    yield Figure(name=name, measured=beyond, unit=" s", wanted=0.5)


def _rebuild(subject: Subject, folder: Path, times: _Times, report: Report) -> str:
    """Rebuild twice; return the tree that was published."""
    desk = fresh_desk(subject, folder)
    times.ours.append(desk.rebuild().seconds)
    tree = _published_tree(desk)
    again = desk.rebuild()
    times.unchanged.append(again.seconds)
    times.start_up.append(desk.timed("--help").seconds)
    mirror = next(desk.home.glob("cache/*/mirror.git"))
    fetch = ["git", "-C", str(mirror), "fetch", "--quiet", "--no-write-fetch-head", desk.address]
    times.fetch.append(timed([*fetch, "refs/heads/main"], cwd=desk.home).seconds)
    decision = json.loads(again.stdout)["decision"]
    if decision != "unchanged" or _published_tree(desk) != tree:
        report.wrong.append(f"Nothing had changed, yet the decision was {decision}.")
    return tree


def _rebuild_by_shell(subject: Subject, folder: Path, times: _Times) -> str:
    desk = fresh_desk(subject, folder)
    listed = "".join(f"{one.number} {one.head}\n" for one in subject.pull_requests)
    clone = str(desk.home / "clone")
    command = [*script("rebuild.sh"), desk.address, subject.base_ref, clone]
    times.shell.append(timed(command, cwd=desk.home, stdin=listed).seconds)
    return _published_tree(desk)


def _published_tree(desk: Desk) -> str:
    return git(desk.remote, "rev-parse", "refs/heads/staging^{tree}")
