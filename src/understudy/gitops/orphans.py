"""Overlays that were written and are never applied: nothing lists their folder."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.core.errors import UsageError
from understudy.documents import load_all
from understudy.gitops.layout import KUSTOMIZATIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from understudy.core.ports import Tree
    from understudy.gitops.layout import Layout

ORPHAN_OVERLAY = "orphan-overlay"

TITLES: Mapping[str, str] = {ORPHAN_OVERLAY: "an overlay of the stage that nothing lists"}

_LISTS = ("resources", "bases", "components")


def findings(tree: Tree, overlay: str, layout: Layout) -> Iterator[Finding]:
    """Find folders below the stage's overlay that have a kustomization and are listed nowhere.

    `layout` is that of the tree.
    """
    kustomizations = {
        posixpath.dirname(path): path
        for path in tree.files()
        if posixpath.basename(path) in KUSTOMIZATIONS
    }
    if overlay not in kustomizations:
        return  # Flux lists by itself all that is below a folder without a kustomization
    below = [folder for folder in kustomizations if folder.startswith(f"{overlay}/")]
    suspects = set(_outermost(below))
    suspects -= set(_listed(tree, kustomizations, suspects))
    applied = _applied(layout)
    for folder in sorted(suspects):
        if not any(fnmatchcase(folder, pattern) for pattern in applied):
            yield _orphan(folder, kustomizations[folder], kustomizations[overlay])


def _orphan(folder: str, path: str, lister: str) -> Finding:
    return Finding(
        rule=ORPHAN_OVERLAY,
        subject=folder,
        message="It has a kustomization, but no other one lists it and Flux does not apply it:"
        " nothing of it is on the stage.",
        remedy=f"Add `{phrases.shown(posixpath.relpath(folder, posixpath.dirname(lister)))}` to"
        f" `resources` in `{phrases.shown(lister)}`, or delete the folder.",
        path=path,
        severity=Severity.WARNING,
    )


def _outermost(folders: Iterable[str]) -> Iterator[str]:
    """Leave out what is inside another one: that is its own business."""
    last = None
    for folder in sorted(folders, key=lambda each: each.split("/")):
        if last is None or not folder.startswith(f"{last}/"):
            last = folder
            yield folder


def _listed(
    tree: Tree, kustomizations: Mapping[str, str], suspects: Collection[str]
) -> Iterator[str]:
    names = [posixpath.basename(folder).encode() for folder in suspects]
    for folder, path in kustomizations.items():
        text = tree.read(path) or b""
        if not any(name in text for name in names):
            continue
        for entry in _entries(text, path):
            yield posixpath.normpath(posixpath.join(folder, entry))


def _entries(text: bytes, path: str) -> Iterator[str]:
    try:
        documents = load_all(text, where=path, failure=UsageError)
    except UsageError:
        return  # whoever renders it tells
    for content in documents:
        for key in _LISTS:
            entries = content.get(key) if isinstance(content, dict) else None
            yield from map(str, entries if isinstance(entries, list) else ())


def _applied(layout: Layout) -> tuple[str, ...]:
    """Return the folders that a controller applies; those of Argo CD may be patterns."""
    flux = (each.folder for each in layout.kustomizations)
    argo = (each.folder for each in layout.applications)
    return (*flux, *argo)
