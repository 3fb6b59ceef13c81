"""What became of a stage's commit in the cluster, whoever told it: the cluster, or the forge.

Values and conclusions: no cluster is asked here, and no forge.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.core.model import CommitSha


class Readiness(enum.Enum):
    """What the `Ready` condition of a Flux object says."""

    READY = "ready"
    PROGRESSING = "progressing"
    FAILED = "failed"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """A `GitRepository`. `revision` is the commit of its artifact, None as long as it has none.

    `since` is when the Ready condition last changed, as RFC 3339 in UTC; empty if not known.
    """

    namespace: str
    name: str
    branch: str
    url: str
    readiness: Readiness
    revision: CommitSha | None = None
    message: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedStatus:
    """A `Kustomization` that deploys from the stage's source.

    `applied` is the commit that was last applied whole, `attempted` the one last tried.
    `failing` is the object of which its message speaks, if one can be told.
    `watches_health`: whether ready means that what was applied is healthy too; None: not known.
    """

    namespace: str
    name: str
    readiness: Readiness
    applied: CommitSha | None = None
    attempted: CommitSha | None = None
    message: str = ""
    since: str = ""
    failing: str = ""
    watches_health: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """All that was told of a stage's deployment. `told_by` is `cluster` or `forge`."""

    told_by: str
    source: SourceStatus | None
    kustomizations: tuple[AppliedStatus, ...] = ()


def as_told(_commit: CommitSha, told: Deployment | None) -> Deployment | None:
    """Return what was told of a commit's deployment, where nothing else is known of it."""
    return told
