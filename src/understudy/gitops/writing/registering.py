"""New files, added to the kustomization that lists the files of their folder, where there is one.

Without one, Flux applies every file of the folder: then there is nothing to register.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.gitops.rendering.kustomization import NAMES
from understudy.gitops.writing.drafts import Draft, text_in
from understudy.gitops.writing.yaml_edits import Place, with_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.gitops.layout import Files


def registered(files: Files, folder: str, made: Iterable[Draft]) -> tuple[Draft, ...]:
    """Return a folder's kustomization with what was made in that folder."""
    path = kustomization_in(files, folder)
    if path is None:
        return ()
    paths = [each.path for each in made]
    names = [posixpath.basename(each) for each in paths if posixpath.dirname(each) == folder]
    text = text_in(files, path) or ""
    return (Draft(path=path, text=listing(text, names, path=path)),)


def listing(text: str, names: Sequence[str], *, path: str) -> str:
    """Return a kustomization's text with resources that it does not list yet.

    Raises:
        UsageError: it must be changed by a person.
    """
    known = {posixpath.normpath(each) for each in resources(text, path=path)}
    missing = [name for name in names if posixpath.normpath(name) not in known]
    return with_items(text, Place(file=path, keys=("resources",)), missing)


def resources(text: str, *, path: str, key: str = "resources") -> tuple[str, ...]:
    """Return what a kustomization lists."""
    document = load(text.encode(), where=path, failure=UsageError)
    found = document.get(key) if isinstance(document, dict) else None
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def kustomization_in(files: Files, folder: str) -> str | None:
    """Return the path of a folder's kustomization; None if it has none."""
    paths = (posixpath.join(folder, name) for name in NAMES)
    return next((path for path in paths if files.read(path) is not None), None)
