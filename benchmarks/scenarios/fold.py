"""The fold from scratch: understudy against (a), (b), (c) and against git's own merge work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.comparison import LIBGIT2, LOOP, OURS, PROCESSES, Comparison, compare
from benchmarks.incremental import measure
from benchmarks.report import TIMES, Bound, Curve, Figure, Report
from benchmarks.starting import Start, starting_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options
    from benchmarks.subjects import Subject

_DEFAULT = ((1_000, 100), (10_000, 100))
_LONG_HISTORY = 50_000
_MOST_NAMED = 12
_PLOTTED = 5
_PLOTTED_RUNS = 3


def run(options: Options, work: Path) -> Iterator[Report]:
    """Measure each subject and yield its report."""
    for subject in options.subjects(work, default=_DEFAULT):
        start = starting_state(subject, subject.remote.parent / "start")
        slow_runs = options.slow_runs_on(subject)
        comparison = compare(start, runs=options.runs, slow_runs=slow_runs)
        report = Report(scenario="fold from scratch", subject=subject.name)
        report.figures = list(_figures(comparison, subject))
        report.notes = list(_notes(comparison, subject))
        report.curves = list(_curves(comparison))
        _add_incremental(report, start)
        _judge(report, comparison)
        yield report


def _figures(comparison: Comparison, subject: Subject) -> Iterator[Figure]:
    folds, ours = comparison.folds, comparison.folds[OURS].seconds
    for name, fold in folds.items():
        yield Figure(name=f"{name}: time", measured=fold.seconds, unit=" s")
    yield Figure(name="(limit) git's own merge work: time", measured=comparison.limit, unit=" s")
    per_merge = 1000 * ours / len(folds[OURS].steps)
    yield Figure(name="understudy: time for each pull request", measured=per_merge, unit=" ms")
    for name, wanted in _wanted(subject).items():
        yield Figure(
            name=f"{name}: times as slow",
            measured=folds[name].seconds / ours,
            unit=TIMES,
            wanted=wanted,
            bound=Bound.AT_LEAST,
        )
    yield Figure(
        name="overhead over (limit)", measured=ours / comparison.limit, unit=TIMES, wanted=1.5
    )
    yield Figure(
        name="share of git's own merge work", measured=100 * comparison.limit / ours, unit=" %"
    )


def _wanted(subject: Subject) -> dict[str, float]:
    if subject.is_generated:
        loop = next(
            (times for files, times in ((100_000, 400), (10_000, 100)) if subject.files >= files),
            15,
        )
    else:
        loop = 12 if subject.history >= _LONG_HISTORY else 15
    return {LOOP: loop, PROCESSES: 5, LIBGIT2: 100 if subject.files >= 100_000 else 3}  # noqa: PLR2004 - the files above


def _notes(comparison: Comparison, subject: Subject) -> Iterator[str]:
    yield f"{subject.files:,} files, {subject.history:,} commits on the base."
    words = [step.verdict for step in comparison.folds[LOOP].steps]
    yield "git merge says: " + ", ".join(
        f"{words.count(word)} {word}" for word in sorted(set(words), key=words.count, reverse=True)
    )
    for name, differences in comparison.differences.items():
        if not differences:
            yield f"{name}: agrees with (a) on all verdicts and trees."
        else:
            more = len(differences) - _MOST_NAMED
            named = "; ".join(differences[:_MOST_NAMED]) + (f"; {more} more" if more > 0 else "")
            yield f"{name}: differs from git on {len(differences)}: {named}."
    most = max(comparison.runs.values())
    if slow := [name for name, runs in comparison.runs.items() if runs < most]:
        yield f"Median of {most} runs; {' and '.join(slow)} ran {comparison.runs[slow[0]]} time(s)."
    else:
        yield f"Median of {most} runs each, taking turns."


def _curves(comparison: Comparison) -> Iterator[Curve]:
    for name, fold in comparison.folds.items():
        label = f"{name}, from scratch" if name == OURS else name
        yield Curve(name=label, points=tuple(enumerate(fold.clock, start=1)))


def _add_incremental(report: Report, start: Start) -> None:
    count = len(start.pull_requests)
    points = []
    for number in sorted({max(2, count * part // _PLOTTED) for part in range(1, _PLOTTED + 1)}):
        measured = measure(start, start.pull_requests[:number], runs=_PLOTTED_RUNS)
        points.append((number, measured.again))
        if not measured.same:
            report.wrong.append(f"With {number} heads, the last changed, the result is another.")
    report.curves.append(Curve(name=f"{OURS}, the last changed", points=tuple(points)))


def _judge(report: Report, comparison: Comparison) -> None:
    report.wrong += [f"understudy differs at {one}" for one in comparison.differences[OURS]]
