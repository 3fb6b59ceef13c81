"""Which branch the stage and production are deployed from, as the repository's files tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.controllers import Applied
from understudy.gitops.ruling import Examined, Rule, Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.gitops.controllers import Application


def wrong_sources(examined: Examined) -> Iterator[Finding]:
    """Find what deploys the stage from another branch, or anything else from the stage's."""
    layout = examined.layout
    if layout is None or not examined.stage_overlay:
        return
    for applied in layout.kustomizations:
        source = layout.source_of(applied)
        if source is not None and source.branch:
            yield from _judged(examined, applied, source.branch)
    for application in layout.applications:
        yield from _judged(examined, application, application.revision)


def _judged(examined: Examined, deployed: Applied | Application, branch: str) -> Iterator[Finding]:
    reads_stage = branch == examined.branch
    if _is_below(deployed.folder, examined.stage_overlay) and not reads_stage:
        yield _finding(deployed, _not_the_stage(examined, deployed, branch))
    production = examined.production_overlay
    if production and _is_below(deployed.folder, production) and reads_stage:
        yield _finding(deployed, _production_from_stage(examined, deployed))


def _is_below(folder: str, overlay: str) -> bool:
    return folder == overlay or folder.startswith(f"{overlay}/")


def _not_the_stage(examined: Examined, deployed: Applied | Application, branch: str) -> Said:
    read = f"the branch `{phrases.shown(branch)}`" if branch else "the default branch"
    return Said(
        message=f"It deploys the stage (`{phrases.shown(deployed.folder)}`) from {read}, so that no"
        f" pull request on `{examined.branch}` is ever seen there.",
        remedy=_remedy(deployed, f"the branch `{examined.branch}`"),
    )


def _production_from_stage(examined: Examined, deployed: Applied | Application) -> Said:
    return Said(
        message=f"It deploys production (`{phrases.shown(deployed.folder)}`) from the stage's"
        f" branch `{examined.branch}`: every open pull request is in production.",
        remedy=_remedy(deployed, "the base branch"),
    )


def _remedy(deployed: Applied | Application, wanted: str) -> str:
    if isinstance(deployed, Applied):
        return f"Set `spec.sourceRef.name` to a GitRepository that reads {wanted}."
    return f"Set `spec.source.targetRevision` to {wanted}."


def _finding(deployed: Applied | Application, said: Said) -> Finding:
    kind = "Kustomization" if isinstance(deployed, Applied) else deployed.kind
    place = f"{deployed.namespace}/{deployed.name}" if deployed.namespace else deployed.name
    return Finding(
        rule=WRONG_SOURCE.id,
        subject=f"{kind} {place}",
        message=said.message,
        remedy=said.remedy,
        path=deployed.path,
        severity=said.severity,
    )


WRONG_SOURCE = Rule(
    id="wrong-source",
    severity=Severity.ERROR,
    title="Flux or Argo CD deploys the stage or production from the wrong branch",
    look=wrong_sources,
)
