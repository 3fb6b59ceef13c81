"""Which of Flux's commit statuses start a rebuild: those that a stage wants told, and no others.

A rebuild that such a status starts finds nothing new but that, so it tells and pushes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.config import Config, Stage

CONTEXT = "kustomization/"
"""How the statuses begin that Flux sets for its Kustomizations."""

_PLAIN = re.compile(r"[\w./-]+", re.ASCII)
"""Names that can stand in an expression. For the rare others, whatever Flux says is heard."""


def flux_blocks(config: Config, base: str) -> dict[str, list[str]]:
    """Return the lines of the job's condition that are about Flux, and the comment above it."""
    told = [stage for stage in config.stages.values() if stage.report.deployed]
    return {"flux": list(_condition(told, base)), "heard": _HEARD if told else []}


def is_deaf(condition: object) -> bool:
    """Tell whether a job's condition lets no status of a Kustomization start it."""
    return bool(_SKIPPED.search(str(condition)))


_SKIPPED = re.compile(rf"!startsWith\(github\.event\.context, '{CONTEXT}'\)\s*(&&|$)")


def _condition(told: list[Stage], base: str) -> Iterator[str]:
    is_flux = f"startsWith(github.event.context, '{CONTEXT}')"
    if not told:
        yield f"      !{is_flux} &&"
        return
    wanted = [_wanted(stage, base) for stage in told]
    if not all(wanted):
        return
    yield f"      (!{is_flux} ||"
    for index, lines in enumerate(wanted, start=1):
        yield from lines[:-1]
        yield lines[-1] + (" ||" if index < len(wanted) else ") &&")


def _wanted(stage: Stage, base: str) -> list[str]:
    """Return what holds of a status on the stage's commits: of what the base has, others speak."""
    if stage.flux.kustomization and _PLAIN.fullmatch(stage.flux.kustomization):
        name = f"{CONTEXT}{stage.flux.kustomization}/"
        return [f"       startsWith(github.event.context, '{name}')"]
    if not (_PLAIN.fullmatch(stage.branch) and _PLAIN.fullmatch(base)):
        return []
    names = "github.event.branches.*.name"
    return [
        f"       (contains({names}, '{stage.branch}') &&",
        f"        !contains({names}, '{base}'))",
    ]


_HEARD = [
    "    # Flux is heard where it speaks of a stage's commits: who is on the stage is told of it.",
]
