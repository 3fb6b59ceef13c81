"""An overlay of a revision → its objects, or what keeps it from rendering.

Nothing is judged here. What an overlay depends on is found first; only that is laid out on disk,
in a folder of its own, so that no program sees anything else of the repository or the machine.
"""

from __future__ import annotations

import json
import os
import posixpath
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.core.config import Kustomize
from understudy.core.errors import UsageError
from understudy.gitops.rendering import broken, kustomization
from understudy.gitops.rendering.kustomize import SIZE, NotBuilt, find_program
from understudy.gitops.rendering.kustomize_errors import cause, kustomization_in
from understudy.gitops.rendering.parsing import Unreadable, manifests
from understudy.gitops.rendering.references import closure
from understudy.gitops.rendering.render_cache import RenderCache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.decisions import Finding
    from understudy.core.model import TreeSha
    from understudy.core.ports import Tree
    from understudy.gitops.objects import Manifest
    from understudy.gitops.rendering.closures import Closure
    from understudy.gitops.rendering.kustomize import Program

_REPOSITORY = "repository"
_WRAPPER = "render"
_ROOT = f"../{_REPOSITORY}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The objects of an overlay, in Kustomize's order."""

    overlay: str
    manifests: tuple[Manifest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The overlay does not render. There is at least one finding."""

    overlay: str
    findings: tuple[Finding, ...]


class Renderer:
    """Renders overlays of one tree, each once. Without `program` it is found when it is needed."""

    def __init__(
        self,
        tree: Tree,
        program: Program | None = None,
        settings: Kustomize = Kustomize(),  # noqa: B008 - a frozen value
        cache: Path | None = None,
    ) -> None:
        """Prepare. `cache` is a folder for renders; None keeps them only as long as this lives."""
        self._tree = tree
        self._program = program
        self._settings = settings
        self._cache = cache
        self._known: dict[str, Rendered | Broken] = {}

    def render(self, overlay: str) -> Rendered | Broken:
        """Render the kustomization in a folder.

        Raises:
            UsageError: there is no Kustomize here, or it is too old.
        """
        folder = posixpath.normpath(overlay).strip("/")
        folder = "" if folder == "." else folder
        if folder not in self._known:
            self._known[folder] = self._from_cache(folder) or self._anew(folder)
        return self._known[folder]

    # --- what is kept ----------------------------------------------------------------------------

    def _from_cache(self, overlay: str) -> Rendered | None:
        cache, top = self._opened_cache(), self._tree.folder_id(overlay)
        folders = cache.folders_of(overlay, top) if cache and top else None
        ids = self._ids(folders) if folders else None
        found = cache.manifests_of(overlay, ids) if cache and ids else None
        return Rendered(overlay=overlay, manifests=found) if found is not None else None

    def _keep(self, found: Closure, rendered: Rendered) -> None:
        cache, top = self._opened_cache(), self._tree.folder_id(found.root)
        ids = self._ids(found.folders)
        if cache and top and ids and not found.remote:
            cache.keep(found.root, ids, top, rendered.manifests)

    def _opened_cache(self) -> RenderCache | None:
        if self._cache is None:
            return None
        return RenderCache(self._cache, [self._found_program().version])

    def _ids(self, folders: Iterable[str]) -> dict[str, TreeSha] | None:
        ids = {folder: self._tree.folder_id(folder) for folder in folders}
        return {folder: id_ for folder, id_ in ids.items() if id_} if all(ids.values()) else None

    # --- what is made ----------------------------------------------------------------------------

    def _anew(self, overlay: str) -> Rendered | Broken:
        found = closure(self._tree, overlay, network=self._settings.network)
        if found.problems:
            return Broken(overlay=overlay, findings=found.problems)
        with tempfile.TemporaryDirectory(prefix="understudy-render-") as scratch:
            place = Path(os.path.realpath(scratch))
            try:
                self._tree.export(found.folders, place / _REPOSITORY)
            except UsageError as error:
                finding = broken.not_laid_out(overlay, error.message, error.hint)
                return Broken(overlay=overlay, findings=(finding,))
            outcome = self._built(found, place)
        if isinstance(outcome, NotBuilt):
            finding = self._finding(outcome, found, place / _REPOSITORY)
            return Broken(overlay=overlay, findings=(finding,))
        objects = manifests(outcome, root=_ROOT)
        if isinstance(objects, Unreadable):
            file = kustomization_in(self._tree, overlay)
            finding = broken.no_objects(overlay, file, objects.problem)
            return Broken(overlay=overlay, findings=(finding,))
        rendered = Rendered(overlay=overlay, manifests=objects)
        self._keep(found, rendered)
        return rendered

    def _built(self, found: Closure, place: Path) -> bytes | NotBuilt:
        """Render by way of a kustomization that asks for the origin of each object."""
        wrapper = {
            "resources": [_seen_from_wrapper(place) for place in found.listed or (found.root,)],
            "buildMetadata": ["originAnnotations", *["managedByLabel"][: found.managed_by]],
        }
        folder = place / _WRAPPER
        folder.mkdir()
        (folder / kustomization.NAMES[0]).write_text(json.dumps(wrapper))
        return self._found_program().build(
            folder,
            deadline=self._settings.deadline.total_seconds(),
            network=self._settings.network,
        )

    def _finding(self, outcome: NotBuilt, found: Closure, repository: Path) -> Finding:
        overlay = found.root
        file = kustomization_in(self._tree, overlay)
        if outcome.too_late:
            seconds = self._settings.deadline.total_seconds()
            return broken.timed_out(overlay, file, seconds)
        if outcome.too_large:
            problem = f"its objects have more than {SIZE >> 20} MB"
            return broken.too_large(overlay, file, problem)
        return cause(outcome.said, self._tree, found, repository=repository)

    def _found_program(self) -> Program:
        if self._program is None:
            self._program = find_program()
        return self._program


def _seen_from_wrapper(place: str) -> str:
    return posixpath.join(_ROOT, place).rstrip("/")
