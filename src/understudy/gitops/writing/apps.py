"""Apps, and the folders they have: which are on the stage, which in production."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import UsageError
from understudy.core.phrases import near_miss, shown
from understudy.gitops.writing.drafts import text_in
from understudy.gitops.writing.registering import kustomization_in, resources

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.gitops.controllers import Applied
    from understudy.gitops.layout import Files, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app, and the folders that it has. `base` is what its overlay for the stage is made of.

    `substituted`: Flux fills in variables where it applies the app in production. `changed_in` is
    the file that tells Flux to change the base as it applies it, by the fields `changed_by`.
    """

    name: str
    base: str
    overlay: str
    production: str | None
    substituted: bool
    changed_in: str = ""
    changed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An app in a list. `on_stage` None: it has no overlay; False: it has one that is not used."""

    name: str
    has_base: bool
    on_stage: bool | None
    in_production: bool


def apps(files: Files, layout: Layout, stage: Stage) -> tuple[Listed, ...]:
    """Return every app that has a base, or an overlay for the stage or for production."""
    overlay = _stage_overlay(layout, stage)
    production = layout.production_overlay(stage)
    bases = set(layout.apps_below(bases_beside(overlay)))
    staged, used = set(layout.apps_below(overlay)), _used(files, overlay)
    applied = {each.folder for each in layout.kustomizations}
    produced = (
        set(layout.apps_below(production)) | _used(files, production) if production else set()
    )
    return tuple(
        Listed(
            name=name,
            has_base=name in bases,
            on_stage=_on_stage(name in used or f"{overlay}/{name}" in applied, name in staged),
            in_production=name in produced,
        )
        for name in sorted(bases | staged | produced)
    )


def addable(files: Files, layout: Layout, overlay: str) -> tuple[str, ...] | None:
    """Return the apps that an overlay which lists nothing could have; None: it lists something."""
    path = kustomization_in(files, overlay)
    text = (text_in(files, path) if path else None) or ""
    is_empty = not any(resources(text, path=path, key=key) for key in _LISTS) if path else True
    return layout.apps_below(bases_beside(overlay)) if is_empty else None


_LISTS = ("resources", "bases", "components")


def _on_stage(used: bool, has_overlay: bool) -> bool | None:  # noqa: FBT001 - two of a kind
    return used if used or has_overlay else None


def app(layout: Layout, stage: Stage, name: str, *, base: str | None) -> App:
    """Return an app by its name, or with the folder that is named as its base.

    Raises:
        UsageError: there is none, or it cannot be called so.
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
        message = f"`{shown(name)}` cannot be an app's name: a namespace is named after it."
        raise UsageError(message, hint="Use small letters, digits and hyphens, as in `web-2`.")
    overlay = _stage_overlay(layout, stage)
    production = layout.production_overlay(stage)
    folder = base.strip("/") if base else posixpath.join(bases_beside(overlay), name)
    has_overlay = posixpath.join(overlay, name) in layout.kustomized
    if folder not in layout.kustomized and not has_overlay:
        raise _no_base(layout, folder, name, named=base is not None)
    produced = posixpath.join(production, name) if production else None
    applied = [each for each in layout.kustomizations if _post_build(each)]
    changing = [(e.path, _changing(e)) for e in layout.kustomizations if e.folder == folder]
    changed_in, changed_by = next((each for each in changing if each[1]), ("", ()))
    return App(
        name=name,
        base=folder,
        overlay=posixpath.join(overlay, name),
        production=produced if produced in layout.kustomized else None,
        substituted=any(
            f"{path}/".startswith(f"{each.folder}/")
            for each in applied
            for path in (folder, produced)
        ),
        changed_in=changed_in,
        changed_by=changed_by,
    )


def _changing(applied: Applied) -> tuple[str, ...]:
    spec = applied.body.get("spec")
    return tuple(key for key in _CHANGING if isinstance(spec, dict) and spec.get(key))


_CHANGING = ("components", "patches", "images", "namePrefix", "nameSuffix")


def _post_build(applied: Applied) -> bool:
    spec = applied.body.get("spec")
    return isinstance(spec, dict) and bool(spec.get("postBuild"))


def _no_base(layout: Layout, folder: str, name: str, *, named: bool) -> UsageError:
    bases = layout.apps_below(posixpath.dirname(folder))
    meant = near_miss(name, bases)
    message = f"There is no kustomization in {shown(folder)}."
    if meant and not named:
        return UsageError(message, hint=f"Did you mean `{shown(meant)}`?")
    hint = "Name the folder that holds what the app is made of: `--from FOLDER`."
    return UsageError(message, hint=hint)


def _stage_overlay(layout: Layout, stage: Stage) -> str:
    overlay = layout.stage_overlay(stage)
    if overlay is None and layout.apps_below("apps/base"):
        overlay = f"apps/{stage.branch}"
    if overlay is None:
        message = "There is no telling which folder is the overlay of the stage."
        hint = "Run `understudy init --flux` first, or name it as `kustomize.stage` in the"
        raise UsageError(message, hint=f"{hint} configuration.")
    return overlay


def bases_beside(overlay: str) -> str:
    return posixpath.join(posixpath.dirname(overlay), "base")


def _used(files: Files, overlay: str) -> set[str]:
    """Return the apps of which an overlay lists an overlay, or the base itself."""
    path = kustomization_in(files, overlay)
    text = text_in(files, path) if path else None
    found = resources(text, path=path) if text and path else ()
    used = {posixpath.normpath(posixpath.join(overlay, each)) for each in found}
    places = (overlay, bases_beside(overlay))
    return {posixpath.basename(each) for each in used if posixpath.dirname(each) in places}
