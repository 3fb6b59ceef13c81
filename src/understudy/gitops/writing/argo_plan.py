"""What a repository lacks for Argo CD to deploy the stage, beside what deploys production."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core.errors import UsageError
from understudy.core.phrases import listed, shown
from understudy.gitops.controllers import specification
from understudy.gitops.layout import PRODUCTION
from understudy.gitops.rendering.kustomization import NAMES
from understudy.gitops.writing import argo_files, flux_files
from understudy.gitops.writing.apps import addable
from understudy.gitops.writing.drafts import OWN_VALUES, Draft, Drafts, text_in
from understudy.gitops.writing.registering import registered

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.gitops.controllers import Application
    from understudy.gitops.layout import Files, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The stage that is to be deployed; `per_app`: by an Application for each of its folders."""

    name: str
    stage: Stage
    per_app: bool = False


def drafted(files: Files, layout: Layout, wanted: Wanted) -> Drafts:
    """Return the files with which Argo CD deploys the stage; one that is right stays as it is.

    Raises:
        UsageError: there is no telling where they belong, or a person must change something first.
    """
    there = [each for each in layout.applications if each.revision == wanted.stage.branch]
    if there:
        return Drafts(
            files=tuple(Draft(path=e.path, text=text_in(files, e.path) or "") for e in there),
            present=tuple(f"{each.kind} {each.namespace}/{each.name}" for each in there),
            addable=_addable(files, layout, layout.stage_overlay(wanted.stage)),
        )
    production = _production(layout, wanted)
    parent = posixpath.dirname(production.folder) or "apps"
    overlay = layout.stage_overlay(wanted.stage) or posixpath.join(parent, wanted.name)
    made = [_deploying(files, production, wanted, overlay)]
    if overlay not in layout.kustomized and not wanted.per_app:
        text = flux_files.overlay_list(layout.apps_below(overlay))
        made.append(Draft(path=f"{overlay}/{NAMES[0]}", text=text))
    made += registered(files, posixpath.dirname(production.path), made)
    return Drafts(
        files=tuple(made),
        to_decide=_open_questions(production),
        addable=_addable(files, layout, overlay),
    )


def _addable(files: Files, layout: Layout, overlay: str | None) -> tuple[str, ...] | None:
    """Return the apps that the stage could have, where it lists none and has no folder of one."""
    if overlay is None or layout.apps_below(overlay):
        return None
    return addable(files, layout, overlay)


def _deploying(files: Files, production: Application, wanted: Wanted, overlay: str) -> Draft:
    name = _name(production, wanted.name)
    path = posixpath.join(posixpath.dirname(production.path), f"{name}.yaml")
    if files.read(path) is not None:
        message = f"{shown(path)} is there, and is not what deploys `{wanted.name}`."
        raise UsageError(message, hint="Rename it, or remove it, and run this again.")
    write = argo_files.application_set if wanted.per_app else argo_files.application
    text = write(name, like=production, branch=wanted.stage.branch, folder=overlay)
    return Draft(path=path, text=text)


def _name(production: Application, stage: str) -> str:
    words = [word for word in production.name.split("-") if word not in PRODUCTION]
    return "-".join([*words, stage])


def _production(layout: Layout, wanted: Wanted) -> Application:
    overlay = layout.production_overlay(wanted.stage)
    exact = [each for each in layout.applications if overlay is not None and each.folder == overlay]
    named = [each for each in layout.applications if posixpath.basename(each.folder) in PRODUCTION]
    for candidates in (exact, named):
        if candidates:
            return candidates[0]
    message = (
        "No Argo CD Application in this repository deploys a folder for production, as"
        " apps/production, beside which the stage's folder could be."
    )
    if layout.unread:
        message += f" Not read, for it may be a template: {listed(map(shown, layout.unread))}."
    raise UsageError(message, hint=_BY_HAND.format(branch=wanted.stage.branch))


_BY_HAND = (
    "If one does, name its folder in understudy.yaml: stages: {{staging: {{kustomize: {{stage:"
    " FOLDER, production: FOLDER}}}}}}. Where Applications are made by templates, add one for the"
    " stage there, with `targetRevision: {branch}`."
)


def _open_questions(production: Application) -> tuple[str, ...]:
    spec: dict[str, Any] = specification(production)
    source = spec.get("source")
    own = [key for key in (source if isinstance(source, dict) else {}) if key not in _KNOWN]
    own += [key for key in ("sources", "ignoreDifferences") if key in spec]
    if not own:
        return ()
    what = f"`{shown(production.name)}`: {listed(map(shown, own))}"
    return (f"Not copied from production's {what}. {OWN_VALUES}",)


_KNOWN = ("repoURL", "path", "targetRevision")
