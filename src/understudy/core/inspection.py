"""What is found when the overlays of one revision are rendered and held against the rules.

Values alone: nothing is rendered here, and no rule is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from understudy.core.decisions import Finding, Severity
from understudy.core.errors import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """An overlay that was looked at. `objects` None: it does not render."""

    path: str
    objects: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the revision was made from. `broken` are its overlays that do not render.

    `is_same`: the revision has the very files of the base, so that what is found is the base's own.
    """

    revision: str
    broken: tuple[str, ...] = ()
    is_same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Excused:
    """A finding that the configuration allows, with the reason that is given there."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a revision changes among the rendered objects of the stage, as names of objects."""

    against: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Tell whether not one rendered object differs."""
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One revision, held against the rules. Findings are in the order in which they are told.

    `known` are findings that the base has too: they count for nothing here.
    `published` names the revision that the stage has now, if it was compared with it.
    `production_as_on` names the revision whose production stood for one that does not render.
    """

    revision: str
    stage: Overlay
    production: Overlay | None
    production_as_on: str | None = None
    base: Base | None = None
    published: str | None = None
    findings: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    excused: tuple[Excused, ...] = ()
    effect: Effect | None = None

    def count(self, severity: Severity) -> int:
        """Return how many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def is_whole(self) -> bool:
        """Tell whether both overlays were seen. Else what was not found may be there."""
        production = self.production
        compared = production is None or production.objects is not None or self.production_as_on
        return self.stage.objects is not None and bool(compared)

    @property
    def exit_code(self) -> ExitCode:
        """Return that of a stage that would be withheld: for an error, or for what is not known."""
        passed = self.is_whole and not self.count(Severity.ERROR)
        return ExitCode.DONE if passed else ExitCode.WITHHELD
