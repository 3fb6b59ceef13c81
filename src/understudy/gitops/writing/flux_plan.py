"""What a repository lacks for Flux to deploy the stage, beside what deploys production.

Decisions on files alone; the text of new ones is made in `flux_files`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from understudy.core.errors import UsageError
from understudy.core.phrases import listed, shown
from understudy.gitops.controllers import GitSource
from understudy.gitops.writing import flux_files, receivers
from understudy.gitops.writing.apps import addable
from understudy.gitops.writing.drafts import OWN_VALUES, Draft, Drafts
from understudy.gitops.writing.flux_site import site_of
from understudy.gitops.writing.registering import kustomization_in, registered, resources
from understudy.gitops.writing.yaml_edits import Place, with_value
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.gitops.controllers import Applied
    from understudy.gitops.layout import Files, Layout
    from understudy.gitops.writing.flux_site import Site, Wanted


def drafted(files: Files, layout: Layout, wanted: Wanted) -> Drafts:
    """Return the files with which Flux deploys the stage; those that are right stay as they are.

    Raises:
        UsageError: there is no telling where they belong, or a person must change something first.
    """
    site = site_of(files, layout, wanted)
    source, source_file = _source(site)
    site = site.with_drafts((source_file,))
    apps, overlay = _overlay(site)
    applied = _applied(site, source, apps)
    site = site.with_drafts((*applied.files, *overlay))
    hook = receivers.drafted(site, source) if wanted.receiver else Drafts()
    site = site.with_drafts(hook.files)
    site = site.with_drafts(registered(site.files, site.cluster, site.drafts.values()))
    return Drafts(
        files=tuple(site.drafts.values()),
        present=(*_present(site), *applied.present, *hook.present),
        to_decide=(*_open_questions(site), *hook.to_decide),
        addable=None if apps else addable(files, layout, site.overlay),
    )


# --- the source ----------------------------------------------------------------------------------


def _source(site: Site) -> tuple[GitSource, Draft]:
    """Return the source of the stage, as it is to be, and the file it is in."""
    if site.stage_source is not None:
        return site.stage_source, site.unchanged(site.stage_source.path)
    wanted = site.wanted
    name = site.source_name
    known = [each for each in site.layout.sources if each.name == name and site.has(each.path)]
    path = known[0].path if known else site.path_of(f"repo-{wanted.name}")
    if known:
        place = Place(file=path, keys=("spec", "ref", "branch"), kind="GitRepository", name=name)
        text = with_value(site.text(path), place, wanted.stage.branch)
    else:
        site.refuse_to_replace(path)
        text = flux_files.git_repository(
            name,
            like=site.source,
            branch=wanted.stage.branch,
            base=wanted.base,
            spec=_spec_of(site.source),
        )
    namespace, url = site.source.namespace, site.source.url
    branch = wanted.stage.branch
    made = GitSource(path=path, namespace=namespace, name=name, url=url, branch=branch, body={})
    return made, Draft(path=path, text=text)


def _spec_of(source: GitSource) -> dict[str, Any]:
    spec = source.body.get("spec")
    if source.body.get("kind") == "GitRepository" and isinstance(spec, dict):
        return spec
    secret = {"secretRef": {"name": source.secret}} if source.secret else {}
    return {"url": source.url, **secret}


# --- what is listed ------------------------------------------------------------------------------


def _overlay(site: Site) -> tuple[tuple[str, ...], tuple[Draft, ...]]:
    """Return the apps of the stage, and the overlay that lists them, where there is none yet."""
    path = kustomization_in(site.files, site.overlay)
    kustomized = site.layout.kustomized
    if path is not None:
        listed_there = (posixpath.normpath(each) for each in resources(site.text(path), path=path))
        return tuple(a for a in listed_there if posixpath.join(site.overlay, a) in kustomized), ()
    apps = site.layout.apps_below(site.overlay)
    path = f"{site.overlay}/kustomization.yaml"
    return apps, (Draft(path=path, text=flux_files.overlay_list(apps)),)


# --- what applies it -----------------------------------------------------------------------------


def _applied(site: Site, source: GitSource, apps: Sequence[str]) -> Drafts:
    ours = [each for each in site.own if site.is_stage_folder(each.folder)]
    if ours and site.wanted.per_app and not _is_per_app(site, ours):
        raise _one_for_all(ours[0])
    if ours:
        missing = [f"{site.overlay}/{app}" for app in apps] if _is_per_app(site, ours) else []
        missing = [each for each in missing if each not in {known.folder for known in ours}]
        return _pointed(site, source, ours, missing)
    path = site.path_of(site.kustomization_name)
    site.refuse_to_replace(path)
    if site.wanted.per_app and not apps:
        raise _no_apps(site)
    folders = [f"{site.overlay}/{app}" for app in apps] if site.wanted.per_app else [site.overlay]
    made = [_kustomization(site, source, folder) for folder in folders]
    return Drafts(files=(Draft(path=path, text="---\n".join(made)),))


def _kustomization(site: Site, source: GitSource, folder: str) -> str:
    app = folder.removeprefix(site.overlay).replace("/", "-")
    return flux_files.kustomization(
        site.kustomization_name + app,
        like=site.production,
        source=source.name,
        source_namespace=source.namespace,
        folder=folder,
    )


def _is_per_app(site: Site, ours: Sequence[Applied]) -> bool:
    return all(each.folder != site.overlay for each in ours)


def _pointed(
    site: Site, source: GitSource, ours: Sequence[Applied], missing: Sequence[str]
) -> Drafts:
    """Let what applies the stage's folders already do so from the stage's branch; add the rest."""
    texts = {each.path: site.text(each.path) for each in ours}
    right = [each for each in ours if each.is_from(source)]
    for each in ours:
        if each not in right:
            keys = ("spec", "sourceRef", "name")
            place = Place(file=each.path, keys=keys, kind="Kustomization", name=each.name)
            texts[each.path] = with_value(texts[each.path], place, source.name)
    for folder in missing:
        text = texts[ours[-1].path].rstrip("\n")
        texts[ours[-1].path] = f"{text}\n---\n{_kustomization(site, source, folder)}"
    return Drafts(
        files=tuple(Draft(path=path, text=text) for path, text in texts.items()),
        present=tuple(f"Kustomization {each.namespace}/{each.name}" for each in right),
    )


def _one_for_all(applied: Applied) -> UsageError:
    message = (
        f"`{shown(applied.name)}` in {shown(applied.path)} applies the whole stage. To replace it"
        " would delete every object of the stage and make it again."
    )
    hint = (
        "If that is what you want, remove it with its file, and run this again once Flux has"
        " deleted the stage. Else leave out `--per-app`."
    )
    return UsageError(message, hint=hint)


def _no_apps(site: Site) -> UsageError:
    message = f"There is no app in {shown(site.overlay)} yet, so `--per-app` has nothing to apply."
    hint = "Run `understudy overlay add APP` first; it can be run before this."
    return UsageError(message, hint=hint)


# --- what is told --------------------------------------------------------------------------------


def _present(site: Site) -> tuple[str, ...]:
    found = site.stage_source
    return (f"GitRepository {found.namespace}/{found.name}",) if found else ()


def _open_questions(site: Site) -> tuple[str, ...]:
    said = []
    if not site.source.path:
        said.append(
            f"No file holds the GitRepository of production. The stage's has the address of your"
            f" clone's origin, {shown(redacted(site.source.url))}, and the secret"
            f" `{site.source.secret}`: compare it with the one in the cluster."
        )
    left_out = flux_files.not_copied(site.production)
    if left_out and not any(site.is_stage_folder(each.folder) for each in site.own):
        what = f"`{shown(site.production.name)}`: {listed(map(shown, left_out))}"
        said.append(f"Not copied from production's {what}. {OWN_VALUES}")
    return tuple(said)
