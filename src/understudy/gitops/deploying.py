"""What the repository's own files tell Flux of stage and production, held against its schemas.

An overlay does not render these files: Flux reads them from the folder of the cluster.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from understudy.core import places
from understudy.core.decisions import Finding, Severity
from understudy.core.errors import UsageError
from understudy.core.phrases import shown
from understudy.documents import load_all
from understudy.gitops.layout import KUSTOMIZATIONS
from understudy.gitops.rendering.parsing import NoObjectError, manifest
from understudy.gitops.schemas import validation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from understudy.core.config import Stage
    from understudy.core.ports import Tree
    from understudy.gitops.layout import Layout
    from understudy.gitops.objects import Manifest

DRAGGING = "all that Flux applies together with it"

_DOCUMENT = re.compile(rb"^---(?=\s|$)", re.MULTILINE)
_VERSION = re.compile(rb"\bapiVersion[\"']?:\s*[\"']?[a-z]+\.toolkit\.fluxcd\.io/")
_DEFINITION = re.compile(rb"^kind: CustomResourceDefinition\s*$", re.MULTILINE)
_CHANGES = re.compile(rb"^(?:patches\w*|components|transformers|replacements)[\"']?:", re.MULTILINE)


def findings(tree: Tree, layout: Layout, stage: Stage) -> Iterator[Finding]:
    """Find what is wrong in the files beside those that deploy the stage and production.

    Raises:
        UsageError: what holds them against the schemas is not installed.
    """
    overlays = _overlays(layout, stage)
    yield from _unread(layout, overlays)
    folders = _folders(layout, stage, overlays)
    for path in tree.files() if folders else ():
        if not path.endswith((".yaml", ".yml")) or posixpath.dirname(path) not in folders:
            continue
        content = tree.read(path) or b""
        objects = [each for text in _documents(content) for each in _objects(text, path)]
        if objects:
            are_whole = not _may_be_changed(tree, layout, path)
            yield from validation.findings(objects, dragging=DRAGGING, are_whole=are_whole)


def _overlays(layout: Layout, stage: Stage) -> tuple[str, ...]:
    both = (layout.stage_overlay(stage), layout.production_overlay(stage))
    return tuple(each for each in both if each is not None)


def _folders(layout: Layout, stage: Stage, overlays: Collection[str]) -> frozenset[str]:
    """Return the folders with files that deploy an overlay, or are read with such a file.

    What is inside an overlay is rendered.
    """
    applied = [each for overlay in overlays for each in layout.deploying(overlay, stage)]
    sources = [layout.source_of(each) for each in applied]
    names = {each.name for each in sources if each}
    files = {each.path for each in (*applied, *sources) if each}
    files |= {each.path for each in layout.receivers if names.intersection(each.sources)}
    found = {*map(posixpath.dirname, files), *layout.clusters}
    return frozenset(e for e in found if not any(places.is_in(e, overlay) for overlay in overlays))


def _documents(content: bytes) -> Iterator[bytes]:
    if _VERSION.search(content):
        for text in _DOCUMENT.split(content):
            if _VERSION.search(text) and not _DEFINITION.search(text):
                yield text


def _objects(text: bytes, path: str) -> Iterator[Manifest]:
    try:
        documents = load_all(text, where=path, failure=UsageError)
    except UsageError:
        return
    for document in documents:
        for body in _unrolled(document):
            try:
                found = manifest(body, path=path)
            except NoObjectError:
                continue
            if found.id.group.endswith(".toolkit.fluxcd.io"):
                yield found


def _unrolled(document: object) -> Iterator[dict[str, Any]]:
    items = document.get("items") if isinstance(document, dict) else None
    for each in items if isinstance(items, list) else [document]:
        if isinstance(each, dict):
            yield each


def _may_be_changed(tree: Tree, layout: Layout, path: str) -> bool:
    """Tell whether something is put into a file's objects before they are applied."""
    for applied in layout.kustomizations:
        spec = applied.body.get("spec")
        told = spec if places.is_in(path, applied.folder) and isinstance(spec, dict) else {}
        if told.get("patches") or told.get("components"):
            return True
    folder = path
    while folder:
        folder = posixpath.dirname(folder)
        names = (posixpath.join(folder, name) for name in KUSTOMIZATIONS)
        if any(_CHANGES.search(tree.read(name) or b"") for name in names):
            return True
    return False


# --- files that cannot be read -------------------------------------------------------------------


def _unread(layout: Layout, overlays: Collection[str]) -> Iterator[Finding]:
    """Tell of files that nobody can read: what they tell Flux is not known here."""
    is_known = all(any(layout.applying(overlay)) for overlay in overlays)
    for path in layout.unread:
        if any(places.is_in(path, overlay) for overlay in overlays):
            continue  # the render tells
        if is_known and not any(places.is_in(path, cluster) for cluster in layout.clusters):
            continue  # a template, most likely
        yield Finding(
            rule="broken-yaml",
            subject=path,
            path=path,
            message=f"`{shown(path)}` seems to tell Flux or Argo CD something, and is no YAML:"
            " what it says of the stage or of production is not known here.",
            remedy=f"Correct `{shown(path)}`; if it is a template, its name should tell.",
            severity=Severity.WARNING,
        )
