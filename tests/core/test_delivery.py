from __future__ import annotations

import pytest

from understudy.core.delivery import Delivered, Stuck, Underway, delivery
from understudy.core.deployment import AppliedStatus, Deployment, Readiness, SourceStatus
from understudy.core.model import CommitSha

OLD, NEW = CommitSha("1" * 40), CommitSha("2" * 40)
READY, AT_IT, FAILED = Readiness.READY, Readiness.PROGRESSING, Readiness.FAILED
SUSPENDED = Readiness.SUSPENDED


def source(readiness: Readiness, revision: CommitSha | None) -> SourceStatus:
    return SourceStatus(
        namespace="f", name="source", branch="s", url="", readiness=readiness, revision=revision
    )


def apps(
    readiness: Readiness,
    applied: CommitSha | None,
    attempted: CommitSha | None = None,
    name: str = "apps",
) -> AppliedStatus:
    return AppliedStatus(
        namespace="f",
        name=name,
        readiness=readiness,
        applied=applied,
        attempted=attempted or applied,
    )


@pytest.mark.parametrize(
    ("readiness", "revision", "applied", "outcome"),
    [
        (READY, NEW, apps(READY, NEW), Delivered),
        (FAILED, NEW, apps(READY, NEW), Delivered),
        (SUSPENDED, NEW, apps(SUSPENDED, NEW), Delivered),
        (AT_IT, NEW, apps(READY, NEW), Underway),
        (READY, OLD, apps(READY, OLD), Underway),
        (READY, None, apps(AT_IT, None), Underway),
        (READY, NEW, apps(READY, OLD), Underway),
        (READY, NEW, apps(AT_IT, OLD, NEW), Underway),
        (READY, NEW, apps(AT_IT, NEW), Underway),
        (READY, NEW, apps(FAILED, OLD, OLD), Underway),
        (READY, NEW, apps(FAILED, OLD, NEW), Stuck),
        (READY, NEW, apps(FAILED, NEW), Stuck),
        (READY, NEW, apps(SUSPENDED, OLD), Stuck),
        (SUSPENDED, OLD, apps(READY, OLD), Stuck),
        (FAILED, OLD, apps(READY, OLD), Stuck),
    ],
)
def test_how_far_the_new_commit_has_come(
    readiness: Readiness, revision: CommitSha | None, applied: AppliedStatus, outcome: type
) -> None:
    told = Deployment(
        told_by="cluster", source=source(readiness, revision), kustomizations=(applied,)
    )

    assert isinstance(delivery(told, NEW), outcome)


def test_one_that_is_stuck_goes_before_those_that_are_at_it() -> None:
    told = Deployment(
        told_by="cluster",
        source=source(READY, NEW),
        kustomizations=(apps(AT_IT, OLD, NEW, "a"), apps(FAILED, OLD, NEW, "b")),
    )

    outcome = delivery(told, NEW)

    assert isinstance(outcome, Stuck)
    assert [each.name for each in outcome.blockers] == ["b"]


def test_what_a_forge_was_told_needs_no_source_but_something_that_applies() -> None:
    with_apps = Deployment(told_by="forge", source=None, kustomizations=(apps(READY, NEW),))

    assert delivery(with_apps, NEW) == Delivered()
    assert delivery(Deployment(told_by="forge", source=None), NEW) == Underway(blockers=())
