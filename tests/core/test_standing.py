from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.render.samples import commit, line, record, revision
from understudy.core.deployment import AppliedStatus, Deployment, Readiness
from understudy.core.record import DecisionWord, Hold, LineState, Record
from understudy.core.standing import Member, Presence, Standing, Unknown, members_of

if TYPE_CHECKING:
    from understudy.core.model import CommitSha

READY, FAILED = Readiness.READY, Readiness.FAILED
OLD, NEW = commit("1"), commit("2")


def stood(serial: int, tip: CommitSha, *numbers: int, **changed: Any) -> Record:  # noqa: ANN401 - as a record has it
    at = revision(tip[0], f"t{serial}")
    heads = tuple(commit(chr(ord("a") + number)) for number in numbers)
    lines = tuple(
        line(number, LineState.INCLUDED, head=head)
        for number, head in zip(numbers, heads, strict=True)
    )
    return record(
        **{
            "serial": serial,
            "candidate": at,
            "published": at,
            "decision": DecisionWord.PUBLISHED,
            "hold": None,
            "findings": (),
            "pull_requests": lines,
            **changed,
        }
    )


def applied(
    readiness: Readiness, has: CommitSha | None, tried: CommitSha | None = None, name: str = "apps"
) -> AppliedStatus:
    return AppliedStatus(
        namespace="flux-system",
        name=name,
        readiness=readiness,
        applied=has,
        attempted=tried or has,
        watches_health=True,
    )


def told(*kustomizations: AppliedStatus) -> Deployment:
    return Deployment(told_by="cluster", source=None, kustomizations=kustomizations)


def presences(members: tuple[Member, ...]) -> dict[int, Presence]:
    return {member.line.number: member.presence for member in members}


BOTH = [stood(2, NEW, 1, 2), stood(1, OLD, 1)]


@pytest.mark.parametrize(
    ("kustomizations", "one", "two"),
    [
        ([applied(READY, NEW)], Presence.HEALTHY, Presence.HEALTHY),
        ([applied(READY, OLD)], Presence.HEALTHY, Presence.ON_THE_WAY),
        ([applied(READY, NEW), applied(READY, OLD)], Presence.HEALTHY, Presence.ON_THE_WAY),
        ([applied(FAILED, OLD, NEW)], Presence.FAILING, Presence.FAILING),
        ([applied(FAILED, OLD)], Presence.FAILING, Presence.ON_THE_WAY),
        ([applied(Readiness.SUSPENDED, NEW)], Presence.DEPLOYED, Presence.DEPLOYED),
        ([applied(Readiness.PROGRESSING, OLD, NEW)], Presence.ON_THE_WAY, Presence.ON_THE_WAY),
        ([applied(READY, commit("9"))], Presence.ON_THE_WAY, Presence.ON_THE_WAY),
        ([], Presence.ON_THE_WAY, Presence.ON_THE_WAY),
    ],
)
def test_what_flux_says_of_a_commit_is_told_of_its_pull_requests(
    kustomizations: list[AppliedStatus], one: Presence, two: Presence
) -> None:
    """Flux reports one commit; it is mapped back to who is in it (trap 33)."""
    members = members_of(BOTH, NEW, told(*kustomizations))

    assert presences(members) == {1: one, 2: two}


def test_a_head_that_moved_is_not_deployed_yet() -> None:
    moved = stood(2, NEW, pull_requests=(line(1, LineState.INCLUDED, head=commit("f")),))

    members = members_of([moved, stood(1, OLD, 1)], NEW, told(applied(READY, OLD)))

    assert presences(members) == {1: Presence.ON_THE_WAY}


def test_a_failing_one_may_have_been_deployed_before() -> None:
    one, two = members_of(BOTH, NEW, told(applied(FAILED, OLD, NEW)))

    assert (one.deployed_with, two.deployed_with) == (OLD, None)


def test_who_is_in_an_unchanged_branch_is_told_by_the_newest_record_of_it() -> None:
    """#1 landed on the base: the content stays, who is in it does not (trap 23)."""
    later = stood(2, NEW, 2, decision=DecisionWord.UNCHANGED)
    records = [later, stood(1, NEW, 1, 2)]

    assert presences(members_of(records, NEW, told(applied(READY, NEW)))) == {2: Presence.HEALTHY}


@pytest.mark.parametrize(
    "changed",
    [
        {"decision": DecisionWord.WITHHELD, "candidate": revision("9")},
        {"decision": DecisionWord.REFUSED, "candidate": None},
        {
            "decision": DecisionWord.WITHHELD,
            "candidate": revision("9"),
            "hold": Hold(serial=1, since="2026-11-24T00:00:00+00:00"),
        },
    ],
)
def test_a_record_that_left_the_branch_alone_does_not_tell_who_is_in_it(
    changed: dict[str, Any],
) -> None:
    records = [stood(2, NEW, 3, published=revision("1", "t1"), **changed), stood(1, OLD, 1)]

    assert presences(members_of(records, OLD, told(applied(READY, OLD)))) == {1: Presence.HEALTHY}


def test_a_branch_that_no_record_knows_has_no_members() -> None:
    assert members_of(BOTH, commit("9"), told(applied(READY, NEW))) == ()
    assert members_of([], None, told(applied(READY, NEW))) == ()


def test_without_a_deployment_there_is_no_telling_how_far_it_is() -> None:
    standing = Standing(
        stage="staging",
        branch="staging",
        record=None,
        tip=NEW,
        base_tip=None,
        deployment=Unknown(message="Nobody tells."),
    )

    assert standing.delivery is None
    assert not standing.is_behind_base
    assert standing.was_pushed_by_others
