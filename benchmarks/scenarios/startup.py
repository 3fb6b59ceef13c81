"""The processor time of small commands: what people feel each time."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from benchmarks.commands import fresh_desk
from benchmarks.report import Figure, Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.options import Options

_DEFAULT = ((100, 10),)
_TIMES_AS_MANY = 4
"""Short commands are measured more often."""


def run(options: Options, work: Path) -> Iterator[Report]:
    """Measure each subject and yield its report."""
    for subject in options.subjects(work, default=_DEFAULT):
        desk = fresh_desk(subject, work / "desk")
        desk.rebuild()
        log = ["log", "--json", "--repo", desk.address, "--config", str(desk.config)]
        desk.timed("--help"), desk.timed(*log), desk.observed(*log)  # byte code is written
        helps, logs, alone = [], [], []
        for _ in range(options.runs * _TIMES_AS_MANY):
            helps.append(desk.timed("--help").cpu)
            logs.append(desk.timed(*log).cpu)
            alone.append(desk.observed(*log)["cpu"])
        report = Report(scenario="start-up", subject=subject.name)
        report.figures = [
            *_figures("understudy --help", helps, wanted=80),
            *_figures("understudy log --json, its process", alone, wanted=150),
            *_figures("understudy log --json, with its git", logs, wanted=None),
        ]
        report.notes.append(f"User and system time of {len(helps)} runs each.")
        yield report


def _figures(name: str, seconds: Sequence[float], *, wanted: float | None) -> Iterator[Figure]:
    middle, least = 1000 * median(seconds), 1000 * min(seconds)
    yield Figure(name=f"{name}: median", measured=middle, unit=" ms", wanted=wanted)
    yield Figure(name=f"{name}: least", measured=least, unit=" ms")
