"""Curves as an SVG, drawn by hand; it follows the reader's light or dark setting."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.report import Curve, Report

_WIDTH, _HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 200, 46, 48
_COLOURS = 5
_LABEL_GAP = 16
_MOST_POINTS = 200

_LIGHT = ("#ffffff", "#1f2328", "#d0d7de", "#0550ae", "#0a8f5b", "#bc4c00", "#8250df", "#cf222e")
_DARK = ("#0d1117", "#e6edf3", "#30363d", "#79c0ff", "#56d364", "#ffa657", "#d2a8ff", "#ff7b72")
"""Page, ink, grid, then one colour a curve."""


def draw(reports: Sequence[Report]) -> str:
    """Return one picture with a panel for each report that has curves."""
    panels = [report for report in reports if report.curves]
    height = _HEIGHT * max(1, len(panels))
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        ' aria-label="Time of a fold against the number of pull requests">'
    )
    parts = [
        opening,
        f"<style>\n{_style()}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
    ]
    for place, report in enumerate(panels):
        parts.append(f'<g transform="translate(0 {place * _HEIGHT})">')
        parts.extend(_panel(report))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _style() -> str:
    return (
        "text { font: 13px system-ui, sans-serif; } .title { font-weight: 600; }\n"
        ".curve { fill: none; stroke-width: 2.2; }\n"
        f"{_colours(_LIGHT)}@media (prefers-color-scheme: dark) {{\n{_colours(_DARK)}}}\n"
    )


def _colours(theme: Sequence[str]) -> str:
    page, ink, grid, *curves = theme
    rules = [f".page {{ fill: {page}; }} text {{ fill: {ink}; }} .grid {{ stroke: {grid}; }}"]
    for number, colour in enumerate(curves):
        rules.append(f".s{number} {{ stroke: {colour}; }} text.f{number} {{ fill: {colour}; }}")
    return "\n".join([*rules, ""])


def _panel(report: Report) -> Iterator[str]:
    scale = _Scale(report.curves)
    yield f'<text class="title" x="{_LEFT}" y="24">{escape(report.subject)}</text>'
    for exponent in range(scale.low, scale.high + 1):
        y = scale.y(10**exponent)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_seconds(exponent)}</text>'
    for quarter in range(5):
        number = round(scale.most * quarter / 4)
        x, y = scale.x(number), _HEIGHT - _BOTTOM + 18
        yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{number}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle}" y="{_HEIGHT - 10}" text-anchor="middle">pull requests merged</text>'
    for number, curve in enumerate(report.curves):
        path = " ".join(f"{scale.x(n):.1f},{scale.y(t):.1f}" for n, t in _thinned(curve))
        yield f'<polyline class="curve s{number % _COLOURS}" points="{path}"/>'
    yield from _labels(report.curves, scale)


def _labels(curves: Sequence[Curve], scale: _Scale) -> Iterator[str]:
    """Name each curve at its end, pushed apart where they end together."""
    ends = sorted((scale.y(curve.points[-1][1]), n, curve) for n, curve in enumerate(curves))
    lowest = -math.inf
    for end, number, curve in ends:
        y = max(end + 4, lowest + _LABEL_GAP)
        lowest = y
        x = _WIDTH - _RIGHT + 8
        name = escape(curve.name)
        yield f'<text class="f{number % _COLOURS}" x="{x}" y="{y:.1f}">{name}</text>'


class _Scale:
    """Pull requests evenly from left to right, seconds by powers of ten from the bottom up."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        times = [seconds for curve in curves for _, seconds in curve.points]
        self.most = max(number for curve in curves for number, _ in curve.points)
        self.low = math.floor(math.log10(max(1e-4, min(times))))
        self.high = max(self.low + 1, math.ceil(math.log10(max(times))))

    def x(self, number: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * number / self.most

    def y(self, seconds: float) -> float:
        share = (math.log10(max(1e-4, seconds)) - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share


def _thinned(curve: Curve) -> Sequence[tuple[int, float]]:
    step = math.ceil(len(curve.points) / _MOST_POINTS)
    return [*curve.points[:-1:step], curve.points[-1]]


def _seconds(exponent: int) -> str:
    return f"{10**exponent:g} s" if exponent >= 0 else f"{10 ** (exponent + 3):g} ms"
