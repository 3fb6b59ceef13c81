"""What the YAML files of a repository say of Flux and Argo CD: who reads which branch, for what.

From the files alone: nothing is rendered here, and no cluster is asked.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.gitops.controllers import FLUX, Application, Applied, GitSource, Receiver, declared
from understudy.gitops.rendering.kustomization import NAMES as KUSTOMIZATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.core.config import Stage
    from understudy.gitops.controllers import Declared

__all__ = [
    "KUSTOMIZATIONS",
    "PRODUCTION",
    "Application",
    "Applied",
    "Files",
    "GitSource",
    "Layout",
    "Receiver",
    "found_in",
]

PRODUCTION = ("production", "prod", "main", "live")
"""What the folder of production is called, and a word of its Kustomization's name."""

_COMPONENTS = re.compile(r"(?:(.*)/)?flux-system/gotk-(?:sync|components)\.ya?ml")


class Files(Protocol):
    """Something with files in it, by their paths from its root."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None where there is no such file."""

    def files(self) -> Sequence[str]:
        """Return the paths of all files, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was found. `clusters` are the folders that Flux was bootstrapped on.

    `kustomized` are the folders with a kustomization of their own. `unread` names files that look
    as if they told a controller something, and cannot be read.
    """

    sources: tuple[GitSource, ...] = ()
    kustomizations: tuple[Applied, ...] = ()
    applications: tuple[Application, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    clusters: tuple[str, ...] = ()
    kustomized: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()

    def cluster_of(self, path: str) -> str | None:
        """Return the cluster in whose folder a file is."""
        around = [each for each in self.clusters if _is_within(path, each)]
        return max(around, key=len, default=None)

    def source_of(self, applied: Applied) -> GitSource | None:
        """Return the source it names: that of its own cluster, where several have that name."""
        found = [each for each in self.sources if applied.is_from(each)]
        cluster = self.cluster_of(applied.path)
        own = [each for each in found if self.cluster_of(each.path) == cluster]
        return next(iter(own or found), None)

    def stage_sources(self, stage: Stage) -> tuple[GitSource, ...]:
        """Return the sources that read the stage's branch, or the one that is configured."""
        if stage.flux.source:
            return tuple(each for each in self.sources if each.name == stage.flux.source)
        return tuple(each for each in self.sources if each.branch == stage.branch)

    def applied_from(self, sources: Iterable[GitSource]) -> tuple[Applied, ...]:
        """Return the Kustomizations that apply a folder from one of the sources."""
        wanted = tuple(sources)
        return tuple(each for each in self.kustomizations if self.source_of(each) in wanted)

    def applying(self, overlay: str) -> tuple[Applied, ...]:
        """Return the Kustomizations that apply a folder, or what is below it."""
        return tuple(each for each in self.kustomizations if _is_applied(overlay, each))

    def deploying(self, overlay: str, stage: Stage) -> tuple[Applied, ...]:
        """Return those of `applying` that count: an overlay of the stage comes from its branch.

        Where all come from elsewhere, that is a mistake of its own, and they count.
        """
        applied = self.applying(overlay)
        ours = self.applied_from(self.stage_sources(stage))
        stage_overlay = self.stage_overlay(stage)
        is_stage = stage_overlay is not None and _is_within(overlay, stage_overlay)
        return tuple(each for each in applied if (each in ours) is is_stage) or applied

    def stage_overlay(self, stage: Stage) -> str | None:
        """Return the folder that is deployed as the stage; None if there is no telling."""
        if stage.kustomize.stage:
            return stage.kustomize.stage
        folders = self._folders_at(stage)
        default = f"apps/{stage.branch}"
        if not folders:
            return default if default in self.kustomized else None
        above = posixpath.commonpath(folders)
        if posixpath.basename(posixpath.dirname(above)) == stage.branch:
            # Each app is applied by itself, and there is one so far.
            above = posixpath.dirname(above)
        if above in self.kustomized:
            return above
        return next(iter(folders)) if len(folders) == 1 else None

    def production_overlay(self, stage: Stage) -> str | None:
        """Return the folder beside the stage's that is deployed as production, if one is."""
        if stage.kustomize.production:
            return stage.kustomize.production
        overlay = self.stage_overlay(stage)
        if overlay is None:
            return None
        parent = posixpath.dirname(overlay)
        ours = self.applied_from(self.stage_sources(stage))
        folders = [each.folder for each in self.kustomizations if each not in ours]
        folders += [each.folder for each in self.applications if each.revision != stage.branch]
        beside = {each for each in folders if posixpath.dirname(each) == parent} - {overlay}
        named = [posixpath.join(parent, name) for name in PRODUCTION]
        known = [each for each in named if each in beside | self.kustomized]
        return next(iter(beside)) if len(beside) == 1 else next(iter(known), None)

    def apps_below(self, overlay: str) -> tuple[str, ...]:
        """Return the names of the folders in an overlay that are overlays themselves."""
        inside = (each for each in self.kustomized if each and posixpath.dirname(each) == overlay)
        return tuple(sorted(posixpath.basename(each) for each in inside))

    def _folders_at(self, stage: Stage) -> set[str]:
        applied = self.applied_from(self.stage_sources(stage))
        named = stage.flux.kustomization
        folders = {each.folder for each in applied if named in ("", each.name)}
        folders |= {each.folder for each in self.applications if each.revision == stage.branch}
        return folders - {"", *self.clusters}


def found_in(tree: Files) -> Layout:
    """Read what the files tell. Those that have no word of a controller are not parsed."""
    files = tree.files()
    found, unread = _read_all(tree, files)
    kustomizations = tuple(each for each in found if isinstance(each, Applied))
    bootstrapped = {match[1] or "" for path in files if (match := _COMPONENTS.fullmatch(path))}
    synced = {each.folder for each in kustomizations if each.name == each.source_name == FLUX}
    return Layout(
        sources=tuple(each for each in found if isinstance(each, GitSource)),
        kustomizations=kustomizations,
        applications=tuple(each for each in found if isinstance(each, Application)),
        receivers=tuple(each for each in found if isinstance(each, Receiver)),
        clusters=tuple(sorted(bootstrapped | synced)),
        kustomized=frozenset(
            posixpath.dirname(p) for p in files if posixpath.basename(p) in KUSTOMIZATIONS
        ),
        unread=unread,
    )


def _read_all(tree: Files, files: Iterable[str]) -> tuple[list[Declared], tuple[str, ...]]:
    found: list[Declared] = []
    unread = []
    for path in files:
        if not path.endswith((".yaml", ".yml")):
            continue
        for text in _documents(tree.read(path) or b""):
            try:
                document = load(text, where=path, failure=UsageError)
            except UsageError:
                # A template, or a mistake. Whoever asks is told; the rest counts all the same.
                unread.append(path)
                break
            found += declared(document, path=path)
    return found, tuple(unread)


_BOUNDARY = re.compile(rb"^---(?=\s|$)", re.MULTILINE)
_KINDS = rb"(?:GitRepository|Kustomization|Receiver|FluxInstance|Application(?:Set)?)"
_KIND = re.compile(rb"\bkind[\"']?:\s*[\"']?" + _KINDS + rb"[\"']?\s*(?:[#,}]|$)", re.MULTILINE)
_GROUP = re.compile(rb"toolkit\.fluxcd\.io|fluxcd\.controlplane\.io|argoproj\.io")
_INSTANCE = re.compile(rb"^\s+instance:\s.*^\s+sync:\s", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(rb"^kind: CustomResourceDefinition\s*$", re.MULTILINE)


def _documents(content: bytes) -> Iterator[bytes]:
    """Return the documents of a stream that are worth parsing: a few of thousands."""
    if not _GROUP.search(content):
        return
    for text in _BOUNDARY.split(content):
        telling = _KIND.search(text) or _INSTANCE.search(text)
        if _GROUP.search(text) and telling and not _DEFINITION.search(text):
            yield text


def _is_applied(overlay: str, applied: Applied) -> bool:
    if applied.source_kind != "GitRepository" and applied.folder:
        # An artifact that was made of a folder: paths begin there.
        return f"/{overlay}".endswith(f"/{applied.folder}")
    return _is_within(applied.folder, overlay)


def _is_within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
