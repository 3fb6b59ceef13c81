"""Manifests as people write them → what is examined. One text may hold several documents."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from understudy.core.config import Isolation
from understudy.gitops.objects import Manifest, ObjectId
from understudy.gitops.ruling import Examined

if TYPE_CHECKING:
    from understudy.core.decisions import Finding
    from understudy.gitops.ruling import Rule


def manifests(text: str, *, folder: str = "") -> tuple[Manifest, ...]:
    """Read documents; a comment `# file.yaml` before one names its file, in the folder."""
    found = []
    for part in textwrap.dedent(text).split("\n---\n"):
        first, _, _ = part.strip().partition("\n")
        name = (
            first.removeprefix("# ") if first.startswith("# ") and first.endswith(".yaml") else ""
        )
        body = YAML(typ="safe").load(part)
        if body:
            found.append(_manifest(body, path=f"{folder}/{name}" if folder and name else name))
    return tuple(found)


def _manifest(body: dict[str, Any], *, path: str) -> Manifest:
    version, metadata = body["apiVersion"], body["metadata"]
    return Manifest(
        id=ObjectId(
            group=version.rpartition("/")[0],
            kind=body["kind"],
            namespace=metadata.get("namespace", ""),
            name=metadata["name"],
        ),
        api_version=version,
        body=body,
        path=path,
    )


def examined(stage: str, production: str = "", **settings: Any) -> Examined:  # noqa: ANN401
    """Return what is examined when these are rendered."""
    return Examined(
        stage=manifests(stage),
        production=manifests(production),
        settings=Isolation(**settings),
        stage_overlay="apps/staging",
        production_overlay="apps/production",
    )


def told(rule: Rule, look_at: Examined) -> list[str]:
    """Return what a rule finds, a line each."""
    return lines(rule.look(look_at))


def lines(findings: Any) -> list[str]:  # noqa: ANN401
    """Write findings so that they can be compared by eye."""
    return [_line(each) for each in findings]


def _line(found: Finding) -> str:
    return f"{found.severity.value} {found.rule}: {found.subject}: {found.message}"
