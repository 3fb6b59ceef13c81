"""Does the cost of a merge grow with the number of files, or with the number of heads?"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.comparison import OURS
from benchmarks.contestants import by_understudy, limit
from benchmarks.report import TIMES, Curve, Figure, Report
from benchmarks.starting import Start, starting_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.options import Options

_FILES = (1_000, 100_000)
_FILES_HEADS = 200
_HEADS = (250, 500, 1_000, 2_000)
_HEADS_FILES = 10_000
_MOST = 1.5
_GIT = "(limit) git's own merge work"


def run(options: Options, work: Path) -> Iterator[Report]:
    """Yield one report on files, one on heads; --files and --heads replace the defaults."""
    yield _on_files(options, work / "files")
    yield _on_heads(options, work / "heads")


def _on_files(options: Options, work: Path) -> Report:
    files = options.files if len(options.files) > 1 else _FILES
    heads = options.heads[0] if len(options.heads) == 1 else _FILES_HEADS
    chosen = replace(options, files=files, heads=(heads,), repo=None)
    subjects = list(chosen.subjects(work, default=()))
    starts = {
        f"{one.files:,} files": starting_state(one, one.remote.parent / "start") for one in subjects
    }
    report = Report(scenario="cost against files", subject=f"generated, {heads} heads")
    _measure(report, starts, runs=options.runs)
    return report


def _on_heads(options: Options, work: Path) -> Report:
    heads = options.heads if len(options.heads) > 1 else _HEADS
    files = options.files[0] if len(options.files) == 1 else _HEADS_FILES
    chosen = replace(options, files=(files,), heads=(max(heads),), repo=None)
    (subject,) = chosen.subjects(work, default=())
    whole = starting_state(subject, subject.remote.parent / "start")
    starts = {
        f"{count:,} heads": replace(whole, pull_requests=whole.pull_requests[:count])
        for count in heads
    }
    report = Report(scenario="cost against heads", subject=f"generated, {files:,} files")
    ours, git = _measure(report, starts, runs=options.runs)
    for name, costs in ((OURS, ours), (_GIT, git)):
        points = tuple((n, cost * n / 1000) for n, cost in zip(heads, costs, strict=True))
        report.curves.append(Curve(name=name, points=points))
    return report


def _measure(
    report: Report, starts: dict[str, Start], *, runs: int
) -> tuple[list[float], list[float]]:
    """Add the costs for each pull request, ours and git's; return them in the starts' order."""
    ours, git = _costs(list(starts.values()), runs=runs)
    names = list(starts)
    for who, costs, wanted in ((OURS, ours, _MOST), (_GIT, git, None)):
        for name, cost in zip(names, costs, strict=True):
            figure = Figure(name=f"{who}, {name}: each pull request", measured=cost, unit=" ms")
            report.figures.append(figure)
        name = f"{who}, {names[-1]} against {names[0]}"
        ratio = costs[-1] / costs[0]
        report.figures.append(Figure(name=name, measured=ratio, unit=TIMES, wanted=wanted))
    return ours, git


def _costs(starts: Sequence[Start], *, runs: int) -> tuple[list[float], list[float]]:
    """Return milliseconds for each pull request: our median and git's, the starts taking turns."""
    ours: list[list[float]] = [[] for _ in starts]
    git: list[list[float]] = [[] for _ in starts]
    for run_number in range(runs + 1):
        for place, start in enumerate(starts):
            fold, candidate = by_understudy(start)
            if run_number:  # the first reads files that are not in memory yet
                count = len(start.pull_requests)
                ours[place].append(1000 * fold.seconds / count)
                git[place].append(1000 * limit(start, candidate) / count)
    return [median(each) for each in ours], [median(each) for each in git]
