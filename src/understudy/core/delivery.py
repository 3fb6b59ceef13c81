"""How far a commit of the stage has come in the cluster, and what is in its way.

Conclusions alone: no cluster is asked here, and no forge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.deployment import AppliedStatus, Deployment, Readiness, SourceStatus

if TYPE_CHECKING:
    from understudy.core.model import CommitSha

Blocker = SourceStatus | AppliedStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The commit is applied everywhere, and everything is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """These do not get to the commit, or not to ready, unless somebody acts."""

    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """These are not there yet, and nothing says that they will not get there."""

    blockers: tuple[Blocker, ...]


Delivery = Delivered | Stuck | Underway


def delivery(deployment: Deployment, commit: CommitSha) -> Delivery:
    """Tell how far a commit of the stage has come."""
    source = deployment.source
    blockers: list[Blocker] = [source] if source and not has_fetched(source, commit) else []
    blockers += [each for each in deployment.kustomizations if not _has(each, commit)]
    stuck = tuple(each for each in blockers if _is_stuck(each, commit))
    if stuck:
        return Stuck(blockers=stuck)
    if blockers or not deployment.kustomizations:
        return Underway(blockers=tuple(blockers))
    return Delivered()


def has_fetched(source: SourceStatus, commit: CommitSha) -> bool:
    """Tell whether it has the commit. Whether it could fetch again since does not matter then."""
    return source.revision == commit and source.readiness is not Readiness.PROGRESSING


def _has(applied: AppliedStatus, commit: CommitSha) -> bool:
    """Tell whether it has the commit and is content. A suspended one stays as it is."""
    content = applied.readiness in {Readiness.READY, Readiness.SUSPENDED}
    return content and applied.applied == commit


def _is_stuck(blocker: Blocker, commit: CommitSha) -> bool:
    if blocker.readiness is Readiness.SUSPENDED:
        return True
    if blocker.readiness is not Readiness.FAILED:
        return False
    # A Kustomization may still tell of the commit before: it has not looked at this one.
    return isinstance(blocker, SourceStatus) or blocker.attempted == commit
