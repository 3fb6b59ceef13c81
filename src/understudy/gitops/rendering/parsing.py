"""A rendered stream of YAML → manifests, each with the file that it comes from."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from understudy.core.errors import UsageError
from understudy.core.phrases import shown
from understudy.documents import load_all
from understudy.gitops.objects import Manifest, ObjectId

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN = "config.kubernetes.io/origin"
"""The annotation in which Kustomize tells where an object comes from."""

_PLAIN = re.compile(r"path: ([A-Za-z0-9._/-]*[A-Za-z_/-][A-Za-z0-9._/-]*)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The stream holds something that is no Kubernetes object. `problem` is a whole sentence."""

    problem: str


def manifests(stream: bytes, *, root: str) -> tuple[Manifest, ...] | Unreadable:
    """Read every object of a stream, those in lists too.

    `root` is what the paths of origins begin with: where the repository is, as seen from where the
    stream was rendered.
    """
    try:
        documents = _as_json(load_all(stream, where="what is rendered", failure=UsageError))
        bodies = [body for each in documents for body in _objects(each)]
        return tuple(manifest(body, path=_taken_out_of(body, root)) for body in bodies)
    except UsageError as error:
        return Unreadable(problem=error.message[:1].upper() + error.message[1:])
    except NoObjectError as error:
        return Unreadable(problem=str(error))


def _as_json(documents: list[object]) -> list[object]:
    """Return copies that share nothing, of values as an API's server has them."""
    try:
        copies: list[object] = msgspec.json.decode(msgspec.json.encode(documents))
    except (msgspec.MsgspecError, OverflowError, TypeError, UnicodeEncodeError) as error:
        raise NoObjectError(f"A value is none that a cluster takes: {error}.") from error
    return copies


def manifest(body: dict[str, Any], *, path: str) -> Manifest:
    """Return an object as a value.

    Raises:
        NoObjectError: it is none.
    """
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    version, kind, name = body.get("apiVersion"), body.get("kind"), metadata.get("name")
    if not (isinstance(version, str) and isinstance(kind, str) and version and kind):
        raise NoObjectError(f"An object called {shown(name)} has no `apiVersion` or no `kind`.")
    if not isinstance(name, str) or not name:
        raise NoObjectError(f"An object of kind {shown(kind)} has no `metadata.name`.")
    namespace = metadata.get("namespace")
    group, _, _ = version.rpartition("/")
    return Manifest(
        id=ObjectId(
            group=group,
            kind=kind,
            namespace=namespace if isinstance(namespace, str) else "",
            name=name,
        ),
        api_version=version,
        body=body,
        path=path,
    )


class NoObjectError(Exception):
    """Something that is no Kubernetes object. The message is a whole sentence."""


def _objects(document: object) -> Iterator[dict[str, Any]]:
    if document is None:
        return
    if not isinstance(document, dict):
        raise NoObjectError(f"A document is {shown(document)} and no Kubernetes object.")
    items = document.get("items")
    if str(document.get("kind", "")).endswith("List") and isinstance(items, list):
        for item in items:
            yield from _objects(item)
    else:
        yield document


def _taken_out_of(body: dict[str, Any], root: str) -> str:
    """Take the origin out of the annotations; return its path from the repository's root."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict) or ORIGIN not in annotations:
        return ""
    text = annotations.pop(ORIGIN)
    if not annotations and isinstance(metadata, dict):
        del metadata["annotations"]
    return _path_of(text, root) if isinstance(text, str) else ""


def _path_of(origin: str, root: str) -> str:
    if plain := _PLAIN.fullmatch(origin):  # as nearly all are; YAML takes a while
        return _from_root(plain[1], root)
    try:
        documents = load_all(origin.encode(), where="the origin", failure=UsageError)
    except UsageError:
        return ""
    said = documents[0] if documents else None
    # An origin with `repo` is a file of another repository.
    if not isinstance(said, dict) or "repo" in said:
        return ""
    path = said.get("path") or said.get("configuredIn")
    return _from_root(path, root) if isinstance(path, str) else ""


def _from_root(path: str, root: str) -> str:
    path = posixpath.normpath(path)
    return path.removeprefix(f"{root}/") if path.startswith(f"{root}/") else ""
