"""What `overlay` finds in a clone and would write into it, put together of what each room knows."""

from __future__ import annotations

import posixpath
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from understudy import scaffolding
from understudy.clone import configuration_in, open_clone
from understudy.core import phrases
from understudy.core.decisions import Severity
from understudy.core.errors import UsageError
from understudy.gitops import applying
from understudy.gitops.inspecting import in_order
from understudy.gitops.isolation import registry
from understudy.gitops.layout import found_in
from understudy.gitops.rendering.renders import Broken, Rendered, Renderer
from understudy.gitops.ruling import Examined
from understudy.gitops.writing import apps, flux_plan, overlays
from understudy.gitops.writing.drafts import Drafts
from understudy.gitops.writing.flux_site import Wanted
from understudy.gitops.writing.overlaid import Overlaid
from understudy.gitops.writing.overlays import Seen
from understudy.wiring import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.core.config import Stage
    from understudy.core.decisions import Finding
    from understudy.core.inspection import Effect, Inspection
    from understudy.core.ports import Tree
    from understudy.gitops.layout import Layout
    from understudy.gitops.objects import Manifest
    from understudy.gitops.writing.apps import App, Listed
    from understudy.scaffolding import PlannedFile, WorkTree
    from understudy.wiring import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What is written for an app, and what its overlay holds then.

    `namespaces` are those of its objects; `findings` stand against them. `compared`: there is a
    production that they were held against.
    """

    tree: WorkTree
    app: App
    files: tuple[PlannedFile, ...]
    drafts: Drafts
    objects: int
    namespaces: tuple[str, ...]
    findings: tuple[Finding, ...]
    compared: bool

    @property
    def errors(self) -> int:
        """Return how many findings stand against the stage."""
        return sum(each.severity is Severity.ERROR for each in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    tree: Tree
    layout: Layout
    stage_name: str
    stage: Stage

    def renderer(self, tree: Tree) -> Renderer:
        return Renderer(tree, None, self.stage.kustomize, cache_folder() / "renders")

    def as_applied(
        self, tree: Tree, layout: Layout, folder: str | None
    ) -> Rendered | Broken | None:
        """Render an overlay with what Flux changes in it; None: there is none."""
        if folder is None or tree.folder_id(folder) is None:
            return None
        applied = layout.deploying(folder, self.stage)
        return applying.rendered(tree, folder, applied=applied, rendering=self.renderer)


def listed(stage: str | None) -> tuple[Listed, ...]:
    """Return the apps of the clone we stand in.

    Raises:
        UsageError: it is no clone, or there is no telling which overlay is the stage's.
    """
    with _opened(stage) as place:
        return apps.apps(place.tree, place.layout, place.stage)


def addition(name: str, *, base: str | None, stage: str | None) -> Addition:
    """Plan the overlay of an app, and look at what it would render.

    Raises:
        UsageError: there is no such app, or its base does not render.
        ConfigError: the configuration cannot be right.
    """
    work_tree = scaffolding.open_work_tree(Path.cwd())
    with _opened(stage) as place:
        app = apps.app(place.layout, place.stage, name, base=base)
        drafts = _drafted(place, app, work_tree)
        planned = Overlaid(place.tree, drafts.files)
        manifests = _rendered(place.renderer(planned), app.overlay)
        return Addition(
            tree=work_tree,
            app=app,
            files=tuple(scaffolding.planned(work_tree, d.path, d.text) for d in drafts.files),
            drafts=drafts,
            objects=len(manifests),
            namespaces=tuple(sorted({each.id.namespace for each in manifests} - {""})),
            findings=_findings(place, planned, manifests),
            compared=found_in(planned).production_overlay(place.stage) is not None,
        )


def checked(options: Options, app: str | None) -> Inspection:
    """Look at the work tree; with `app`, at what its own files and those of its base bring.

    Raises:
        UsageError: there is no such app on the stage.
    """
    from understudy.cli.checking import check

    inspection = check(options, None, against=None)
    if app is None:
        return inspection
    known = [each.name for each in listed(options.stage) if each.on_stage is not None]
    if app not in known:
        message = f"There is no overlay of `{phrases.shown(app)}` for the stage."
        raise UsageError(message, hint=f"There is {phrases.listed(known)}.")
    part = _part(options.stage, posixpath.join(inspection.stage.path, app))
    effect = inspection.effect
    return replace(
        inspection,
        findings=tuple(each for each in inspection.findings if part.has(each)),
        known=tuple(each for each in inspection.known if part.has(each)),
        excused=tuple(each for each in inspection.excused if part.has(each.finding)),
        effect=effect and part.of_effect(effect),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is one app's: its folders, its objects, and all that is in its namespaces."""

    folders: tuple[str, ...]
    objects: frozenset[str]
    namespaces: frozenset[str]

    def has(self, found: Finding) -> bool:
        return found.path.startswith(self.folders) or self.has_object(found.subject)

    def has_object(self, name: str) -> bool:
        kind, _, place = name.partition(" ")
        inside = place if kind == "Namespace" else place.rpartition("/")[0]
        return name in self.objects or inside in self.namespaces

    def of_effect(self, effect: Effect) -> Effect:
        return replace(
            effect,
            added=tuple(filter(self.has_object, effect.added)),
            changed=tuple(filter(self.has_object, effect.changed)),
            removed=tuple(filter(self.has_object, effect.removed)),
        )


def _part(stage: str | None, overlay: str) -> _Part:
    with _opened(stage) as place:
        manifests = _objects(place.renderer(place.tree).render(overlay))
    parent, name = posixpath.split(overlay)
    return _Part(
        folders=(f"{overlay}/", f"{posixpath.dirname(parent)}/base/{name}/"),
        objects=frozenset(str(each.id) for each in manifests),
        namespaces=frozenset(each.id.namespace for each in manifests) - {""},
    )


@contextmanager
def _opened(stage: str | None) -> Iterator[_Place]:
    with open_clone(Path.cwd()) as clone:
        tree = clone.work_tree()
        name, settings = configuration_in(tree).stage(stage)
        yield _Place(tree=tree, layout=found_in(tree), stage_name=name, stage=settings)


# --- what is written -----------------------------------------------------------------------------


def _drafted(place: _Place, app: App, work_tree: WorkTree) -> Drafts:
    if app.overlay in place.layout.kustomized:
        drafts = overlays.listing_alone(place.tree, app)
    else:
        drafts = overlays.drafted(place.tree, place.stage, app=app, seen=_seen(place, app))
    return _with_flux(place, drafts, app, work_tree)


def _seen(place: _Place, app: App) -> Seen:
    """Look at what an app is made of, and at the stage and production as they are now."""
    renderer = place.renderer(place.tree)

    layout = place.layout

    def as_applied(folder: str | None) -> tuple[Manifest, ...]:
        return _objects(place.as_applied(place.tree, layout, folder))

    return Seen(
        base=_rendered(renderer, app.base),
        production=_objects(renderer.render(app.production)) if app.production else (),
        all_of_production=as_applied(layout.production_overlay(place.stage)),
        all_of_stage=as_applied(layout.stage_overlay(place.stage)),
    )


def _objects(found: Rendered | Broken | None) -> tuple[Manifest, ...]:
    return found.manifests if isinstance(found, Rendered) else ()


def _with_flux(place: _Place, drafts: Drafts, app: App, work_tree: WorkTree) -> Drafts:
    """Add what applies the app, where Flux applies each app of the stage by itself."""
    applied = place.layout.applied_from(place.layout.stage_sources(place.stage))
    folders = {each.folder for each in applied}
    overlay = posixpath.dirname(app.overlay)
    if not any(posixpath.dirname(each) == overlay for each in folders) or overlay in folders:
        return drafts
    cluster = next(place.layout.cluster_of(e.path) for e in applied if e.folder in folders)
    wanted = Wanted(
        name=place.stage_name,
        stage=place.stage,
        base=work_tree.remote_branch or "",
        origin=work_tree.origin,
        cluster=cluster or None,
        per_app=True,
    )
    planned = Overlaid(place.tree, drafts.files)
    more = flux_plan.drafted(planned, found_in(planned), wanted)
    files = {each.path: each for each in (*drafts.files, *more.files)}
    return Drafts(files=tuple(files.values()), present=drafts.present, to_decide=drafts.to_decide)


# --- what it renders -----------------------------------------------------------------------------


def _rendered(renderer: Renderer, folder: str) -> tuple[Manifest, ...]:
    found = renderer.render(folder)
    if isinstance(found, Broken):
        first = found.findings[0]
        message = f"`{phrases.shown(folder)}` does not render. {first.message}"
        raise UsageError(message, hint=first.remedy)
    return found.manifests


def _findings(place: _Place, tree: Tree, manifests: Sequence[Manifest]) -> tuple[Finding, ...]:
    """Return what stands against the objects of the app, on the stage as it would be."""
    layout = found_in(tree)
    overlay, beside = layout.stage_overlay(place.stage), layout.production_overlay(place.stage)
    stage, production = (place.as_applied(tree, layout, each) for each in (overlay, beside))
    broken = [each for each in (stage, production) if isinstance(each, Broken)]
    if stage is None or isinstance(stage, Broken):
        return tuple(found for each in broken for found in each.findings)
    examined = Examined(
        stage=stage.manifests,
        production=_objects(production),
        settings=place.stage.isolation,
        stage_overlay=stage.overlay,
        production_overlay=beside,
        layout=layout,
        branch=place.stage.branch,
    )
    names = {str(each.id) for each in manifests}
    found, _ = registry.held_against(registry.RULES, examined)
    ours = (each for each in found if each.subject in names)
    return tuple(in_order((*(found for each in broken for found in each.findings), *ours)))
