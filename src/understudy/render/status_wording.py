"""Every sentence that people read about a stage's standing, once. It returns raw text."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from understudy.core.delivery import Delivered, Stuck, Underway
from understudy.core.deployment import AppliedStatus, Readiness, SourceStatus
from understudy.core.standing import Presence, Unknown
from understudy.render import wording

if TYPE_CHECKING:
    from understudy.core.delivery import Blocker, Delivery
    from understudy.core.deployment import Deployment
    from understudy.core.standing import Member, Standing

HEALTH_UNWATCHED = (
    "Deployed says that it was applied; whether it is healthy, nobody watches. For that, set"
    " `wait: true` in the Kustomization."
)
HEALTH_UNKNOWN = (
    "Deployed says that it was applied; whether it is healthy, cannot be told without the cluster."
)

READINESS_WORDS = {
    Readiness.READY: "ready",
    Readiness.PROGRESSING: "at it",
    Readiness.FAILED: "failed",
    Readiness.SUSPENDED: "suspended",
    Readiness.UNKNOWN: "unknown",
}

PRESENCE_WORDS = {
    Presence.HEALTHY: "healthy",
    Presence.DEPLOYED: "deployed",
    Presence.FAILING: "failing",
    Presence.ON_THE_WAY: "on the way",
}


def too_late(told: Deployment | Unknown) -> tuple[str, str]:
    """Say that the time is over, and what to do: where nobody tells anything, time is no help."""
    if isinstance(told, Unknown):
        return f"The time is over. {told.message}", told.hint
    return (
        "The time is over: the stage's commit is not deployed yet.",
        "Give it longer with --timeout, or see what it waits for above.",
    )


def health(deployed: Deployment) -> str:
    """Say why nobody can tell that what is deployed is healthy; empty: it is told already."""
    if any(each.watches_health is False for each in deployed.kustomizations):
        return HEALTH_UNWATCHED
    unknown = any(each.watches_health is None for each in deployed.kustomizations)
    return HEALTH_UNKNOWN if unknown else ""


_TOLD_BY = {"cluster": "the cluster", "forge": "the forge"}


def base_moved(standing: Standing) -> str:
    """Say that the stage is behind its base. A record and a base there are."""
    base, tip = (standing.record.base.branch if standing.record else ""), standing.base_tip or ""
    return f"{base} has moved on to {wording.short(tip)} since. To take that in:"


def pushed_by_others(standing: Standing) -> str:
    tip = wording.short(standing.tip or "")
    return f"The branch {standing.branch} is at {tip}, which the newest record did not put there."


def deployment(told: Deployment, outcome: Delivery | None, standing: Standing) -> str:
    """Say in one line how far the branch has come."""
    return f"Flux, as {_TOLD_BY[told.told_by]} tells: {_progress(outcome, standing)}"


def _progress(outcome: Delivery | None, standing: Standing) -> str:
    tip = wording.short(standing.tip or "")
    match outcome:
        case None:
            return f"there is no branch {standing.branch} to deploy"
        case Delivered():
            return f"{tip} is deployed"
        case Stuck(blockers=blockers):
            return f"{tip} is not deployed: {_names(blockers)} cannot go on by itself"
        case Underway(blockers=blockers):
            return f"{tip} is not deployed yet: waiting for {_names(blockers)}"
        case _:
            assert_never(outcome)


def _names(blockers: tuple[Blocker, ...]) -> str:
    if not blockers:
        return "Flux"
    more = f" and {len(blockers) - 1} more" if len(blockers) > 1 else ""
    return blockers[0].name + more


def place(status: Blocker) -> str:
    return f"{status.namespace}/{status.name}"


def holds(status: Blocker) -> str:
    """Say which commit it has, which it tried, and since when that is so."""
    since = f", since {wording.when(status.since)} UTC" if status.since else ""
    match status:
        case SourceStatus(revision=revision):
            has = f"has {wording.short(revision)}" if revision else "has fetched nothing yet"
            return f"{has} of {status.branch}{since}"
        case AppliedStatus(readiness=Readiness.UNKNOWN, applied=None, attempted=None):
            return "nothing is told of it"
        case AppliedStatus(applied=applied, attempted=attempted):
            has = f"has {wording.short(applied)}" if applied else "has applied nothing yet"
            tries = attempted if attempted != applied else None
            tried = f", tries {wording.short(tries)}" if tries else ""
            return f"{has}{tried}{since}"
        case _:
            assert_never(status)


def trouble(status: Blocker) -> str:
    """Say in Flux's own words what is in its way, if something is."""
    return "" if status.readiness is Readiness.READY else " ".join(status.message.split())


def because(member: Member) -> str:
    """Say what a pull request waits for, or fails of."""
    if member.because is None:
        return ""
    about = f": {member.because.failing}" if member.because.failing else ""
    before = member.deployed_with
    stays = f"; it was deployed with {wording.short(before)} before" if before else ""
    return f"{place(member.because)}{about}{stays}"
