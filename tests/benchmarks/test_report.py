from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from benchmarks.plot import draw
from benchmarks.report import TIMES, Bound, Curve, Figure, Report, table


@pytest.mark.parametrize(
    ("measured", "wanted", "bound", "met"),
    [
        (1.5, 1.5, Bound.AT_MOST, True),
        (1.6, 1.5, Bound.AT_MOST, False),
        (10, 10, Bound.AT_LEAST, True),
        (9.9, 10, Bound.AT_LEAST, False),
        (1, None, Bound.AT_MOST, None),
    ],
)
def test_a_figure_lies_as_wanted_or_not(
    *, measured: float, wanted: float | None, bound: Bound, met: bool | None
) -> None:
    figure = Figure(name="x", measured=measured, unit="", wanted=wanted, bound=bound)
    assert figure.met is met


def test_the_table_shows_what_is_measured_beside_what_is_wanted() -> None:
    report = Report(scenario="fold", subject="a repository")
    report.figures = [
        Figure(name="time", measured=0.0421, unit=" s"),
        Figure(name="loop", measured=146.3, unit=TIMES, wanted=100, bound=Bound.AT_LEAST),
        Figure(name="share", measured=7.25, unit=" %", wanted=5),
    ]
    report.notes = ["Median of 5 runs."]
    report.wrong = ["another tree"]
    assert table(report).replace(TIMES, "x") == (
        "fold: a repository\n"
        "\n"
        "  figure  measured  wanted\n"
        "  time     0.042 s\n"
        "  loop        146x  ≥ 100x  ok\n"
        "  share     7.25 %   ≤ 5 %  MISSED\n"
        "\n"
        "  Median of 5 runs.\n"
        "  WRONG: another tree\n"
    )


def test_the_plot_is_one_picture_with_a_panel_for_each_report_that_has_curves() -> None:
    curves = [
        Curve(name="<ours>", points=((1, 0.01), (2, 0.02))),
        Curve(name="a", points=((1, 1), (2, 3))),
    ]
    reports = [
        Report(scenario="fold", subject="one & all", curves=curves),
        Report(scenario="memory", subject="nothing to draw"),
    ]
    picture = ET.fromstring(draw(reports))  # noqa: S314 - our own picture
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"one & all", "<ours>", "a"} <= set(texts)
    assert "nothing to draw" not in texts
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}polyline"))) == len(curves)
