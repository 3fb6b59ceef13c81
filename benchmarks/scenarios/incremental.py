"""One of many heads changed, the last: how much of a fold from scratch is done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.incremental import measure
from benchmarks.report import Figure, Report
from benchmarks.starting import starting_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options

_DEFAULT = ((1_000, 500),)


def run(options: Options, work: Path) -> Iterator[Report]:
    """Measure each subject and yield its report."""
    for subject in options.subjects(work, default=_DEFAULT):
        start = starting_state(subject, subject.remote.parent / "start")
        measured = measure(start, start.pull_requests, runs=options.runs)
        report = Report(scenario="fold again, the last head changed", subject=subject.name)
        share = 100 * measured.again / measured.scratch
        report.figures = [
            Figure(name="from scratch", measured=measured.scratch, unit=" s"),
            Figure(name="the last head changed", measured=measured.again, unit=" s"),
            Figure(name="share of a fold from scratch", measured=share, unit=" %", wanted=5),
        ]
        if measured.same:
            report.notes.append("Both end on the same commit, with the same outcome for each head.")
        else:
            report.wrong.append("The two folds do not end on the same commit.")
        yield report
