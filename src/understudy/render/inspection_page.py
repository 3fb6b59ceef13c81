"""An inspection as a page and as a document: what was found, where, and what mends it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from understudy.core.decisions import Severity
from understudy.render import inspection_wording as wording
from understudy.render.documents import document
from understudy.render.page import Page, Row, Span, Tone, indented, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from understudy.core.decisions import Finding
    from understudy.core.inspection import Effect, Excused, Inspection, Overlay

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WAITING}
_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
_LISTED = 20
"""So many objects of one kind of change are named; the rest is counted. The document has all."""


def inspection_page(inspection: Inspection, titles: Mapping[str, str]) -> Page:
    """Tell of an inspection. `titles` say in a few words what each rule is about."""
    page = [row(Span(wording.headline(inspection), Tone.TITLE)), row()]
    page += _circumstances(inspection)
    page += findings_rows(inspection.findings, titles)
    if inspection.known:
        page += [row(), *_known(inspection)]
    if inspection.excused:
        page += [row(), *_excused(inspection.excused)]
    if inspection.effect:
        page += [row(), *_effect(inspection.effect)]
    return page


def findings_rows(findings: Sequence[Finding], titles: Mapping[str, str]) -> Iterator[Row]:
    """Tell of findings: those of a rule together, in the order they have, a remedy once."""
    for (severity, rule), found in _grouped(findings):
        yield row()
        yield from _group(severity, rule, found, titles)


def inspection_document(inspection: Inspection) -> bytes:
    """Return the same as JSON. New keys may come, those here stay."""
    base, effect = inspection.base, inspection.effect
    return document(
        {
            "revision": inspection.revision,
            "errors": inspection.count(Severity.ERROR),
            "warnings": inspection.count(Severity.WARNING),
            "stage": _overlay_document(inspection.stage),
            "production": inspection.production and _overlay_document(inspection.production),
            "production_as_on": inspection.production_as_on,
            "base": base and {"revision": base.revision, "broken": base.broken},
            "published": inspection.published,
            "findings": [finding_document(found) for found in inspection.findings],
            "known": [finding_document(found) for found in inspection.known],
            "excused": [
                {**finding_document(excused.finding), "reason": excused.reason}
                for excused in inspection.excused
            ],
            "effect": effect
            and {
                "against": effect.against,
                "added": effect.added,
                "changed": effect.changed,
                "removed": effect.removed,
            },
        }
    )


def finding_document(found: Finding) -> dict[str, Any]:
    """Return one finding as it is in documents."""
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "subject": found.subject,
        "path": found.path,
        "message": found.message,
        "remedy": found.remedy,
    }


def _overlay_document(overlay: Overlay) -> dict[str, Any]:
    return {"path": overlay.path, "objects": overlay.objects}


def _circumstances(inspection: Inspection) -> Iterator[Row]:
    overlays = [overlay for overlay in (inspection.stage, inspection.production) if overlay]
    width = max(len(overlay.path) for overlay in overlays)
    for overlay in overlays:
        tone = Tone.BAD if overlay.objects is None else Tone.PLAIN
        yield row("  ", overlay.path.ljust(width), "  ", Span(wording.rendered(overlay), tone))
    for said in wording.compared(inspection):
        yield row("  ", Span(said, Tone.QUIET), hang=2)


def _grouped(
    findings: Sequence[Finding],
) -> Iterator[tuple[tuple[Severity, str], list[Finding]]]:
    for key, group in groupby(findings, key=lambda found: (found.severity, found.rule)):
        yield key, list(group)


def _group(
    severity: Severity, rule: str, found: Sequence[Finding], titles: Mapping[str, str]
) -> Iterator[Row]:
    count = f" ({len(found)})" if len(found) > 1 else ""
    title = f"  {titles[rule]}" if rule in titles else ""
    yield row(
        Span(severity.value, _TONES[severity]), f"  {rule}{count}", Span(title, Tone.QUIET), hang=2
    )
    for remedy, alike in groupby(found, key=lambda one: one.remedy):
        for one in alike:
            yield from _one(one)
        if remedy:
            yield indented(4, Span(remedy, Tone.COMMAND))


def _one(found: Finding) -> Iterator[Row]:
    path = ("  ", Span(found.path, Tone.QUIET)) if found.path else ()
    yield row("  ", found.subject, *path, hang=4)
    yield indented(4, found.message)


def _known(inspection: Inspection) -> Iterable[Row]:
    yield row(Span(wording.known(inspection), Tone.TITLE), hang=2)
    for (severity, rule), found in _grouped(inspection.known):
        for one in found:
            path = ("  ", Span(one.path, Tone.QUIET)) if one.path else ()
            yield row(f"  {severity.value}  {rule}  {one.subject}", *path, hang=4)


def _excused(excused: Sequence[Excused]) -> Iterable[Row]:
    yield row(Span(f"{wording.ALLOWED} ({len(excused)})", Tone.TITLE))
    for one in excused:
        yield row(f"  {one.finding.rule}  {one.finding.subject}", hang=4)
        yield indented(4, Span(one.reason, Tone.QUIET))


def _effect(effect: Effect) -> Iterable[Row]:
    yield row(Span(wording.effect(effect), Tone.TITLE), hang=2)
    for kind, sign in _SIGNS.items():
        names = getattr(effect, kind)
        shown = names if len(names) <= _LISTED else names[: _LISTED - 1]
        for name in shown:
            yield row(f"  {sign} {name}", hang=4)
        if len(shown) < len(names):
            yield row(f"  {sign} {wording.more(len(names) - len(shown))}", hang=4)
