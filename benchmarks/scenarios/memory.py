"""The peak of resident memory of the process of `understudy rebuild`, git not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.commands import fresh_desk
from benchmarks.report import Figure, Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options

_DEFAULT = ((10_000, 2_000),)


def run(options: Options, work: Path) -> Iterator[Report]:
    """Measure each subject and yield its report: once, for memory does not jitter."""
    for subject in options.subjects(work, default=_DEFAULT):
        desk = fresh_desk(subject, work / "desk")
        report = Report(scenario="memory", subject=subject.name)
        first = desk.observed(*desk.rebuild_arguments())
        again = desk.observed(*desk.rebuild_arguments())
        for name, taken in (("first rebuild", first), ("nothing changed", again)):
            peak = taken["peak_kib"] / 1024
            report.figures.append(
                Figure(name=f"peak, {name}", measured=peak, unit=" MB", wanted=80)
            )
        yield report
