"""Apps and their overlays for the stage: which there are, and the text of a new one."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core.errors import ConfigError, UsageError
from understudy.core.phrases import listed, near_miss, shown
from understudy.gitops.rendering.kustomization import NAMES
from understudy.gitops.writing import flux_files
from understudy.gitops.writing.adjusting import Adjusting
from understudy.gitops.writing.drafts import Draft, Drafts, as_yaml, literal, text_in
from understudy.gitops.writing.needs import missing
from understudy.gitops.writing.pointers import leaves
from understudy.gitops.writing.registering import kustomization_in, listing, resources
from understudy.gitops.writing.yaml_edits import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.core.config import Stage
    from understudy.gitops.controllers import Applied
    from understudy.gitops.layout import Files, Layout
    from understudy.gitops.objects import Manifest
    from understudy.gitops.writing.adjusting import Patch
    from understudy.gitops.writing.needs import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app, and the folders that it has. `base` is what its overlay for the stage is made of.

    `substituted`: Flux fills in variables where it applies the app in production.
    """

    name: str
    base: str
    overlay: str
    production: str | None
    substituted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An app in a list. `on_stage` None: it has no overlay; False: it has one that is not used."""

    name: str
    has_base: bool
    on_stage: bool | None
    in_production: bool


# --- which there are -----------------------------------------------------------------------------


def apps(files: Files, layout: Layout, stage: Stage) -> tuple[Listed, ...]:
    """Return every app that has a base, or an overlay for the stage or for production."""
    overlay = _stage_overlay(layout, stage)
    production = layout.production_overlay(stage)
    bases = set(layout.apps_below(_bases(overlay)))
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
    folder = base.strip("/") if base else posixpath.join(_bases(overlay), name)
    has_overlay = posixpath.join(overlay, name) in layout.kustomized
    if folder not in layout.kustomized and not has_overlay:
        raise _no_base(layout, folder, name, named=base is not None)
    produced = posixpath.join(production, name) if production else None
    applied = [each for each in layout.kustomizations if _post_build(each)]
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
    )


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


def _bases(overlay: str) -> str:
    return posixpath.join(posixpath.dirname(overlay), "base")


def _used(files: Files, overlay: str) -> set[str]:
    """Return the apps of which an overlay lists an overlay, or the base itself."""
    path = kustomization_in(files, overlay)
    text = text_in(files, path) if path else None
    found = resources(text, path=path) if text and path else ()
    used = {posixpath.normpath(posixpath.join(overlay, each)) for each in found}
    places = (overlay, _bases(overlay))
    return {posixpath.basename(each) for each in used if posixpath.dirname(each) in places}


def _refuse_twice(files: Files, app: App) -> None:
    parent = posixpath.dirname(app.overlay)
    path = kustomization_in(files, parent)
    for each in resources(text_in(files, path) or "", path=path) if path else ():
        if posixpath.normpath(posixpath.join(parent, each)) == app.base:
            message = f"`{app.name}` is on the stage already: {path} lists `{shown(each)}`."
            hint = "Remove that line if it is to have an overlay of its own, and run this again."
            raise UsageError(message, hint=hint)


# --- a new one -----------------------------------------------------------------------------------


def namespace_of(name: str, patterns: Iterable[str]) -> tuple[str, str]:
    """Return the namespace of an app on the stage, and the mark that sets it apart.

    Raises:
        ConfigError: there is no telling from the patterns.
    """
    for pattern in patterns:
        mark = pattern.replace("*", "").strip("-._")
        if pattern.count("*") == 1 and re.fullmatch(r"[a-z0-9-]*\*[a-z0-9-]*", pattern) and mark:
            return pattern.replace("*", name), f"-{mark}"
    message = "No pattern in `isolation.namespaces` tells how a namespace is made of an app's name."
    raise ConfigError(message, hint="Put one such as `*-stage` first.")


def listing_alone(files: Files, app: App) -> Drafts:
    """Return the stage's list with an app that has its overlay already."""
    listed_in = _list_with(files, posixpath.dirname(app.overlay), app.name)
    return Drafts(files=(listed_in,), present=(f"overlay {app.overlay}",))


def drafted(
    files: Files,
    stage: Stage,
    *,
    app: App,
    rendered: tuple[Manifest, ...],
    production: tuple[Manifest, ...],
) -> Drafts:
    """Return the overlay of an app, and the stage's list with it.

    `rendered` is what the app's base renders, `production` what production makes of it.
    """
    _refuse_twice(files, app)
    listed_in = _list_with(files, posixpath.dirname(app.overlay), app.name)
    namespace, mark = namespace_of(app.name, stage.isolation.namespaces)
    adjusting = Adjusting(manifests=rendered, namespace=namespace, mark=mark)
    made = list(_overlay(app, adjusting, branch=stage.branch))
    return Drafts(
        files=(*made, listed_in),
        to_decide=tuple(_open_questions(app, adjusting, production)),
    )


def _list_with(files: Files, overlay: str, name: str) -> Draft:
    path = kustomization_in(files, overlay)
    if path is None:
        text = flux_files.overlay_list([name])
        return Draft(path=posixpath.join(overlay, NAMES[0]), text=text)
    return Draft(path=path, text=listing(text_in(files, path) or "", [name], path=path))


def _overlay(app: App, adjusting: Adjusting, *, branch: str) -> Iterator[Draft]:
    has_namespace = any(each.id.kind == "Namespace" for each in adjusting.manifests)
    names = [posixpath.relpath(app.base, app.overlay)]
    if not has_namespace:
        names.append("namespace.yaml")
        namespace = {"name": adjusting.namespace}
        text = as_yaml({"apiVersion": "v1", "kind": "Namespace", "metadata": namespace})
        yield Draft(path=f"{app.overlay}/namespace.yaml", text=text)
    document: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": adjusting.namespace,
        "resources": names,
    }
    environment = branch.rpartition("/")[2]
    if re.fullmatch(r"[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?", environment, re.ASCII):
        document["labels"] = [{"pairs": {"env": environment}, "includeSelectors": False}]
    patches = [_patch(each) for each in adjusting.patches]
    if patches:
        document["patches"] = patches
    comment = f"{app.name} on the stage: what {app.base} has, in a namespace of its own."
    yield Draft(path=f"{app.overlay}/{NAMES[0]}", text=as_yaml(document, comment=comment))


def _patch(patch: Patch) -> dict[str, Any]:
    target = {"kind": patch.target.id.kind, "name": patch.target.id.name}
    if patch.target.id.group:
        target = {"group": patch.target.id.group, **target}
    lines = []
    for operation in patch.operations:
        pairs = [f"{key}: {scalar(value)}" for key, value in operation.items()]
        lines += [("- " if number == 0 else "  ") + pair for number, pair in enumerate(pairs)]
    return {"target": target, "patch": literal("".join(f"{line}\n" for line in lines))}


# --- what a person decides -----------------------------------------------------------------------


def _open_questions(
    app: App, adjusting: Adjusting, production: Sequence[Manifest]
) -> Iterator[str]:
    for host, new in adjusting.moved_hosts.items():
        yield (
            f"`{shown(host)}` is `{shown(new)}` on the stage: see that DNS and a certificate know"
            " it, or choose another in the overlay."
        )
    for need in missing(adjusting.manifests):
        yield _needed(app, need, production)
    variables = sorted(set(_variables(adjusting.manifests)))
    if app.substituted and variables:
        yield (
            f"Flux is to fill in {listed(map(shown, variables))}: give them values for the stage in"
            " `spec.postBuild.substitute` of what applies it."
        )


def _needed(app: App, need: Need, production: Sequence[Manifest]) -> str:
    there = [e.path for e in production if (e.id.kind, e.id.name) == (need.kind, need.name)]
    found = f" Production has it in {shown(there[0])}." if there and there[0] else ""
    encrypted = " encrypted for the cluster as the others are," if need.kind == "Secret" else ""
    return (
        f"{shown(need.needed_by.id.kind_and_name)} needs the {shown(need.kind)}"
        f" `{shown(need.name)}`, which {app.base} does not have.{found} Write one for the"
        f" stage,{encrypted} and list it in {app.overlay}/{NAMES[0]}."
    )


def _variables(manifests: Iterable[Manifest]) -> Iterator[str]:
    for each in manifests:
        for leaf in leaves(each.body):
            yield from re.findall(r"(?<!\$)\$\{([A-Za-z_]\w*)", leaf.text, re.ASCII)
