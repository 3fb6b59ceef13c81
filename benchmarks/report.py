"""What was measured, beside what is wanted: a table for people, JSON for programs."""

from __future__ import annotations

import enum
import os
import platform
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


TIMES = "\N{MULTIPLICATION SIGN}"
"""The unit of a ratio."""


class Bound(enum.Enum):
    """Which way a figure should lie of the value that is wanted."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. Without `wanted` it only informs."""

    name: str
    measured: float
    unit: str
    wanted: float | None = None
    bound: Bound = Bound.AT_MOST

    @property
    def met(self) -> bool | None:
        """Tell whether it lies as wanted; None where nothing is."""
        if self.wanted is None:
            return None
        return self.measured >= self.wanted if self._is_floor() else self.measured <= self.wanted

    def _is_floor(self) -> bool:
        return self.bound is Bound.AT_LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Seconds against the number of pull requests."""

    name: str
    points: tuple[tuple[int, float], ...]


@dataclass(slots=True, kw_only=True)
class Report:
    """One scenario on one subject. `wrong` names what must never happen, whatever the speed."""

    scenario: str
    subject: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)


def table(report: Report) -> str:
    """Return the report as text."""
    rows = [("figure", "measured", "wanted", "")]
    rows += [_row(figure) for figure in report.figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [f"{report.scenario}: {report.subject}", ""]
    for name, measured, wanted, met in rows:
        cells = (name.ljust(widths[0]), measured.rjust(widths[1]), wanted.rjust(widths[2]), met)
        lines.append("  " + "  ".join(cells).rstrip())
    lines += ["", *(f"  {note}" for note in report.notes)]
    lines += [f"  WRONG: {wrong}" for wrong in report.wrong]
    return "\n".join(lines).rstrip() + "\n"


def as_json(reports: Sequence[Report], machine: dict[str, Any]) -> dict[str, Any]:
    """Return all reports as one document."""
    return {"machine": machine, "reports": [_document(report) for report in reports]}


def machine() -> dict[str, Any]:
    """Return what the figures were taken on. The load tells whether the machine was quiet."""
    said = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "git": said.stdout.split()[2],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _row(figure: Figure) -> tuple[str, str, str, str]:
    met = {True: "ok", False: "MISSED", None: ""}[figure.met]
    wanted = "" if figure.wanted is None else f"{figure.bound.value} {figure.wanted:g}{figure.unit}"
    return figure.name, f"{_rounded(figure.measured)}{figure.unit}", wanted, met


def _rounded(value: float) -> str:
    """Return three digits that mean something."""
    if abs(value) >= 100:  # noqa: PLR2004 - as the docstring says
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def _document(report: Report) -> dict[str, Any]:
    return {
        "scenario": report.scenario,
        "subject": report.subject,
        "figures": [
            {
                "name": figure.name,
                "measured": figure.measured,
                "unit": figure.unit.strip(),
                "wanted": figure.wanted,
                "bound": figure.bound.value if figure.wanted is not None else None,
                "met": figure.met,
            }
            for figure in report.figures
        ],
        "notes": report.notes,
        "wrong": report.wrong,
        "curves": {curve.name: curve.points for curve in report.curves},
    }
