"""An overlay as Flux applies it: each Kustomization by itself, with what it changes in its folder.

What Flux fills in later, for `${…}`, stays as it is written. Nothing is judged here.
"""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from understudy.core import places
from understudy.core.errors import UsageError
from understudy.documents import load_all
from understudy.gitops.controllers import Applied, declared
from understudy.gitops.rendering import broken, flux_settings
from understudy.gitops.rendering.kustomization import NAMES
from understudy.gitops.rendering.renders import Broken, Rendered
from understudy.gitops.rendering.unlisted import stands_for
from understudy.gitops.writing.drafts import Draft
from understudy.gitops.writing.overlaid import Overlaid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from understudy.core.ports import Tree
    from understudy.gitops.objects import Manifest, ObjectId
    from understudy.gitops.rendering.renders import Renderer

    Rendering = Callable[[Tree], Renderer]


def rendered(
    tree: Tree, overlay: str, *, applied: Iterable[Applied], rendering: Rendering
) -> Rendered | Broken:
    """Render what the Kustomizations make of an overlay and of what is below it, put together.

    Where none applies the overlay as a whole, what they leave of it is rendered as it stands: it
    may be deployed by something that is not seen.
    """
    whole, inside = _sorted(overlay, applied)
    if not whole and not inside:
        return rendering(tree).render(overlay)
    found = [_as_applied(tree, overlay, each, rendering) for each in whole]
    if not whole:
        found += _rest(tree, overlay, {each.folder for each in inside}, rendering)
    for each in _as_rendered(inside, found):
        found.append(_as_applied(tree, each.folder, each, rendering))
    problems = [each for one in found if isinstance(one, Broken) for each in one.findings]
    if problems:
        return Broken(overlay=overlay, findings=tuple(dict.fromkeys(problems)))
    return Rendered(overlay=overlay, manifests=_together(found))


def _sorted(
    overlay: str, applied: Iterable[Applied]
) -> tuple[tuple[Applied, ...], tuple[Applied, ...]]:
    """Return those which apply the overlay, and those which apply what is below it, each once."""
    told = {(each.folder, repr(_settings(each))): each for each in reversed(tuple(applied))}
    once = tuple(reversed(told.values()))
    is_inside = [e.folder != overlay and places.is_in(e.folder, overlay) for e in once]
    whole, inside = (
        tuple(each for each, is_so in zip(once, is_inside, strict=True) if is_so is wanted)
        for wanted in (False, True)
    )
    return whole, inside


def _settings(applied: Applied) -> dict[str, Any]:
    spec = applied.body.get("spec")
    if applied.body.get("kind") != "Kustomization" or not isinstance(spec, dict):
        return {}
    keys = (*flux_settings.changing(spec), "ignoreMissingComponents", "commonMetadata")
    return {key: spec[key] for key in keys if key in spec}


def _as_rendered(
    inside: Sequence[Applied], found: Iterable[Rendered | Broken]
) -> Iterable[Applied]:
    """Return each as it is applied: it may be an object of the overlay, and be changed there."""
    made = {
        (told.path, told.name, told.folder): told
        for one in found
        if isinstance(one, Rendered)
        for manifest in one.manifests
        if manifest.id.group == "kustomize.toolkit.fluxcd.io"
        for told in declared(manifest.body, path=manifest.path)
        if isinstance(told, Applied)
    }
    return [made.get((each.path, each.name, each.folder), each) for each in inside]


def _together(found: Iterable[Rendered | Broken]) -> tuple[Manifest, ...]:
    once: dict[ObjectId, Manifest] = {}
    for one in found:
        for manifest in one.manifests if isinstance(one, Rendered) else ():
            once.setdefault(manifest.id, manifest)
    return tuple(once.values())


# --- one Kustomization ---------------------------------------------------------------------------


def _as_applied(
    tree: Tree, folder: str, applied: Applied, rendering: Rendering
) -> Rendered | Broken:
    spec = _settings(applied)
    fields = flux_settings.changing(spec)
    now = _kustomization(tree, folder) if fields else None
    if now is None:
        found = rendering(tree).render(folder)
    else:
        changed = flux_settings.changed(now.document, spec, is_there=_looking(tree, folder))
        found = rendering(Overlaid(tree, [now.draft(changed)])).render(folder)
        if isinstance(found, Broken) and isinstance(rendering(tree).render(folder), Rendered):
            file = applied.path
            blamed = (broken.changed_by_flux(e, file=file, fields=fields) for e in found.findings)
            return replace(found, findings=tuple(blamed))
    if isinstance(found, Broken):
        return found
    common = (flux_settings.with_common_metadata(each, spec) for each in found.manifests)
    return replace(found, manifests=tuple(common))


def _looking(tree: Tree, folder: str) -> Callable[[str], bool]:
    def is_there(component: str) -> bool:
        place = places.joined(folder, component)
        return place is not None and tree.folder_id(place) is not None

    return is_there


def _rest(
    tree: Tree, overlay: str, applied: Collection[str], rendering: Rendering
) -> list[Rendered | Broken]:
    """Render what an overlay lists beside the folders that are applied by themselves."""
    if tree.folder_id(overlay) is None:
        return []
    now = _kustomization(tree, overlay)
    if now is None:
        return [rendering(tree).render(overlay)]
    rest = flux_settings.without(now.document, lambda e: places.joined(overlay, e) in applied)
    return [rendering(Overlaid(tree, [now.draft(rest)])).render(overlay)] if rest else []


# --- the kustomization of a folder ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kustomization:
    path: str
    document: Mapping[str, Any]

    def draft(self, changed: Mapping[str, Any]) -> Draft:
        """Return its file as it would be."""
        return Draft(path=self.path, text=json.dumps(changed))


def _kustomization(tree: Tree, folder: str) -> _Kustomization | None:
    """Return it, or what Flux would write; None: it cannot be read, as a render will tell."""
    paths = [posixpath.join(folder, name) for name in NAMES]
    there = [path for path in paths if tree.read(path) is not None]
    if not there:
        listed = [posixpath.relpath(each, folder or ".") for each in stands_for(tree, folder)]
        return _Kustomization(path=paths[0], document={"resources": listed}) if listed else None
    try:
        documents = load_all(tree.read(there[0]) or b"", where="it", failure=UsageError)
        json.dumps(documents)
    except (UsageError, TypeError, ValueError):
        return None
    document = documents[0] if documents else None
    if len(there) > 1 or not isinstance(document, dict):
        return None
    return _Kustomization(path=there[0], document=document)
