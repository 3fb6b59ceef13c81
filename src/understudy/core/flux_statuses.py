"""What Flux says of a commit on a forge: its commit statuses, read as a deployment.

Flux's notification-controller names a status `<kind>/<name>/<part of the provider's UID>` in lower
case, and describes it by the reason of the object's `Ready` condition, in words: the object that
fails, and its message, stay in the cluster. See
https://fluxcd.io/flux/components/notification/providers/#git-commit-status-updates
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from understudy.core.checks import STATES
from understudy.core.deployment import AppliedStatus, Deployment, Readiness, SourceStatus
from understudy.core.model import CheckState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from understudy.core.config import Stage
    from understudy.core.model import CommitSha

_NAME = re.compile(r"(kustomization|gitrepository)/([a-z0-9]([a-z0-9.-]*[a-z0-9])?)(/.*)?")
_DONE = "succeeded"
"""How a reason ends when Flux is done. A success with another one, such as "dependency not ready",
only says that nothing failed: https://fluxcd.io/flux/components/kustomize/kustomizations/"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One commit status, the newest of its name."""

    name: str
    word: str
    description: str = ""
    at: datetime | None = None


def deployment_in(
    statuses: Iterable[Told], commit: CommitSha, stage: Stage, *, is_base: bool = False
) -> Deployment | None:
    """Return what Flux says of the commit; None where it says nothing.

    `is_base`: the base has this commit too, so that production speaks of it as well. Then only what
    bears the stage's name counts, unless the configuration names what deploys it.
    """
    found = {
        (match[1], match[2], match[4] or ""): told
        for told in statuses
        if (match := _NAME.fullmatch(told.name.lower())) and _is_of(stage, match, is_base=is_base)
    }
    applied = tuple(
        _applied(told, name, commit, namespace=stage.flux.namespace)
        for (kind, name, _), told in sorted(found.items(), key=lambda item: item[0])
        if kind == "kustomization"
    )
    sources = [(name, told) for (kind, name, _), told in found.items() if kind == "gitrepository"]
    if not (applied or sources):
        return None
    source = _source(*sources[0], commit, stage=stage) if sources else None
    return Deployment(told_by="forge", source=source, kustomizations=applied)


def _is_of(stage: Stage, match: re.Match[str], *, is_base: bool) -> bool:
    flux = stage.flux
    wanted = flux.kustomization if match[1] == "kustomization" else flux.source
    if wanted:
        return match[2] == wanted
    return not is_base or stage.branch.lower() in match[2]


def _applied(told: Told, name: str, commit: CommitSha, *, namespace: str) -> AppliedStatus:
    readiness = _readiness(told)
    return AppliedStatus(
        namespace=namespace,
        name=name,
        readiness=readiness,
        applied=commit if readiness is Readiness.READY else None,
        attempted=commit,
        message=told.description,
        since=_since(told),
    )


def _source(name: str, told: Told, commit: CommitSha, *, stage: Stage) -> SourceStatus:
    return SourceStatus(
        namespace=stage.flux.namespace,
        name=name,
        branch=stage.branch,
        url="",
        readiness=_READINESS.get(STATES.get(told.word.lower()), Readiness.UNKNOWN),
        revision=commit,
        message=told.description,
        since=_since(told),
    )


_READINESS: Mapping[CheckState | None, Readiness] = {
    CheckState.FAILED: Readiness.FAILED,
    CheckState.PASSED: Readiness.READY,
    CheckState.PENDING: Readiness.PROGRESSING,
}
"""A word that is not known says nothing: it is never taken for a success (trap 07)."""


def _readiness(told: Told) -> Readiness:
    readiness = _READINESS.get(STATES.get(told.word.lower()), Readiness.UNKNOWN)
    done = not told.description or told.description.lower().endswith(_DONE)
    return Readiness.PROGRESSING if readiness is Readiness.READY and not done else readiness


def _since(told: Told) -> str:
    return told.at.astimezone(UTC).isoformat(timespec="seconds") if told.at else ""
