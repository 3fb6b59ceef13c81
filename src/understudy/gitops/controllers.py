"""What Flux and Argo CD are told in YAML → values: where they read, and what they deploy.

One document at a time. Nothing here knows a repository or a cluster.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FLUX = "flux-system"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSource:
    """A Flux `GitRepository`, or what the Flux operator makes one of. `path` is its file.

    An empty namespace is not told in the file: whoever includes the file gives it one.
    """

    path: str
    namespace: str
    name: str
    url: str
    branch: str
    secret: str = ""
    interval: str = ""
    suspended: bool = False
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A Flux `Kustomization`: `folder` is applied from a source. `path` is its file."""

    path: str
    namespace: str
    name: str
    source_namespace: str
    source_name: str
    source_kind: str
    folder: str
    suspended: bool = False
    body: Mapping[str, Any] = field(repr=False)

    def is_from(self, source: GitSource) -> bool:
        """Tell whether it names this source, as far as the files tell namespaces."""
        return (
            self.source_kind == "GitRepository"
            and self.source_name == source.name
            and _same_or_untold(self.source_namespace, source.namespace)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An Argo CD `Application`, or an `ApplicationSet` with what its first generator reads.

    `namespace_to` is where it deploys; an empty `revision` means the default branch.
    """

    path: str
    kind: str
    namespace: str
    name: str
    folder: str
    revision: str
    repo_url: str
    namespace_to: str
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A Flux `Receiver`: a web hook that makes sources look at once. `sources` are their names."""

    path: str
    namespace: str
    name: str
    sources: tuple[str, ...]
    body: Mapping[str, Any] = field(repr=False)


Declared = GitSource | Applied | Application | Receiver


def declared(document: object, *, path: str) -> Iterator[Declared]:
    """Return what one YAML document of a file tells a controller; most tell nothing."""
    version, kind = _text(document, "apiVersion"), _text(document, "kind")
    if (version, kind) == ("v1", "List"):
        for item in _list(document, "items"):
            yield from declared(item, path=path)
    elif isinstance(document, dict):
        reader = _READERS.get((version.partition("/")[0], kind))
        yield from reader(document, path) if reader else ()


def specification(application: Application) -> dict[str, Any]:
    """Return the `spec` of an Application, or that of those which an ApplicationSet makes."""
    spec = _mapping(application.body, "spec")
    return _mapping(spec, "template", "spec") if application.kind == "ApplicationSet" else spec


def as_folder(path: str) -> str:
    """Write a `spec.path` as a path from the repository's root; the root is empty."""
    folder = posixpath.normpath(path.lstrip("/") or ".")
    return "" if folder == "." else folder


# --- Flux ----------------------------------------------------------------------------------------


def _git_source(document: dict[str, Any], path: str) -> Iterator[Declared]:
    yield GitSource(
        path=path,
        namespace=_text(document, "metadata", "namespace"),
        name=_text(document, "metadata", "name"),
        url=_text(document, "spec", "url"),
        branch=_branch(document),
        secret=_text(document, "spec", "secretRef", "name"),
        interval=_text(document, "spec", "interval"),
        suspended=_at(document, "spec", "suspend") is True,
        body=document,
    )


def _branch(document: dict[str, Any]) -> str:
    """Return the branch that is followed. Without any `ref` it is Flux's default."""
    ref = _mapping(document, "spec", "ref")
    if not ref:
        return "master"
    name = _text(ref, "name")
    return name.removeprefix("refs/heads/") if name else _text(ref, "branch")


def _applied(document: dict[str, Any], path: str) -> Iterator[Declared]:
    namespace = _text(document, "metadata", "namespace")
    yield Applied(
        path=path,
        namespace=namespace,
        name=_text(document, "metadata", "name"),
        source_namespace=_text(document, "spec", "sourceRef", "namespace") or namespace,
        source_name=_text(document, "spec", "sourceRef", "name"),
        source_kind=_text(document, "spec", "sourceRef", "kind"),
        folder=as_folder(_text(document, "spec", "path")),
        suspended=_at(document, "spec", "suspend") is True,
        body=document,
    )


def _receiver(document: dict[str, Any], path: str) -> Iterator[Declared]:
    resources = _list(document, "spec", "resources")
    sources = (r for r in resources if isinstance(r, dict) and r.get("kind") == "GitRepository")
    yield Receiver(
        path=path,
        namespace=_text(document, "metadata", "namespace"),
        name=_text(document, "metadata", "name"),
        sources=tuple(_text(source, "name") for source in sources),
        body=document,
    )


def _instance(document: dict[str, Any], path: str) -> Iterator[Declared]:
    return _synced(document, _mapping(document, "spec", "sync"), path)


def _instance_chart(document: dict[str, Any], path: str) -> Iterator[Declared]:
    return _synced(document, _mapping(document, "spec", "values", "instance", "sync"), path)


def _synced(document: dict[str, Any], sync: dict[str, Any], path: str) -> Iterator[Declared]:
    """Return the source and the Kustomization that the Flux operator makes of `sync`.

    https://fluxoperator.dev/docs/crd/fluxinstance/#sync-configuration
    """
    if _text(sync, "kind") != "GitRepository":
        return
    namespace = _text(document, "metadata", "namespace")
    name = _text(sync, "name") or namespace or FLUX
    yield GitSource(
        path=path,
        namespace=namespace,
        name=name,
        url=_text(sync, "url"),
        branch=_text(sync, "ref").removeprefix("refs/heads/"),
        secret=_text(sync, "pullSecret"),
        interval=_text(sync, "interval"),
        body=document,
    )
    yield Applied(
        path=path,
        namespace=namespace,
        name=name,
        source_namespace=namespace,
        source_name=name,
        source_kind="GitRepository",
        folder=as_folder(_text(sync, "path")),
        body=document,
    )


# --- Argo CD -------------------------------------------------------------------------------------


def _application(document: dict[str, Any], path: str) -> Iterator[Declared]:
    yield _deployed(document, _mapping(document, "spec"), path)


def _application_set(document: dict[str, Any], path: str) -> Iterator[Declared]:
    made = _deployed(document, _mapping(document, "spec", "template", "spec"), path)
    for generator in _list(document, "spec", "generators"):
        directories = _list(generator, "git", "directories")
        patterns = [found for each in directories if (found := _text(each, "path"))]
        if patterns:
            made = replace(
                made,
                folder=as_folder(patterns[0].partition("*")[0]),
                revision=_revision(_text(generator, "git", "revision")),
                repo_url=_text(generator, "git", "repoURL"),
            )
    yield made


def _deployed(document: dict[str, Any], spec: dict[str, Any], path: str) -> Application:
    several = (each for each in _list(spec, "sources") if _text(each, "path"))
    source = _mapping(spec, "source") or next(several, {})
    return Application(
        path=path,
        kind=_text(document, "kind"),
        namespace=_text(document, "metadata", "namespace"),
        name=_text(document, "metadata", "name"),
        folder=as_folder(_text(source, "path")),
        revision=_revision(_text(source, "targetRevision")),
        repo_url=_text(source, "repoURL"),
        namespace_to=_text(spec, "destination", "namespace"),
        body=document,
    )


def _revision(revision: str) -> str:
    return "" if revision == "HEAD" else revision.removeprefix("refs/heads/")


_READERS: dict[tuple[str, str], Callable[[dict[str, Any], str], Iterator[Declared]]] = {
    ("source.toolkit.fluxcd.io", "GitRepository"): _git_source,
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): _applied,
    ("notification.toolkit.fluxcd.io", "Receiver"): _receiver,
    ("fluxcd.controlplane.io", "FluxInstance"): _instance,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _instance_chart,
    ("argoproj.io", "Application"): _application,
    ("argoproj.io", "ApplicationSet"): _application_set,
}


# --- what may be anything ------------------------------------------------------------------------


def _same_or_untold(one: str, other: str) -> bool:
    return one == other or not one or not other


def _at(document: object, *keys: str) -> object:
    for key in keys:
        if not isinstance(document, Mapping):
            return None
        document = document.get(key)
    return document


def _text(document: object, *keys: str) -> str:
    found = _at(document, *keys)
    return found if isinstance(found, str) else ""


def _mapping(document: object, *keys: str) -> dict[str, Any]:
    found = _at(document, *keys)
    return found if isinstance(found, dict) else {}


def _list(document: object, *keys: str) -> list[Any]:
    found = _at(document, *keys)
    return found if isinstance(found, list) else []
