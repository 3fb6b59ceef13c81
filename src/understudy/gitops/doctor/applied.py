"""What Flux and Argo CD deploy from which branch, as the files tell it: never one for the other."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.diagnosis import fine, problem, warning
from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.gitops.doctor.subject import branch_key, is_made, is_within, named
from understudy.gitops.layout import KUSTOMIZATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.diagnosis import Observation
    from understudy.gitops.controllers import Applied, GitSource
    from understudy.gitops.doctor.subject import Files


def staged(files: Files) -> Iterator[Observation]:
    """Look at what applies the stage's overlay."""
    row, layout, overlay = "flux-stage", files.layout, files.overlay
    if overlay is None:
        return
    found = [each for each in layout.kustomizations if files.is_for_stage(each)]
    if not found:
        evidence = f"no Flux Kustomization {files.where} applies `{phrases.shown(overlay)}`"
        yield warning(row, f"{evidence}: the stage is deployed nowhere", remedy=files.commands.init)
    for applied in found:
        yield _from_stage(files, applied)
        yield from _waits_for_nobody(files, applied)
        if applied.suspended:
            evidence = f"{applied.path}: {named(applied)} is suspended: the stage stays as it is"
            remedy = f"In {applied.path}, take `suspend: true` away."
            yield warning("flux-stage-suspended", evidence, remedy=remedy)


def _from_stage(files: Files, applied: Applied) -> Observation:
    row, meant = "flux-stage", files.meant_sources()
    source = files.layout.source_of(applied)
    folder, name = phrases.shown(applied.folder), phrases.shown(applied.source_name)
    said = f"{applied.path}: {named(applied)} applies `{folder}` from `{name}`"
    if source in meant:
        return fine(row, said)
    if source is None:
        evidence = f"{said}, which is nowhere {files.where}"
    else:
        evidence = f"{said}, which follows `{phrases.shown(source.branch)}`: not the stage's branch"
    if len(meant) != 1:
        return problem(row, evidence, remedy=files.commands.init)
    if is_made(applied):
        remedy = f"Let a Kustomization of its own apply it, and not {named(applied)}."
        return problem(row, evidence, remedy=remedy)
    remedy, repair = files.setting(applied, "spec.sourceRef.name", meant[0].name)
    return problem(row, evidence, remedy=remedy, repair=repair)


def _waits_for_nobody(files: Files, applied: Applied) -> Iterator[Observation]:
    """A dependency that is not there is waited for without end."""
    spec = applied.body.get("spec")
    needed = spec.get("dependsOn") if isinstance(spec, dict) else None
    known = {each.name for each in files.layout.kustomizations}
    for each in needed if isinstance(needed, list) else []:
        name = each.get("name") if isinstance(each, dict) else None
        if isinstance(name, str) and name not in known:
            evidence = (
                f"{applied.path}: {named(applied)} waits for the Kustomization"
                f" `{phrases.shown(name)}`, which is nowhere {files.where}"
            )
            remedy = f"In {applied.path}, name one that there is in `spec.dependsOn`."
            yield warning("flux-dependency", evidence, remedy=remedy)


# --- production ----------------------------------------------------------------------------------


def production(files: Files) -> Iterator[Observation]:
    """See that nothing but the stage comes from the stage's branch."""
    row, layout = "flux-production", files.layout
    ours = layout.applied_from(layout.stage_sources(files.stage))
    whole = {cluster for cluster in layout.clusters if _is_stage(files, cluster)}
    others = [each for each in ours if layout.cluster_of(each.path) not in whole]
    wrong = [each for each in others if not files.is_for_stage(each)]
    for applied in wrong:
        yield _unmerged(files, applied)
    if not wrong and ours:
        branch = files.stage.branch
        yield fine(row, f"nothing but the stage is deployed from `{branch}`")


def _is_stage(files: Files, cluster: str) -> bool:
    """Tell whether a whole cluster, and not the only one, is meant to come from the stage."""
    layout = files.layout
    ours = layout.applied_from(layout.stage_sources(files.stage))
    here = [each for each in layout.kustomizations if layout.cluster_of(each.path) == cluster]
    itself = [each for each in here if each.folder == cluster]
    has_production = any(each.folder == files.live for each in here)
    return len(layout.clusters) > 1 and bool(itself) and itself[0] in ours and not has_production


def _unmerged(files: Files, applied: Applied) -> Observation:
    source = files.layout.source_of(applied)
    right = files.production_source(source) if source else None
    folder = phrases.shown(applied.folder or ".")
    evidence = (
        f"{applied.path}: {named(applied)} applies `{folder}` from `{applied.source_name}`, which"
        f" follows `{files.stage.branch}`: it deploys what nobody has merged"
    )
    if branch := branch_key(applied):
        remedy = f"In {applied.path}, name the branch of production in `{branch}`."
        return problem("flux-production", evidence, remedy=remedy)
    if right is None:
        remedy = f"In {applied.path}, name the source of production in `spec.sourceRef`."
        return problem("flux-production", evidence, remedy=remedy)
    remedy, repair = files.setting(applied, "spec.sourceRef.name", right.name)
    return problem("flux-production", evidence, remedy=remedy, repair=repair)


def argo(files: Files) -> Iterator[Observation]:
    """Look at the same of Argo CD."""
    row, stage = "argo-stage", files.stage
    overlay, live = files.overlay, files.live
    for each in files.layout.applications:
        said = f"{each.path}: {each.kind} `{phrases.shown(each.name)}` deploys"
        said += f" `{phrases.shown(each.folder or '.')}`"
        if live is not None and each.folder == live and each.revision == stage.branch:
            evidence = f"{said} from `{stage.branch}`: production gets what nobody has merged"
            remedy = f"In {each.path}, set `targetRevision` to the branch of production."
            yield problem("argo-production", evidence, remedy=remedy)
        elif overlay and is_within(each.folder, overlay) and each.revision != stage.branch:
            at = phrases.shown(each.revision or "the default branch")
            evidence = f"{said} from `{at}`, and the stage is `{stage.branch}`"
            remedy = f"In {each.path}, set `targetRevision: {stage.branch}`."
            yield problem(row, evidence, remedy=remedy)
        elif overlay and is_within(each.folder, overlay):
            yield fine(row, f"{said} from `{stage.branch}`")


# --- files that Flux never sees ------------------------------------------------------------------


def registered(files: Files) -> Iterator[Observation]:
    """A cluster's folder with a kustomization of its own applies what that lists, no more."""
    meant = files.meant_sources()
    stage = [each for each in files.layout.kustomizations if files.is_for_stage(each)]
    ours: list[GitSource | Applied] = [*meant, *stage]
    for cluster in files.layout.clusters:
        listing = _listing(files, cluster)
        if listing is None:
            continue
        path, listed = listing
        for found in ours:
            rest = posixpath.relpath(found.path, cluster or ".")
            outside = rest.startswith("../") or files.layout.cluster_of(found.path) != cluster
            if outside or any(is_within(rest, each) for each in listed):
                continue
            evidence = f"{path} does not list {rest}, so Flux never sees {named(found)}"
            by_hand = f"add `- {rest}` under `resources:` of {path}."
            remedy = f"{files.commands.init} adds it; or {by_hand}"
            yield problem("flux-registered", evidence, remedy=remedy)


def _listing(files: Files, folder: str) -> tuple[str, list[str]] | None:
    """Return a folder's kustomization, and what it lists as paths from there."""
    for name in KUSTOMIZATIONS:
        path = posixpath.join(folder, name)
        content = files.tree.read(path)
        if content is None:
            continue
        try:
            document = load(content, where=path, failure=UsageError)
        except UsageError:
            return None
        listed = document.get("resources") if isinstance(document, dict) else None
        texts = [each for each in listed or [] if isinstance(each, str)]
        return path, [posixpath.normpath(each) for each in texts]
    return None
