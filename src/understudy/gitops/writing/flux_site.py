"""Where the files of a stage belong: which cluster, which overlay, after which of production's."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from understudy.core.errors import UsageError
from understudy.core.phrases import listed, shown
from understudy.gitops.controllers import FLUX, GitSource
from understudy.gitops.layout import PRODUCTION
from understudy.gitops.writing import flux_files
from understudy.gitops.writing.drafts import Draft, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.core.config import Stage
    from understudy.gitops.controllers import Applied
    from understudy.gitops.layout import Files, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The stage that is to be deployed, and how. `base` and `origin` are the clone's."""

    name: str
    stage: Stage
    base: str
    origin: str | None
    cluster: str | None = None
    receiver: bool = False
    per_app: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One cluster's folder, production in it, and the folder that is to be the stage.

    A `source` without a path is in no file. `drafts` are files as they are to be, by their path.
    """

    files: Files
    layout: Layout
    wanted: Wanted
    cluster: str
    production: Applied
    source: GitSource
    overlay: str
    drafts: Mapping[str, Draft] = field(default_factory=dict)

    @property
    def own(self) -> tuple[Applied, ...]:
        """Return the Kustomizations of this cluster."""
        return tuple(each for each in self.layout.kustomizations if self.has(each.path))

    @property
    def stage_source(self) -> GitSource | None:
        """Return the source of this cluster that reads the stage's branch, if there is one."""
        found = self.layout.stage_sources(self.wanted.stage)
        branch = self.wanted.stage.branch
        return next((s for s in found if self.has(s.path) and s.branch == branch), None)

    @property
    def source_name(self) -> str:
        """Return the name for the stage's source."""
        return self.wanted.stage.flux.source or f"{self.source.name}-{self.wanted.name}"

    @property
    def kustomization_name(self) -> str:
        """Return the name for what applies the stage: as production's, with the stage's name."""
        if self.wanted.stage.flux.kustomization:
            return self.wanted.stage.flux.kustomization
        words = [word for word in self.production.name.split("-") if word not in PRODUCTION]
        return "-".join([*words, self.wanted.name])

    def has(self, path: str) -> bool:
        """Tell whether a file is part of this cluster, or of no cluster in particular."""
        return self.layout.cluster_of(path) in (self.cluster, None)

    def is_stage_folder(self, folder: str) -> bool:
        """Tell whether a folder is the stage's overlay, or in it."""
        return folder == self.overlay or folder.startswith(f"{self.overlay}/")

    def path_of(self, name: str) -> str:
        """Return the path of a file of this cluster."""
        return posixpath.join(self.cluster, f"{name}.yaml")

    def text(self, path: str) -> str:
        """Return the text of a file, as it is to be."""
        draft = self.drafts.get(path)
        return draft.text if draft else text_in(self.files, path) or ""

    def unchanged(self, path: str) -> Draft:
        """Return a file as it is."""
        return Draft(path=path, text=self.text(path))

    def with_drafts(self, drafts: Iterable[Draft]) -> Site:
        """Return the site with some files as they are to be."""
        return replace(self, drafts={**self.drafts, **{each.path: each for each in drafts}})

    def refuse_to_replace(self, path: str) -> None:
        """Refuse to write where a file with something else is.

        Raises:
            UsageError: there is one.
        """
        if self.files.read(path) is not None:
            message = f"{shown(path)} is there, and is not what deploys `{self.wanted.name}`."
            raise UsageError(message, hint="Rename it, or remove it, and run this again.")


def site_of(files: Files, layout: Layout, wanted: Wanted) -> Site:
    """Find out where the files of the stage belong.

    Raises:
        UsageError: there is no telling.
    """
    cluster = _cluster(layout, wanted)
    here = [each for each in layout.kustomizations if layout.cluster_of(each.path) == cluster]
    _refuse_another_kind(here, wanted)
    production = _production(layout, here, wanted.stage)
    overlay = layout.stage_overlay(wanted.stage) or _beside(production.folder, wanted.name)
    source = layout.source_of(production) or _untold_source(layout, cluster, wanted)
    if not source.namespace:
        namespace = production.source_namespace or wanted.stage.flux.namespace
        source = replace(source, namespace=namespace)
    return Site(
        files=files,
        layout=layout,
        wanted=wanted,
        cluster=cluster,
        production=production,
        source=source,
        overlay=overlay,
    )


def _cluster(layout: Layout, wanted: Wanted) -> str:
    name = wanted.cluster
    names = {each: posixpath.basename(each) or "." for each in layout.clusters}
    if not names:
        message = (
            "No Flux is found in this repository: no folder has a flux-system/gotk-sync.yaml, and"
            " no file a FluxInstance."
        )
        hint = (
            "Bootstrap Flux first (https://fluxcd.io/flux/installation/), and pull what it wrote."
        )
        raise UsageError(message, hint=hint)
    if name is None and len(names) > 1:
        message = f"There are several clusters: {listed(map(shown, names))}."
        hint = "Say with `--cluster` on which of them the stage is to run."
        whole = [each for each, known in names.items() if known == wanted.name]
        raise UsageError(message, hint=f"{hint}{_WHOLE.format(shown(whole[0])) if whole else ''}")
    chosen = [each for each in names if name in (None, each.strip("/"), names[each])]
    if len(chosen) != 1:
        message = f"There is no cluster `{shown(name)}`."
        raise UsageError(message, hint=f"There is {listed(map(shown, names))}.")
    return chosen[0]


_WHOLE = (
    " If `{}` is the stage as a whole, nothing has to be written: let its own GitRepository follow"
    " the stage's branch."
)


def _production(layout: Layout, here: Sequence[Applied], stage: Stage) -> Applied:
    overlay = layout.production_overlay(stage)
    exact = [each for each in here if overlay is not None and each.folder == overlay]
    named = [each for each in here if posixpath.basename(each.folder) in PRODUCTION]
    for_apps = [
        each for each in named if "apps" in (*each.folder.split("/"), *each.name.split("-"))
    ]
    for candidates in (exact, for_apps, named):
        if candidates:
            return candidates[0]
    message = (
        "This repository has one environment: no Flux Kustomization applies a folder for"
        " production, as apps/production, beside which the stage's folder could be."
    )
    raise UsageError(message, hint=_ONE_ENVIRONMENT.format(folder=_largest(here, layout)))


_ONE_ENVIRONMENT = (
    "Choose a folder for the stage's overlays, such as `staging`, and say so in understudy.yaml:"
    " stages: {{staging: {{kustomize: {{stage: staging, production: {folder}}}}}}}. Then run this"
    " again, and make an overlay with `understudy overlay add` for each app that is to be staged."
)


def _largest(here: Sequence[Applied], layout: Layout) -> str:
    """Return what is most probably production: what the cluster's own folder applies."""
    folders = [each.folder for each in here if each.folder not in ("", *layout.clusters)]
    for_apps = [each for each in folders if posixpath.basename(each) == "apps"]
    return shown(next(iter(for_apps or folders), "apps"))


def _beside(folder: str, name: str) -> str:
    parent = posixpath.dirname(folder)
    return posixpath.join(parent or "apps", name)


def _refuse_another_kind(here: Sequence[Applied], wanted: Wanted) -> None:
    """Refuse a cluster that deploys the stage's folder by other means than a GitRepository."""
    folder = posixpath.basename(wanted.stage.kustomize.stage) or wanted.name
    for each in here:
        if posixpath.basename(each.folder) == folder and each.source_kind != "GitRepository":
            message = (
                f"`{shown(each.name)}` in {shown(each.path)} deploys `{shown(each.folder)}`"
                f" already, from the {shown(each.source_kind)} `{shown(each.source_name)}`."
            )
            hint = (
                f"Let the GitRepository it is made from follow the branch `{wanted.stage.branch}`:"
                " then all that this cluster deploys comes from the stage."
            )
            raise UsageError(message, hint=hint)


def _untold_source(layout: Layout, cluster: str, wanted: Wanted) -> GitSource:
    """Return the source of production, of which `flux bootstrap` would write the file."""
    own = [each for each in layout.sources if layout.cluster_of(each.path) == cluster]
    for each in own:
        if each.name == FLUX:
            return each
    if wanted.origin is None:
        message = "No file holds the GitRepository of production, and the clone has no origin."
        hint = "Pull what `flux bootstrap` wrote, or run `git remote add origin URL`."
        raise UsageError(message, hint=hint)
    return GitSource(
        path="",
        namespace=wanted.stage.flux.namespace,
        name=FLUX,
        url=flux_files.source_url(wanted.origin),
        branch=wanted.base,
        secret=FLUX,
        body={},
    )
