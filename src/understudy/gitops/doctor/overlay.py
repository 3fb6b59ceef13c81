"""The stage's overlay as its files have it. Nothing is rendered: that is what `check` does."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Severity
from understudy.core.diagnosis import fine, problem, warning
from understudy.gitops.doctor.placed import LISTS, kustomization, kustomization_in, placed
from understudy.gitops.isolation import registry
from understudy.gitops.isolation.namespaces import ESCAPED_NAMESPACE
from understudy.gitops.layout import KUSTOMIZATIONS
from understudy.gitops.ownership import Ownership

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.config import Isolation
    from understudy.core.diagnosis import Observation
    from understudy.gitops.doctor.placed import Placed
    from understudy.gitops.doctor.subject import Files

_ESCAPED = ESCAPED_NAMESPACE.id
_SHOWN = 3


def overlay(files: Files) -> Iterator[Observation]:
    """See that there is an overlay, and that it lists something."""
    row, folder = "stage-overlay", files.overlay
    if folder is None:
        if files.uses_flux or files.uses_argo:
            evidence = f"no telling which folder {files.where} is the stage's overlay"
            yield warning(row, evidence, remedy=f"Make one: {files.commands.init}")
        return
    shown = phrases.shown(folder)
    if files.tree.folder_id(folder) is None:
        evidence = f"the stage's overlay `{shown}` is nowhere {files.where}"
        remedy = f"Make it: {files.commands.add_app}; or correct `kustomize.stage`."
        yield problem(row, evidence, remedy=remedy)
        return
    path = kustomization_in(files.tree, folder) or posixpath.join(folder, KUSTOMIZATIONS[0])
    document = kustomization(files.tree, path)
    if not document:
        evidence = f"{path} cannot be read, or is not there: `{shown}` does not render"
        yield problem(row, evidence, remedy=files.commands.check)
        return
    listed = sum(len(document[key] or []) for key in LISTS if isinstance(document.get(key), list))
    if not listed:
        evidence = f"{path} lists nothing, so the stage is empty"
        yield warning(row, evidence, remedy=files.commands.add_app)
        return
    yield fine(row, f"{path} lists {listed} thing{'' if listed == 1 else 's'} to deploy")


def namespaces(files: Files) -> Iterator[Observation]:
    """See that no file of the overlay names a namespace that is not the stage's."""
    row, folder, isolation = "stage-namespaces", files.overlay, files.stage.isolation
    if folder is None or _ESCAPED in isolation.off:
        return
    own = Ownership(patterns=isolation.namespaces, branch=files.stage.branch)
    outside = [each for each in placed(files.tree, folder) if not own.has_namespace(each.namespace)]
    escaped = [each for each in outside if not _is_excused(isolation, each)]
    for namespace in dict.fromkeys(each.namespace for each in escaped):
        theirs = [each for each in escaped if each.namespace == namespace]
        shown = phrases.shown(namespace)
        where = _several([each.path for each in theirs])
        evidence = f"the stage puts objects into the namespace `{shown}`: {where}"
        remedy = f"Name `{shown}-stage` there. What else escapes: {files.commands.check}"
        grave = any(isolation.severity.get(e.rule) is not Severity.WARNING for e in theirs)
        yield (problem if grave else warning)(row, evidence, remedy=remedy)
    if not escaped:
        wanted = phrases.listed(isolation.namespaces, last="or")
        wanted += ", or allowed" if outside else ""
        evidence = f"every namespace that the overlay's files name is {wanted}"
        yield fine(row, f"{evidence}; what bases name is seen by `{files.commands.check}`")


def _is_excused(isolation: Isolation, found: Placed) -> bool:
    allowed = any(registry.allows(each, found.rule, found.subject) for each in isolation.allow)
    return allowed or found.rule in isolation.off


def _several(paths: list[str]) -> str:
    distinct = list(dict.fromkeys(paths))
    more = f" and {len(distinct) - _SHOWN} more" if len(distinct) > _SHOWN else ""
    return ", ".join(map(phrases.shown, distinct[:_SHOWN])) + more
