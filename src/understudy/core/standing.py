"""Where a stage stands: what its branch has, what is deployed of it, and of which pull requests.

Values and conclusions: nothing is read here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.delivery import delivery
from understudy.core.deployment import Readiness
from understudy.core.errors import ExitCode
from understudy.core.record import IN, DecisionWord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.delivery import Delivery
    from understudy.core.deployment import AppliedStatus, Deployment
    from understudy.core.model import CommitSha
    from understudy.core.record import Line, Record


class Presence(enum.Enum):
    """What became in the cluster of a pull request that is on the stage."""

    HEALTHY = "healthy"
    DEPLOYED = "deployed"
    FAILING = "failing"
    ON_THE_WAY = "on-the-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A pull request that is on the stage.

    `because` is what it waits for, or fails of. Of a failing one, `deployed_with` is the commit
    that was deployed with it before.
    """

    line: Line
    presence: Presence
    because: AppliedStatus | None = None
    deployed_with: CommitSha | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Why nothing is known of the deployment, and what to do. `exit_code`: if that is a failure."""

    message: str
    hint: str = ""
    exit_code: ExitCode = ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that is known at one moment. `tip` and `base_tip` are what the remote has there now.

    `members` are the pull requests on the branch, if their deployment is known.
    """

    stage: str
    branch: str
    record: Record | None
    tip: CommitSha | None
    base_tip: CommitSha | None
    deployment: Deployment | Unknown
    members: tuple[Member, ...] = ()

    @property
    def delivery(self) -> Delivery | None:
        """Tell how far the branch's tip has come; None: nothing is known, or there is no tip."""
        if isinstance(self.deployment, Unknown) or self.tip is None:
            return None
        return delivery(self.deployment, self.tip)

    @property
    def is_behind_base(self) -> bool:
        """Tell whether the base has moved since the record was made."""
        known = self.record is not None and self.base_tip is not None
        return known and self.record.base.sha != self.base_tip  # type: ignore[union-attr]

    @property
    def was_pushed_by_others(self) -> bool:
        """Tell whether the branch is at a commit that the newest record does not know."""
        published = self.record.published.commit if self.record and self.record.published else None
        return self.tip is not None and self.tip != published


def members_of(
    records: Sequence[Record], tip: CommitSha | None, deployment: Deployment
) -> tuple[Member, ...]:
    """Return what became of each pull request on the branch. Records are newest first (trap 33)."""
    lines = _lines_at(records, tip)
    return tuple(_member(line, records, deployment, tip=tip) for line in lines)


def _member(
    line: Line, records: Sequence[Record], deployment: Deployment, *, tip: CommitSha | None
) -> Member:
    applied = deployment.kustomizations
    failing = [each for each in applied if _fails_with(each, line, records)]
    if failing:
        because = failing[0]
        known = line.head in _heads_at(records, because.applied)
        return Member(
            line=line,
            presence=Presence.FAILING,
            because=because,
            deployed_with=because.applied if known and because.applied != tip else None,
        )
    lacking = [each for each in applied if not _has(each, line, records)]
    if lacking or not applied:
        return Member(line=line, presence=Presence.ON_THE_WAY, because=next(iter(lacking), None))
    healthy = all(each.watches_health and each.readiness is Readiness.READY for each in applied)
    return Member(line=line, presence=Presence.HEALTHY if healthy else Presence.DEPLOYED)


def _fails_with(applied: AppliedStatus, line: Line, records: Sequence[Record]) -> bool:
    tried = applied.attempted or applied.applied
    return applied.readiness is Readiness.FAILED and line.head in _heads_at(records, tried)


def _has(applied: AppliedStatus, line: Line, records: Sequence[Record]) -> bool:
    content = applied.readiness in {Readiness.READY, Readiness.SUSPENDED}
    return content and line.head in _heads_at(records, applied.applied)


def _heads_at(records: Sequence[Record], commit: CommitSha | None) -> frozenset[CommitSha]:
    return frozenset(line.head for line in _lines_at(records, commit))


def _lines_at(records: Sequence[Record], commit: CommitSha | None) -> tuple[Line, ...]:
    """Return the pull requests that are in a commit of the stage; none, if no record knows it."""
    for record in records:
        if commit and record.published and record.published.commit == commit and _tells(record):
            return tuple(line for line in record.pull_requests if line.state in IN)
    return ()


def _tells(record: Record) -> bool:
    """Tell whether its lines are about what it left on the branch, not about what might be there.

    Unchanged content tells who is in it now, though the branch's own log may not (trap 23).
    """
    return record.decision in {DecisionWord.PUBLISHED, DecisionWord.UNCHANGED}
