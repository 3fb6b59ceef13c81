"""The renders of a check: from nothing, and again where no overlay changed, or one of two did."""

from __future__ import annotations

import shutil
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.overlays import PRODUCTION, STAGE, change_one_app, clone_of_overlays
from benchmarks.report import TIMES, Bound, Figure, Report
from understudy.clone import open_clone
from understudy.gitops.rendering.kustomize import find_program
from understudy.gitops.rendering.renders import Renderer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options
    from understudy.gitops.rendering.kustomize import Program
    from understudy.gitops.rendering.renders import Broken, Rendered

_APPS = 60
_WANTED = 20

Renders = tuple["Rendered | Broken", ...]


def run(options: Options, work: Path) -> Iterator[Report]:
    """Render the same overlays again and again, as often as is asked for."""
    clone, cache = clone_of_overlays(work / "overlays", apps=_APPS), work / "cache"
    program = find_program()
    report = Report(scenario="renders", subject=f"generated, {_APPS} apps, two overlays")
    scratch, again, one = [], [], []
    for version in range(options.runs):
        shutil.rmtree(cache, ignore_errors=True)
        taken, first = _rendered(clone, program, cache)
        scratch.append(taken)
        taken, second = _rendered(clone, program, cache)
        again.append(taken)
        change_one_app(clone, version=version)
        taken, third = _rendered(clone, program, cache)
        one.append(taken)
        if not first == second != third:
            report.wrong.append("A kept render is not what is rendered anew.")
    report.figures = [
        Figure(name="from nothing", measured=median(scratch), unit=" s"),
        Figure(name="nothing changed", measured=median(again), unit=" s"),
        Figure(name="one app of the stage changed", measured=median(one), unit=" s"),
        Figure(
            name="from nothing against nothing changed",
            measured=median(scratch) / median(again),
            unit=TIMES,
            wanted=_WANTED,
            bound=Bound.AT_LEAST,
        ),
    ]
    report.notes.append(f"Rendered with Kustomize {program.version}.")
    yield report


def _rendered(clone: Path, program: Program, cache: Path) -> tuple[float, Renders]:
    """Render both overlays as a command does that has just begun: nothing is in memory."""
    with open_clone(clone) as opened:
        before = perf_counter()
        renderer = Renderer(opened.tree(opened.revision("HEAD")), program, cache=cache)
        renders = (renderer.render(STAGE), renderer.render(PRODUCTION))
        return perf_counter() - before, renders
