"""One revision → what is found on its stage: rendered, held against the rules, and compared.

The use case of this room. Where the files come from is not known here.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.decisions import Severity
from understudy.core.errors import ConfigError, UsageError
from understudy.core.inspection import Base, Inspection, Overlay
from understudy.gitops import applying, deploying, effects, orphans, titles
from understudy.gitops.isolation import registry
from understudy.gitops.layout import found_in
from understudy.gitops.rendering.renders import Broken, Rendered
from understudy.gitops.ruling import Examined
from understudy.gitops.schemas import validation
from understudy.gitops.wedge import comparing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from understudy.core.config import Stage
    from understudy.core.decisions import Finding
    from understudy.core.inspection import Effect
    from understudy.core.ports import Tree
    from understudy.gitops.layout import Layout
    from understudy.gitops.objects import Manifest
    from understudy.gitops.rendering.renders import Renderer

    Rendering = Callable[[Tree], Renderer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The files of a revision, and what people call it."""

    name: str
    tree: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be looked at: a revision, what it was made from, and what is on the stage now.

    Without `published`, `base` stands for it: that is what the stage would be rebuilt from.
    """

    revision: Named
    stage: Stage
    base: Named | None = None
    published: Named | None = None


def inspect(asked: Asked, rendering: Rendering) -> Inspection:
    """Look at a revision.

    Raises:
        ConfigError: a setting is for a rule, or a folder, that does not exist.
        UsageError: there is no telling which folder is the stage's overlay, or what holds objects
            against their schemas is not installed.
    """
    settings = asked.stage.isolation
    titles.refuse_unknown_rules(settings)
    _refuse_unknown_folders(asked)
    seen = _see(asked.revision.tree, asked.stage, rendering)
    base = _base_of(asked, rendering)
    now = _on_the_stage_now(asked, seen.stage.overlay, base, rendering)
    found = _findings(seen, now, instead=base)
    weighed, excused = registry.weighed(found, settings, looked=_looked(seen, now))
    told = in_order(weighed)
    had = {_sameness(each) for each in _findings(base, now, instead=seen)} if base else set()
    return Inspection(
        revision=asked.revision.name,
        stage=_told(seen.stage),
        production=_told(seen.production) if seen.production else None,
        base=_told_base(asked, seen, base),
        production_as_on=_instead(asked, seen, base),
        published=asked.published.name if asked.published and now is not None else None,
        findings=tuple(each for each in told if _sameness(each) not in had),
        known=tuple(each for each in told if _sameness(each) in had),
        excused=excused,
        effect=_effect(asked, seen, base),
    )


def _refuse_unknown_folders(asked: Asked) -> None:
    """Refuse an overlay that neither the revision nor its base has: nobody would ever miss it."""
    trees = [each.tree for each in (asked.revision, asked.base) if each]
    kustomize = asked.stage.kustomize
    for key, folder in (("stage", kustomize.stage), ("production", kustomize.production)):
        if folder and all(tree.folder_id(posixpath.normpath(folder)) is None for tree in trees):
            message = f"The configuration has `kustomize.{key}: {folder}`: there is no such folder."
            raise ConfigError(message, hint="Correct it, or take it away and let it be found.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The overlays of one tree, rendered."""

    tree: Tree
    settings: Stage
    layout: Layout
    stage: Rendered | Broken
    production: Rendered | Broken | None

    @property
    def broken(self) -> tuple[str, ...]:
        both = (self.stage, self.production)
        return tuple(each.overlay for each in both if isinstance(each, Broken))


def _see(
    tree: Tree, settings: Stage, rendering: Rendering, *, layout: Layout | None = None
) -> _Seen:
    layout = layout or found_in(tree)
    overlay = layout.stage_overlay(settings)
    if overlay is None:
        message = "There is no telling which folder is the overlay of the stage."
        hint = "Name it as `kustomize.stage` in the configuration, or run `understudy init --flux`."
        raise UsageError(message, hint=hint)
    beside = layout.production_overlay(settings)

    def rendered(folder: str) -> Rendered | Broken:
        applied = layout.deploying(folder, settings)
        return applying.rendered(tree, folder, applied=applied, rendering=rendering)

    return _Seen(
        tree=tree,
        settings=settings,
        layout=layout,
        stage=rendered(overlay),
        production=rendered(beside) if beside is not None else None,
    )


def _base_of(asked: Asked, rendering: Rendering) -> _Seen | None:
    """Look at the base; None: there is none, it is the revision itself, or it has no stage yet."""
    if asked.base is None or _is_same(asked):
        return None
    layout = found_in(asked.base.tree)
    overlay = layout.stage_overlay(asked.stage)
    if overlay is None or asked.base.tree.folder_id(overlay) is None:
        return None
    return _see(asked.base.tree, asked.stage, rendering, layout=layout)


def _is_same(asked: Asked) -> bool:
    base = asked.base
    return base is not None and base.tree.folder_id("") == asked.revision.tree.folder_id("")


def _objects(seen: Rendered | Broken | None) -> tuple[Manifest, ...]:
    return seen.manifests if isinstance(seen, Rendered) else ()


def _on_the_stage_now(
    asked: Asked, overlay: str, base: _Seen | None, rendering: Rendering
) -> tuple[Manifest, ...] | None:
    """Return the objects that the cluster has from the stage; None: they are not known."""
    if asked.published is None:
        before = base.stage if base else None
    elif asked.published.tree.folder_id(overlay) is None:
        return ()
    else:
        tree = asked.published.tree
        applied = found_in(tree).deploying(overlay, asked.stage)
        before = applying.rendered(tree, overlay, applied=applied, rendering=rendering)
    return before.manifests if isinstance(before, Rendered) else None


# --- what is found -------------------------------------------------------------------------------


def _findings(
    seen: _Seen, now: tuple[Manifest, ...] | None, *, instead: _Seen | None
) -> Iterator[Finding]:
    """Find all. Where production does not render, it is taken as another revision has it."""
    for each in (seen.stage, seen.production):
        if isinstance(each, Broken):
            yield from each.findings
    yield from deploying.findings(seen.tree, seen.layout, seen.settings)
    if isinstance(seen.stage, Broken):
        return
    stage, production = seen.stage.manifests, _objects(seen.production)
    if isinstance(seen.production, Broken) and instead:
        production = _objects(instead.production)
    yield from registry.examine(_examined(seen, stage, production))
    if now is not None:
        yield from comparing.findings(stage, now, production)
    yield from validation.findings(stage)
    yield from orphans.findings(seen.tree, seen.stage.overlay, seen.layout)


def _looked(seen: _Seen, now: tuple[Manifest, ...] | None) -> frozenset[str]:
    """Return the rules that could find something: an allowance for another one may be needed."""
    if seen.broken:
        return frozenset()
    unable = titles.RENDERING.keys() | (comparing.TITLES.keys() if now is None else set())
    return frozenset(titles.TITLES.keys() - unable)


def _examined(
    seen: _Seen, stage: tuple[Manifest, ...], production: tuple[Manifest, ...]
) -> Examined:
    return Examined(
        stage=stage,
        production=production,
        settings=seen.settings.isolation,
        stage_overlay=seen.stage.overlay,
        production_overlay=seen.production.overlay if seen.production else None,
        layout=seen.layout,
        branch=seen.settings.branch,
    )


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return errors first, and what one rule found together, in the order of the rules."""
    found = list(findings)
    rules = {rule: place for place, rule in enumerate(dict.fromkeys(each.rule for each in found))}
    return sorted(found, key=lambda each: (each.severity is Severity.WARNING, rules[each.rule]))


def _sameness(found: Finding) -> tuple[str, str, str]:
    return found.rule, found.subject, found.message


# --- compared with the base ----------------------------------------------------------------------


def _effect(asked: Asked, seen: _Seen, base: _Seen | None) -> Effect | None:
    if asked.base is None or _is_same(asked) or isinstance(seen.stage, Broken):
        return None
    if base and isinstance(base.stage, Broken):
        return None
    before = _objects(base.stage) if base else ()
    return effects.effect(before, seen.stage.manifests, against=asked.base.name)


def _instead(asked: Asked, seen: _Seen, base: _Seen | None) -> str | None:
    if not (asked.base and base and isinstance(seen.production, Broken)):
        return None
    return asked.base.name if isinstance(base.production, Rendered) else None


def _told_base(asked: Asked, seen: _Seen, base: _Seen | None) -> Base | None:
    if asked.base is None:
        return None
    if _is_same(asked):
        return Base(revision=asked.base.name, broken=seen.broken, is_same=True)
    return Base(revision=asked.base.name, broken=base.broken if base else ())


def _told(rendered: Rendered | Broken) -> Overlay:
    objects = len(rendered.manifests) if isinstance(rendered, Rendered) else None
    return Overlay(path=rendered.overlay, objects=objects)
