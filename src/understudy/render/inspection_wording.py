"""Every sentence that people read about an inspection, once; whoever writes it makes it harmless.

What a rule found is said by the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.decisions import Severity
from understudy.render.wording import more, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.inspection import Effect, Inspection, Overlay

__all__ = [
    "ALLOWED",
    "compared",
    "effect",
    "headline",
    "known",
    "more",
    "named",
    "rendered",
    "typed",
]

ALLOWED = "Allowed by the configuration"
_NOT_SEEN = "it could not be checked, for the base is broken"


def headline(inspection: Inspection) -> str:
    """Say in one line how the revision stands."""
    counts = (
        _counted(inspection.count(Severity.ERROR), "error"),
        _counted(inspection.count(Severity.WARNING), "warning"),
    )
    nothing = "nothing stands against it on the stage" if inspection.is_whole else _NOT_SEEN
    found = ", ".join(filter(None, counts)) or nothing
    return f"{inspection.revision}: {found}"


def named(name: str, commit: str) -> str:
    """Say which commit a name stands for; an id says it by itself, and so does no name."""
    return short(commit) if commit.startswith(name) else f"{name} at {short(commit)}"


def typed(name: str, commit: str) -> str:
    """Return a revision as it was typed; a long id is made short."""
    return short(commit) if commit.startswith(name) else name


def rendered(overlay: Overlay) -> str:
    if overlay.objects is None:
        return "does not render"
    return _counted(overlay.objects, "object") or "no objects"


def compared(inspection: Inspection) -> Iterator[str]:
    """Say with what it was compared, and what could not be."""
    base = inspection.base
    yield from _of_production(inspection)
    if base is None:
        yield "No base is known to compare with."
    elif base.broken:
        overlays = " and ".join(base.broken)
        verb = "does" if len(base.broken) == 1 else "do"
        said = f"The base is broken: on {base.revision}, {overlays} {verb} not render."
        yield said if base.is_same else f"{said} No change made on top of it is to blame for that."
    elif base.is_same:
        yield f"It has the very files of its base, {base.revision}."
    else:
        yield f"Compared with its base, {base.revision}."
    if inspection.published:
        yield f"Compared with what is on the stage now, {inspection.published}."


def _of_production(inspection: Inspection) -> Iterator[str]:
    if inspection.production is None:
        yield "No overlay of production is known: what both have in common cannot be told."
    elif inspection.production.objects is not None or inspection.stage.objects is None:
        return
    elif inspection.production_as_on:
        yield f"The stage is held against production as it is on {inspection.production_as_on}."
    else:
        yield "Without production's objects, what both have in common cannot be told."


def known(inspection: Inspection) -> str:
    base = f" on its base, {inspection.base.revision}" if inspection.base else " on its base"
    return f"Already{base}, and not counted ({len(inspection.known)})"


def effect(told: Effect) -> str:
    if told.is_none:
        return f"No effect on the stage: every object renders as on {told.against}"
    counts = ((told.added, "added"), (told.changed, "changed"), (told.removed, "removed"))
    said = ", ".join(f"{len(names)} {verb}" for names, verb in counts if names)
    return f"Effect on the stage, against {told.against}: {said}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""
