"""Rendered objects against what Kubernetes and Flux define: typos, wrong types, what is missing.

The definitions are in `definitions/`. Of a kind that is not there, nothing is said.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.core.extras import extra_needed
from understudy.gitops.ruling import Said, finding
from understudy.gitops.schemas.errors import Mistake, mistakes
from understudy.gitops.schemas.versions import unserved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from understudy.gitops.objects import Manifest

SCHEMA = "schema"
UNKNOWN_FIELD = "unknown-field"

TITLES: Mapping[str, str] = {
    SCHEMA: "an object is not written as the cluster wants it",
    UNKNOWN_FIELD: "a field that the kind does not have is left out without a word",
}
"""The rules, each in a few words."""

_TOLD = 5
"""How many mistakes of one object are told: the rest mostly follows from them."""


STAGE = "the whole stage"


def findings(
    manifests: Iterable[Manifest], *, dragging: str = STAGE, are_whole: bool = True
) -> Iterator[Finding]:
    """Check each object of a kind that is known.

    `dragging`: what is not applied either, where the cluster refuses one of them. Not `are_whole`:
    what is missing in them may be added before they are applied.

    Raises:
        UsageError: what checks them is not installed.
    """
    for manifest in manifests:
        refused = f"The cluster refuses the {_kind(manifest)}, and with it {dragging}."
        definition = _definition(manifest.api_version, manifest.id.kind)
        if definition is None:
            yield from _unserved(manifest, refused)
            continue
        told = [
            each for each in _mistakes(manifest, definition) if are_whole or not each.is_missing
        ]
        for found in told[:_TOLD]:
            yield _told(manifest, found, definition, refused)


def _unserved(manifest: Manifest, refused: str) -> Iterator[Finding]:
    found = unserved(manifest.api_version, manifest.id.kind, _content("flux")["kinds"])
    if found is not None:
        message = f"{found.message}. {refused}"
        if found.severity is Severity.WARNING:
            message = f"{found.message}. A cluster with a newer Flux refuses it."
        said = Said(message=message, remedy=found.remedy, severity=found.severity)
        yield finding(SCHEMA, manifest, said)


def _kind(manifest: Manifest) -> str:
    return phrases.shown(manifest.id.kind)


def _mistakes(manifest: Manifest, definition: _Definition) -> list[Mistake]:
    # SOPS adds a key of its own to what it encrypts; Flux removes it.
    body = {key: value for key, value in manifest.body.items() if key != "sops"}
    errors = _validator(definition).iter_errors(_without_nothing(body))
    found = (each for error in errors for each in mistakes(error, _fields_of_all_kinds()))
    return list(dict.fromkeys(found))


def _told(manifest: Manifest, found: Mistake, definition: _Definition, refused: str) -> Finding:
    if not found.is_unknown:
        said = Said(message=f"{found.message}. {refused}", remedy=found.remedy)
        return finding(SCHEMA, manifest, said)
    what = f"{found.message} in {definition.version}."
    if not _drops_unknown(definition):
        return finding(SCHEMA, manifest, Said(message=f"{what} {refused}", remedy=found.remedy))
    said = Said(
        message=f"{what} Flux leaves it out without a word.",
        remedy=found.remedy,
        severity=Severity.WARNING,
    )
    return finding(UNKNOWN_FIELD, manifest, said)


def _drops_unknown(definition: _Definition) -> bool:
    """Tell whether Flux leaves out what it does not know before it applies an object.

    It does so with Kubernetes' own kinds, all but these: fluxcd/pkg, ssa/normalize/normalize.go.
    """
    is_sent_as_it_is = definition.kind in ("ClusterRole", "Role")
    return definition.origin == "kubernetes" and not is_sent_as_it_is


# --- definitions: each is made ready when its kind is met -----------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Definition:
    """What a kind is made of, and by which version of what."""

    kind: str
    origin: str
    version: str
    schema: Mapping[str, Any] = field(repr=False, compare=False)


_ORIGINS = {"kubernetes": "Kubernetes", "flux": "Flux"}


@functools.cache
def _definition(api_version: str, kind: str) -> _Definition | None:
    for origin, title in _ORIGINS.items():
        content = _content(origin)
        schema = content["kinds"].get(f"{api_version} {kind}")
        if schema is not None:
            version = f"{title} {content['version']}"
            return _Definition(kind=kind, origin=origin, version=version, schema=schema)
    return None


@functools.cache
def _content(origin: str) -> dict[str, Any]:
    text = files("understudy.gitops.schemas").joinpath("definitions", f"{origin}.json").read_bytes()
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded


def _fields_of_all_kinds() -> Mapping[str, Any]:
    shared: Mapping[str, Any] = _content("kubernetes")["$defs"]
    return shared


@functools.cache
def _validator(definition: _Definition) -> Any:  # noqa: ANN401 - jsonschema makes its class
    with extra_needed("gitops", otherwise="Objects cannot be checked"):
        from understudy.gitops.schemas.validators import validator  # noqa: PLC0415 - slow to import
    return validator({**definition.schema, "$defs": _fields_of_all_kinds()})


def _without_nothing(value: object) -> Any:  # noqa: ANN401 - as it comes in
    """Leave out what is null: the API server does so too."""
    if isinstance(value, dict):
        return {key: _without_nothing(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nothing(each) for each in value]
    return value
