"""Flux's objects, as the API has them → what they say of a stage. Nothing is asked here.

https://fluxcd.io/flux/components/source/gitrepositories/#gitrepository-status
https://fluxcd.io/flux/components/kustomize/kustomizations/#kustomization-status
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from understudy.core.deployment import AppliedStatus, Readiness, SourceStatus
from understudy.core.model import CommitSha
from understudy.gitops.cluster.flux_messages import object_in
from understudy.redaction import redacted

Object = dict[str, Any]

_ON_THE_WAY = frozenset({"DependencyNotReady", "HealthCheckCanceled"})
"""Reasons for which a controller says "not ready", and goes on by itself soon."""

_REVISION = re.compile(r"(?:^|[:/])(?P<commit>[0-9a-f]{64}|[0-9a-f]{40})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """That an object was asked to look again: with which moment, and since when it was ready then.

    A controller that was at work when it was asked writes down that it has heard only after its
    next turn. So one that has come to another end since then has acted too.
    """

    moment: str
    since: str


def at(found: Object, *keys: str) -> Any:  # noqa: ANN401 - an object may hold anything anywhere
    """Return what is found under these keys, one inside the other; None where one is not."""
    value: Any = found
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def named(found: Object) -> tuple[str, str]:
    """Return namespace and name."""
    return str(found["metadata"]["namespace"]), str(found["metadata"]["name"])


def source_status(found: Object, *, asked: Request | None = None) -> SourceStatus:
    """Return what a `GitRepository` says. It is at it until it has acted on what was `asked`."""
    ready = _ready(found)
    namespace, name = named(found)
    return SourceStatus(
        namespace=namespace,
        name=name,
        branch=at(found, "spec", "ref", "branch") or "",
        url=redacted(at(found, "spec", "url") or ""),
        readiness=_readiness(found, ready, asked),
        revision=commit_of(at(found, "status", "artifact", "revision")),
        message=_message(found, ready),
        since=ready.get("lastTransitionTime") or "",
    )


def request(found: Object, moment: str) -> Request:
    """Return what there is to remember of an object that is asked now."""
    return Request(moment=moment, since=_ready(found).get("lastTransitionTime") or "")


def applied_status(found: Object, source: Object, *, asked: Request | None = None) -> AppliedStatus:
    """Return what a `Kustomization` says, of which `source` is the `GitRepository`."""
    ready = _ready(found)
    namespace, name = named(found)
    readiness, message = _readiness(found, ready, asked), _message(found, ready)
    blames = readiness in {Readiness.FAILED, Readiness.PROGRESSING}
    return AppliedStatus(
        namespace=namespace,
        name=name,
        readiness=readiness,
        applied=commit_of(at(found, "status", "lastAppliedRevision")),
        attempted=_attempted(found, ready, source),
        message=message,
        since=ready.get("lastTransitionTime") or "",
        failing=object_in(message) if blames else "",
        watches_health=watches_health(at(found, "spec")),
    )


def watches_health(spec: object) -> bool:
    """Tell whether "ready" means for a `Kustomization` that what it applied works too."""
    return isinstance(spec, dict) and bool(spec.get("wait") or spec.get("healthChecks"))


def commit_of(revision: object) -> CommitSha | None:
    """Read `staging@sha1:…`, `sha1:…`, or as old versions wrote it, `staging/…`."""
    match = _REVISION.search(revision) if isinstance(revision, str) else None
    return CommitSha(match["commit"]) if match else None


def _attempted(found: Object, ready: Object, source: Object) -> CommitSha | None:
    fetched = at(source, "status", "artifact", "lastUpdateTime") or ""
    since = ready.get("lastTransitionTime") or ""
    if ready.get("reason") == "ArtifactFailed" and since >= fetched:
        # It gave up before it wrote down what it tried: `spec.path` is not in the commit.
        return commit_of(at(source, "status", "artifact", "revision"))
    return commit_of(at(found, "status", "lastAttemptedRevision"))


def _readiness(found: Object, ready: Object, asked: Request | None) -> Readiness:
    if at(found, "spec", "suspend"):
        return Readiness.SUSPENDED
    seen = ready.get("observedGeneration") or at(found, "status", "observedGeneration") or 0
    if not ready or seen < (at(found, "metadata", "generation") or 0):
        return Readiness.PROGRESSING  # the controller has not come to what it says now
    if asked and not _has_acted(found, ready, asked):
        return Readiness.PROGRESSING
    match ready.get("status"):
        case "True":
            return Readiness.READY
        case "False" if ready.get("reason") in _ON_THE_WAY:
            return Readiness.PROGRESSING
        case "False":
            return Readiness.FAILED
        case "Unknown":
            return Readiness.PROGRESSING
        case _:
            return Readiness.UNKNOWN


def _has_acted(found: Object, ready: Object, asked: Request) -> bool:
    heard = at(found, "status", "lastHandledReconcileAt") == asked.moment
    return bool(heard or ready.get("lastTransitionTime") != asked.since)


def _message(found: Object, ready: Object) -> str:
    """Return what it says of itself. While it is at work, `Reconciling` says more than `Ready`."""
    at_work = ready.get("status") == "Unknown"
    telling = (at_work and _condition(found, "Reconciling")) or ready
    return redacted(telling.get("message") or "")


def _ready(found: Object) -> Object:
    return _condition(found, "Ready")


def _condition(found: Object, kind: str) -> Object:
    conditions = at(found, "status", "conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), {})
