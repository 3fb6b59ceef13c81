"""What each pull request on the stage is told of the cluster, and that it is told no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render import samples
from understudy.core.answers import LONGEST, AnswerState, answers, says_no_less, sentence
from understudy.core.config import OutState
from understudy.core.deployment import AppliedStatus, Deployment, Readiness
from understudy.core.model import CommitSha, Reason
from understudy.core.record import DecisionWord, Line, LineState, Record

STAGE = samples.revision("c")
IN = samples.line(7, LineState.INCLUDED)


def deployment(
    readiness: Readiness,
    message: str = "",
    *,
    failing: str = "",
    commit: CommitSha = STAGE.commit,
    name: str = "apps-staging",
) -> Deployment:
    status = AppliedStatus(
        namespace="flux-system",
        name=name,
        readiness=readiness,
        applied=commit if readiness is Readiness.READY else None,
        attempted=commit,
        message=message,
        failing=failing,
    )
    return Deployment(told_by="forge", source=None, kustomizations=(status,))


READY = deployment(Readiness.READY, "reconciliation succeeded")
FAILED = deployment(Readiness.FAILED, "health check failed")


def of(line: Line, **about: Any) -> Record:  # noqa: ANN401 - whatever a record has
    known = {"decision": DecisionWord.UNCHANGED, "published": STAGE}
    return samples.record(pull_requests=(line,), **{**known, **about})


def told(
    line: Line,
    found: Deployment | None,
    out: OutState = OutState.SUCCESS,
    **about: Any,  # noqa: ANN401 - as above
) -> tuple[AnswerState, str]:
    (answer,) = answers(of(line, **about), out=out, deployment=found)
    return answer.state, answer.text


@pytest.mark.parametrize(
    ("watched", "said"), [(True, "deployed and healthy"), (False, "deployed"), (None, "deployed")]
)
def test_only_where_health_is_watched_it_is_told_of(*, watched: bool | None, said: str) -> None:
    (applied,) = READY.kustomizations
    found = replace(READY, kustomizations=(replace(applied, watches_health=watched),))
    assert told(IN, found, OutState.FAILURE) == (AnswerState.SUCCESS, f"On staging, {said}")


def test_one_that_is_suspended_has_it_and_is_watched_by_nobody() -> None:
    (applied,) = READY.kustomizations
    stopped = replace(applied, readiness=Readiness.SUSPENDED, watches_health=True)

    assert told(IN, replace(READY, kustomizations=(stopped,)))[1] == "On staging, deployed"


def test_one_that_is_suspended_is_told_so_unless_another_failed() -> None:
    suspended = deployment(Readiness.SUSPENDED, "Applied revision").kustomizations
    failed = deployment(Readiness.FAILED, "build failed", name="media").kustomizations

    for those, said in (
        (suspended, "apps-staging not ready: suspended"),
        (suspended + failed, "media not ready: build failed"),
    ):
        _, text = told(IN, replace(READY, kustomizations=those))
        assert text == f"On staging, {said}"


def test_what_is_not_ready_is_told_with_object_and_message() -> None:
    found = deployment(
        Readiness.FAILED, "ImagePullBackOff", failing="Deployment immich-stage/immich"
    )

    assert told(IN, found) == (
        AnswerState.SUCCESS,
        "On staging, apps-staging not ready: Deployment immich-stage/immich: ImagePullBackOff",
    )
    assert told(IN, FAILED, OutState.FAILURE) == (
        AnswerState.FAILURE,
        "On staging, apps-staging not ready: health check failed",
    )


@pytest.mark.parametrize(
    "found",
    [
        None,
        deployment(Readiness.PROGRESSING),
        deployment(Readiness.READY, commit=samples.commit("f")),
        deployment(Readiness.FAILED, commit=samples.commit("f")),
    ],
    ids=["nothing told", "on its way", "another is healthy", "another failed"],
)
def test_trap_33_only_what_is_told_of_the_stage_s_own_commit_is_told_on(
    found: Deployment | None,
) -> None:
    assert told(IN, found) == (AnswerState.SUCCESS, "On staging")


@pytest.mark.parametrize(
    "line", [samples.WAITING, samples.FAILED, samples.CONFLICTED], ids=lambda it: it.state.value
)
def test_who_is_not_on_the_stage_has_nothing_to_do_with_it(line: Line) -> None:
    assert told(line, FAILED, OutState.FAILURE) == told(line, None, OutState.FAILURE)


@pytest.mark.parametrize(
    "decision", [DecisionWord.WITHHELD, DecisionWord.REFUSED, DecisionWord.DRY_RUN]
)
def test_what_the_branch_does_not_have_is_not_deployed(decision: DecisionWord) -> None:
    finding = (samples.WITHHOLDING,)
    _, text = told(IN, READY, decision=decision, findings=finding)

    assert text.startswith("Would be on staging")
    assert "healthy" not in text


def test_what_else_is_to_be_said_comes_first_and_is_cut_first() -> None:
    paths = tuple(f".github/workflows/{number}-of-many.yaml" for number in range(9))
    pinned = samples.line(7, LineState.INCLUDED, reason=Reason.PINNED, pinned=paths)

    _, text = told(pinned, FAILED)

    assert len(text) == LONGEST
    assert text.startswith("On staging, without its changes to pinned paths: .github/")
    assert text.endswith("…; apps-staging not ready: health check failed")


def test_a_comment_has_room_for_all_of_a_message() -> None:
    long = "timeout waiting for: " + "x" * 400
    said = sentence(of(IN), IN, deployment(Readiness.FAILED, long))

    assert said == f"On staging, apps-staging not ready: {long}"


@given(message=st.text(), failing=st.text(max_size=50), name=st.text(max_size=50))
def test_whatever_a_cluster_says_it_fits(message: str, failing: str, name: str) -> None:
    found = deployment(Readiness.FAILED, message, failing=failing, name=name)

    _, text = told(IN, found)

    assert len(text) <= LONGEST
    assert text.isprintable()
    assert text.startswith("On staging, ")


@pytest.mark.parametrize(
    ("shown", "text", "expected"),
    [
        ("On staging", "On staging", True),
        ("On staging, deployed and healthy", "On staging", True),
        ("On staging, apps-staging not ready: health check failed", "On staging", True),
        ("On staging, apps-staging not ready", "On staging", True),
        ("On staging, deployed", "On staging", True),
        ("On staging, deployed elsewhere", "On staging", False),
        ("On staging: main has it; deployed and healthy", "On staging: main has it", True),
        ("On staging, without its changes to pinned paths: a", "On staging", False),
        ("On staging, and changes nothing that is not there already", "On staging", False),
        ("On staging: main has it; deployed and healthy", "On staging", False),
        ("On staging", "On staging, deployed and healthy", False),
        ("Not on staging: it is a draft", "On staging", False),
        ("On staging-2, deployed and healthy", "On staging", False),
    ],
)
def test_what_is_shown_may_say_more_of_the_cluster_and_of_nothing_else(
    shown: str, text: str, *, expected: bool
) -> None:
    assert says_no_less(shown, text) == expected
