"""The changes in `api_answers.yaml`, as objects. What a server answers is not asked here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from understudy.gitops.objects import Manifest, ObjectId
from understudy.gitops.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMESPACE = "app-stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A change. `told` is the gravest finding that we have of it: `nothing` for none."""

    title: str
    before: dict[str, Any]
    after: dict[str, Any]
    is_refused: bool
    told: str
    status: dict[str, Any] = field(default_factory=dict)


def answers() -> list[Answered]:
    """Read all of them."""
    content = Path(__file__).with_suffix(".yaml").read_bytes()
    groups = YAML(typ="safe", pure=True).load(content)
    return [
        answer for number, group in enumerate(groups) for answer in _answers(group, f"it-{number}")
    ]


def manifest(body: Mapping[str, Any], path: str = "") -> Manifest:
    """Return a rendered object."""
    group, _, _ = body["apiVersion"].rpartition("/")
    metadata = body["metadata"]
    found = ObjectId(
        group=group,
        kind=body["kind"],
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
    )
    return Manifest(id=found, api_version=body["apiVersion"], body=body, path=path)


def _answers(group: Mapping[str, Any], prefix: str) -> Iterator[Answered]:
    for number, (title, before, after, answer, *rest) in enumerate(group["changes"]):
        # Each change has an object of its own, so that none has to be deleted first.
        name = group.get("name", f"{prefix}-{number}")
        is_refused = answer == "refused"
        (told,) = rest or ["error" if is_refused else "nothing"]
        yield Answered(
            title=f"{group['kind']}: {title}",
            before=_laid_over(group, name, before),
            after=_laid_over(group, name, after),
            is_refused=is_refused,
            told=told,
            status=group.get("status", {}),
        )


def _laid_over(group: Mapping[str, Any], name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    api_version, _, kind = group["kind"].partition(" ")
    body = {"apiVersion": api_version, "kind": kind, **group["object"]}
    if (place := group.get("at")) is not None:
        body[place] = {**body[place], **part}
    else:
        body |= part
    body["metadata"] = {"name": name, **body.get("metadata", {})}
    if not Scopes(defined={}).is_cluster_wide(manifest(body).id):
        body["metadata"] = {**body["metadata"], "namespace": NAMESPACE}
    return body
