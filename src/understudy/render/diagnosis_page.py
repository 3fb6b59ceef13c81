"""A diagnosis as a page and as a document: what was looked at, what was seen, what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.diagnosis import Health
from understudy.render.documents import document
from understudy.render.page import Page, Row, Span, Tone, indented, row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.diagnosis import Diagnosis, Observation

_TONES = {
    Health.OK: Tone.GOOD,
    Health.WARNING: Tone.WAITING,
    Health.PROBLEM: Tone.BAD,
    Health.UNKNOWN: Tone.QUIET,
}
_VERDICT_WIDTH = max(len(each.value) for each in Health)


def diagnosis_page(diagnosis: Diagnosis) -> Page:
    """Tell of a diagnosis, in the order in which things were looked at."""
    width = max((len(each.id) for each in diagnosis.observations), default=0)
    page = [row(Span(_headline(diagnosis), Tone.TITLE)), row()]
    for each in diagnosis.observations:
        page += _observation(each, width)
    return page


def diagnosis_document(diagnosis: Diagnosis) -> bytes:
    """Return the same as JSON. New keys may come, those here stay."""
    return document(
        {
            "problems": diagnosis.count(Health.PROBLEM),
            "warnings": diagnosis.count(Health.WARNING),
            "rows": [
                {
                    "id": each.id,
                    "verdict": each.verdict.value,
                    "evidence": each.evidence,
                    "remedy": each.remedy,
                }
                for each in diagnosis.observations
            ],
        }
    )


def _headline(diagnosis: Diagnosis) -> str:
    told = [
        _counted(diagnosis.count(Health.PROBLEM), "problem"),
        _counted(diagnosis.count(Health.WARNING), "warning"),
    ]
    unknown = diagnosis.count(Health.UNKNOWN)
    told += [f"{unknown} unknown"] if unknown else []
    return ", ".join(each for each in told if each) or "Nothing stands in the way of a rebuild"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""


def _observation(observation: Observation, width: int) -> Iterable[Row]:
    verdict, name = observation.verdict.value.ljust(_VERDICT_WIDTH), observation.id.ljust(width)
    column = len(verdict) + len(name) + 6
    tone = _TONES[observation.verdict]
    yield row("  ", Span(verdict, tone), "  ", name, "  ", observation.evidence, hang=column)
    if observation.remedy:
        yield indented(column, Span(observation.remedy, Tone.COMMAND))
