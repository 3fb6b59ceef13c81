"""Into which namespaces the files of an overlay put which objects, without a render.

What kustomizations do to names is not known here.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.gitops.isolation import namespaces
from understudy.gitops.layout import KUSTOMIZATIONS
from understudy.gitops.objects import ObjectId
from understudy.gitops.rendering.parsing import Unreadable, manifests
from understudy.gitops.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.ports import Tree
    from understudy.gitops.objects import Manifest

LISTS = ("resources", "bases", "components")
"""The keys of a kustomization that name what it is made of."""

_SCOPES = Scopes(defined={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Something that a file puts into a namespace. `rule` is the one that looks at it in a render.

    `subject` is the object's name as in findings; a pattern where the files do not tell it.
    """

    path: str
    namespace: str
    rule: str
    subject: str


def placed(tree: Tree, folder: str) -> Iterator[Placed]:
    """Return what the kustomizations of a folder put where.

    The `namespace` of one moves all that it lists; without one, the manifests that it lists count.
    Patches do not: they name the namespace from before.
    """
    for path in tree.files(folder):
        if posixpath.basename(path) not in KUSTOMIZATIONS:
            continue
        namespace = kustomization(tree, path).get("namespace")
        if isinstance(namespace, str) and namespace:
            yield from _moved(tree, path, namespace)
            continue
        for found in _listed(tree, path, ("resources",)):
            for each in _manifests(tree, found):
                if of := _named_by(each):
                    yield Placed(path=found, namespace=of, rule=_rule(each), subject=str(each.id))


def kustomization(tree: Tree, path: str) -> dict[str, Any]:
    """Return what a kustomization says; nothing where it cannot be read."""
    content = tree.read(path)
    if content is None:
        return {}
    try:
        document = load(content, where=path, failure=UsageError)
    except UsageError:
        return {}
    return document if isinstance(document, dict) else {}


def kustomization_in(tree: Tree, folder: str) -> str | None:
    """Return the path of a folder's kustomization; None if it has none."""
    paths = (posixpath.join(folder, name) for name in KUSTOMIZATIONS)
    return next((path for path in paths if tree.read(path) is not None), None)


def _moved(tree: Tree, path: str, namespace: str) -> Iterator[Placed]:
    """Return the objects that a kustomization moves; if none can be told, a pattern for all."""
    told = False
    for each in _below(tree, path, {path}):
        if each.id.kind != "Namespace" and _SCOPES.is_cluster_wide(each.id):
            continue
        told = True
        subject = _in(namespace, each.id)
        yield Placed(path=path, namespace=namespace, rule=_rule(each), subject=subject)
    if not told:
        rule = namespaces.ESCAPED_NAMESPACE.id
        yield Placed(path=path, namespace=namespace, rule=rule, subject=f"* {namespace}/*")


def _below(tree: Tree, path: str, seen: set[str]) -> Iterator[Manifest]:
    """Return the objects of all files that a kustomization is made of, in this repository."""
    for found in _listed(tree, path, LISTS):
        inside = kustomization_in(tree, found)
        if inside is None:
            yield from _manifests(tree, found)
        elif inside not in seen:
            seen.add(inside)
            yield from _below(tree, inside, seen)


def _listed(tree: Tree, path: str, keys: tuple[str, ...]) -> Iterator[str]:
    document = kustomization(tree, path)
    for key in keys:
        listed = document.get(key)
        for each in listed if isinstance(listed, list) else []:
            if isinstance(each, str) and "://" not in each:
                yield posixpath.normpath(posixpath.join(posixpath.dirname(path), each))


def _manifests(tree: Tree, path: str) -> tuple[Manifest, ...]:
    """Return the objects of a file; one that cannot be read is left to the render."""
    content = tree.read(path) if path.endswith((".yaml", ".yml")) else None
    found = manifests(content, root="") if content else ()
    return () if isinstance(found, Unreadable) else found


def _named_by(manifest: Manifest) -> str:
    return manifest.id.name if manifest.id.kind == "Namespace" else manifest.id.namespace


def _rule(manifest: Manifest) -> str:
    is_namespace = manifest.id.kind == "Namespace"
    return (namespaces.CLUSTER_SCOPED if is_namespace else namespaces.ESCAPED_NAMESPACE).id


def _in(namespace: str, each: ObjectId) -> str:
    if each.kind == "Namespace":
        return f"Namespace {namespace}"
    moved = ObjectId(group=each.group, kind=each.kind, namespace=namespace, name=each.name)
    return str(moved)
