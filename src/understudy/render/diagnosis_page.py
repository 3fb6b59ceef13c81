"""A diagnosis as a page and as a document: what was looked at, what was seen, what mends it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from understudy.core.diagnosis import Health
from understudy.redaction import redacted
from understudy.render.documents import document
from understudy.render.page import Page, Row, Span, Tone, indented, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.core.diagnosis import Diagnosis, Mended, Observation

_TONES = {
    Health.OK: Tone.GOOD,
    Health.WARNING: Tone.WAITING,
    Health.PROBLEM: Tone.BAD,
    Health.UNKNOWN: Tone.QUIET,
}
_VERDICT_WIDTH = max(len(each.value) for each in Health)


def diagnosis_page(diagnosis: Diagnosis, mended: Mended | None = None) -> Page:
    """Tell of a diagnosis, in the order in which things were looked at, and of what was mended."""
    width = max((len(each.id) for each in diagnosis.observations), default=0)
    page = [row(Span(_headline(diagnosis), Tone.TITLE)), row()]
    for each in diagnosis.observations:
        page += _observation(each, width)
    if mended is not None:
        page += [row(), *_mended(mended)]
    elif any(each.repair for each in diagnosis.observations):
        page += [row(), row(_BY_ITSELF, Span(_FIX, Tone.COMMAND))]
    return page


def diagnosis_document(diagnosis: Diagnosis, mended: Mended | None = None) -> bytes:
    """Return the same as JSON. New keys may come, those here stay."""
    told = {} if mended is None else {"mended": _mended_document(mended)}
    return document(
        {
            "problems": diagnosis.count(Health.PROBLEM),
            "warnings": diagnosis.count(Health.WARNING),
            "rows": [
                {
                    "id": each.id,
                    "verdict": each.verdict.value,
                    "evidence": redacted(each.evidence),
                    "remedy": redacted(each.remedy),
                    "repair": redacted(each.repair.does) if each.repair else None,
                }
                for each in diagnosis.observations
            ],
            **told,
        }
    )


def _mended_document(mended: Mended) -> dict[str, object]:
    return {
        "dry_run": mended.dry_run,
        "done": [
            {
                "does": redacted(each.does),
                "path": each.path,
                "difference": [redacted(line) for line in each.difference],
            }
            for each in mended.done
        ],
        "failed": [
            {"does": redacted(each.does), "path": each.path, "because": redacted(error.message)}
            for each, error in mended.failed
        ],
    }


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
    yield row(
        "  ", Span(verdict, tone), "  ", name, "  ", redacted(observation.evidence), hang=column
    )
    if observation.remedy:
        yield indented(column, Span(redacted(observation.remedy), Tone.COMMAND))


# --- what was mended -----------------------------------------------------------------------------

_FIX = "understudy doctor --fix"
_BY_ITSELF = "Some of this can be mended without you: "
_NOTHING = "Nothing of this can be mended without you"


def _mended(mended: Mended) -> Iterator[Row]:
    if not mended.done and not mended.failed:
        yield row(Span(_NOTHING, Tone.TITLE))
        return
    yield row(Span("Would mend: a dry run" if mended.dry_run else "Mended", Tone.TITLE))
    for repair in mended.done:
        yield row("  ", redacted(repair.does), hang=4)
        yield from _difference(repair.difference, indent=4)
    for repair, error in mended.failed:
        yield row(
            Span("  not done  ", Tone.BAD), redacted(f"{repair.does}: {error.message}"), hang=12
        )
        yield indented(12, Span(redacted(error.hint), Tone.COMMAND))
    changed = sorted({repair.path for repair in mended.done if repair.path})
    if changed and not mended.dry_run:
        commit = f"git add {shlex.join(changed)} && git commit --message '{_TITLE}' && git push"
        yield row()
        yield row("Look at the files, and bring them to the default branch:")
        yield indented(4, Span(commit, Tone.COMMAND))


_TITLE = "Correct what deploys the stage"


def _difference(lines: Iterable[str], *, indent: int = 0) -> Iterator[Row]:
    """Return the lines of a unified diff."""
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}
    for line in map(redacted, lines):
        yield row(" " * indent, Span(line, tones.get(line[:1], Tone.PLAIN)))
