"""The stage's overlay as its files have it. Nothing is rendered: that is what `check` does."""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING, Any

from understudy.core import phrases
from understudy.core.decisions import Severity
from understudy.core.diagnosis import fine, problem, warning
from understudy.core.errors import UsageError
from understudy.documents import load, load_all
from understudy.gitops.layout import KUSTOMIZATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.config import Isolation
    from understudy.core.diagnosis import Observation
    from understudy.gitops.doctor.subject import Files

ADD = "understudy overlay add APP"
CHECK = "understudy check"
_ESCAPED = "escaped-namespace"
"""The rule that `check` has for the same."""

_SHOWN = 3
_LISTS = ("resources", "bases", "components")


def overlay(files: Files) -> Iterator[Observation]:
    """See that there is an overlay, and that it lists something."""
    row, folder = "stage-overlay", files.overlay
    if folder is None:
        if files.uses_flux or files.uses_argo:
            evidence = f"no telling which folder {files.where} is the stage's overlay"
            yield warning(row, evidence, remedy=f"Make one: {ADD}")
        return
    shown = phrases.shown(folder)
    if files.tree.folder_id(folder) is None:
        evidence = f"the stage's overlay `{shown}` is nowhere {files.where}"
        yield problem(row, evidence, remedy=f"Make it: {ADD}; or correct `kustomize.stage`.")
        return
    path, document = _kustomization(files, folder)
    if document is None:
        evidence = f"{path} cannot be read, or is not there: `{shown}` does not render"
        yield problem(row, evidence, remedy=CHECK)
        return
    listed = sum(len(document[key] or []) for key in _LISTS if isinstance(document.get(key), list))
    if not listed:
        yield warning(row, f"{path} lists nothing, so the stage is empty", remedy=ADD)
        return
    yield fine(row, f"{path} lists {listed} thing{'' if listed == 1 else 's'} to deploy")


def namespaces(files: Files) -> Iterator[Observation]:
    """See that no file of the overlay names a namespace that is not the stage's."""
    row, folder = "stage-namespaces", files.overlay
    isolation = files.stage.isolation
    if folder is None or _ESCAPED in isolation.off:
        return
    escaped: dict[str, list[str]] = {}
    for path in files.tree.files(folder):
        if posixpath.basename(path) in KUSTOMIZATIONS:
            for where, namespace in _named_by(files, path):
                if not _is_ours(isolation, namespace):
                    escaped.setdefault(namespace, []).append(where)
    tells = warning if isolation.severity.get(_ESCAPED) is Severity.WARNING else problem
    for namespace, paths in escaped.items():
        shown = phrases.shown(namespace)
        evidence = f"the stage puts objects into the namespace `{shown}`: {_several(paths)}"
        remedy = f"Name `{shown}-stage` there. What else escapes: {CHECK}"
        yield tells(row, evidence, remedy=remedy)
    if not escaped:
        wanted = phrases.listed(isolation.namespaces, last="or")
        evidence = f"every namespace that the overlay's files name is {wanted}"
        yield fine(row, f"{evidence}; what bases name is seen by `{CHECK}`")


def _several(paths: list[str]) -> str:
    distinct = list(dict.fromkeys(paths))
    more = f" and {len(distinct) - _SHOWN} more" if len(distinct) > _SHOWN else ""
    return ", ".join(map(phrases.shown, distinct[:_SHOWN])) + more


def _named_by(files: Files, path: str) -> Iterator[tuple[str, str]]:
    """Return where a kustomization of the overlay names which namespace.

    Its own `namespace` moves all that it lists; without one, what it lists is looked at. Patches
    are not: they name the namespace from before.
    """
    document = _read(files, path)
    namespace = document.get("namespace")
    if isinstance(namespace, str) and namespace:
        yield path, namespace
        return
    listed = document.get("resources")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, str) and each.endswith((".yaml", ".yml")) and "://" not in each:
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), each))
            yield from ((found, name) for name in _placed_in(files, found))


def _placed_in(files: Files, path: str) -> Iterator[str]:
    """Return the namespaces of a manifest's objects; one that cannot be read is left to `check`."""
    try:
        documents = load_all(files.tree.read(path) or b"", where=path, failure=UsageError)
    except UsageError:
        return
    for document in documents:
        body = document if isinstance(document, dict) else {}
        metadata = body.get("metadata")
        key = "name" if body.get("kind") == "Namespace" else "namespace"
        name = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(name, str) and name:
            yield name


def _is_ours(isolation: Isolation, namespace: str) -> bool:
    """Tell whether a namespace is the stage's, or a person has allowed something in it."""
    allowed = (each.object for each in isolation.allow if each.rule == _ESCAPED)
    return any(fnmatch.fnmatchcase(namespace, each) for each in isolation.namespaces) or any(
        f" {namespace}/" in pattern for pattern in allowed
    )


def _kustomization(files: Files, folder: str) -> tuple[str, dict[str, Any] | None]:
    for name in KUSTOMIZATIONS:
        path = posixpath.join(folder, name)
        if files.tree.read(path) is not None:
            return path, _read(files, path) or None
    return posixpath.join(folder, KUSTOMIZATIONS[0]), None


def _read(files: Files, path: str) -> dict[str, Any]:
    """Return what a kustomization says; nothing where it cannot be read."""
    content = files.tree.read(path)
    if content is None:
        return {}
    try:
        document = load(content, where=path, failure=UsageError)
    except UsageError:
        return {}
    return document if isinstance(document, dict) else {}
