from __future__ import annotations

from typing import Any, TypedDict, Unpack

import msgspec
import pytest

from tests.forges.github.nodes import moment
from understudy.core.checks import newest
from understudy.core.model import Check, CheckState
from understudy.forges.github import payloads
from understudy.forges.github.reported import OurRun, our_run, own, runs, said_before
from understudy.forges.github.workflow_shape import JOB

US = OurRun(run_id="9000001", workflow_file="staging-deploy.yaml")


class Origin(TypedDict, total=False):
    """Where a check run comes from."""

    file: str
    event: str
    run: int | None
    app: str | None
    id: int


def check(
    name: str, word: str | None, at: str | None, **origin: Unpack[Origin]
) -> payloads.CheckRun:
    """Return a check run. Without a word it is still running."""
    app = origin.get("app", "github-actions")
    file = origin.get("file", "ci.yaml" if app == "github-actions" else "")
    made_by = {
        "databaseId": origin.get("run", 1),
        "event": origin.get("event", "pull_request"),
        "workflow": {"resourcePath": f"/ada/fleet/actions/workflows/{file}"},
    }
    done = word in {"SUCCESS", "FAILURE", "NEUTRAL", "SKIPPED", "CANCELLED", "STALE"}
    return msgspec.convert(
        {
            "__typename": "CheckRun",
            "databaseId": origin.get("id", 1),
            "name": name,
            "status": "COMPLETED" if done else word,
            "conclusion": word if done else None,
            "startedAt": at,
            "url": "https://github.com/ada/fleet/runs/1",
            "checkSuite": {"app": app and {"slug": app}, "workflowRun": made_by if file else None},
        },
        payloads.CheckRun,
    )


def status(context: str, state: str, at: str, description: str | None = None) -> Any:  # noqa: ANN401 - as `check`
    """Return a commit status."""
    return msgspec.convert(
        {
            "__typename": "StatusContext",
            "context": context,
            "state": state,
            "description": description,
            "targetUrl": None,
            "createdAt": at,
        },
        payloads.StatusContext,
    )


def _states(*reported: Any) -> dict[tuple[str, str], CheckState]:  # noqa: ANN401 - both systems
    return {(each.source, each.name): each.state for each in newest(runs(reported))}


CI = "ci.yaml, pull_request"
PASSED, FAILED, PENDING = CheckState.PASSED, CheckState.FAILED, CheckState.PENDING


@pytest.mark.parametrize(
    ("reported", "state"),
    [
        pytest.param(
            [check("lint", "FAILURE", moment(9)), check("lint", "SUCCESS", moment(10))],
            PASSED,
            id="run again, and passed",
        ),
        pytest.param(
            [check("lint", "SUCCESS", moment(10)), check("lint", "FAILURE", moment(9))],
            PASSED,
            id="whatever the order in which they come",
        ),
        pytest.param(
            [check("lint", "SUCCESS", moment(9)), check("lint", "IN_PROGRESS", moment(10))],
            PENDING,
            id="run again, and not yet over",
        ),
        pytest.param(
            [check("lint", "QUEUED", None), check("lint", "SUCCESS", moment(9))],
            PENDING,
            id="run again, and not yet begun",
        ),
        pytest.param(
            [check("lint", "IN_PROGRESS", moment(9)), check("lint", "SUCCESS", moment(10))],
            PASSED,
            id="one that was replaced and never ended",
        ),
        pytest.param(
            [
                check("lint", "FAILURE", moment(9), id=8),
                check("lint", "SUCCESS", moment(9), id=9),
            ],
            PASSED,
            id="in one second: the higher number is newer",
        ),
    ],
)
def test_trap_04_the_newest_run_of_a_check_counts(reported: list[Any], state: CheckState) -> None:
    assert _states(*reported) == {(CI, "lint"): state}


def test_trap_04_ninety_rows_are_four_checks() -> None:
    words = ["FAILURE", "CANCELLED", "SUCCESS"]
    rows = [
        check(f"job-{n % 4}", words[min(n // 31, 2)], moment(9 + n // 10, n % 60), id=n)
        for n in range(94)
    ]

    assert set(_states(*rows).values()) == {PASSED}
    assert len(_states(*rows)) == 4


def test_checks_of_one_name_from_elsewhere_are_others() -> None:
    found = _states(
        check("test", "SUCCESS", moment(10)),
        check("test", "FAILURE", moment(9), file="nightly.yaml"),
        check("test", "FAILURE", moment(9), event="push"),
        check("test", "FAILURE", moment(9), app="circleci"),
        check("test", "FAILURE", moment(9), app=None),
        status("test2", "ERROR", moment(9)),
    )

    assert found.pop((CI, "test")) is PASSED
    assert set(found) == {
        ("nightly.yaml, pull_request", "test"),
        ("ci.yaml, push", "test"),
        ("circleci", "test"),
        ("", "test"),
        ("", "test2"),
    }
    assert set(found.values()) == {FAILED}


def test_trap_03_both_systems_are_read() -> None:
    found = newest(
        runs(
            (
                check("lint", "NEUTRAL", moment(9)),
                status("ci/jenkins", "EXPECTED", moment(9)),
                status("ci/drone", "SUCCESS", moment(9)),
            )
        )
    )

    assert {each.name: each.state for each in found} == {
        "lint": PASSED,
        "ci/jenkins": PENDING,
        "ci/drone": PASSED,
    }


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("SUCCESS", PASSED),
        ("SKIPPED", PASSED),
        ("CANCELLED", FAILED),
        ("STALE", PENDING),
        ("WAITING", PENDING),
        ("REQUESTED", PENDING),
        ("PENDING", PENDING),
        ("BRAND_NEW_WORD", PENDING),
    ],
)
def test_trap_07_the_words_of_github(word: str, state: CheckState) -> None:
    (found,) = newest(runs((check("lint", word, moment(9)),)))

    assert found.state is state


def test_a_run_that_is_over_without_a_conclusion_is_pending() -> None:
    over = msgspec.structs.replace(check("lint", "SUCCESS", moment(9)), conclusion=None)

    (found,) = newest(runs((over,)))

    assert found == Check(
        name="lint",
        state=PENDING,
        source=CI,
        word="completed",
        url="https://github.com/ada/fleet/runs/1",
    )


# --- which are our own (trap 10) ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        pytest.param(check("x", "QUEUED", None, run=9000001), True, id="of our very run"),
        pytest.param(
            check("x", "SUCCESS", moment(9), file="staging-deploy.yaml", run=5),
            True,
            id="of another run of our workflow",
        ),
        pytest.param(check(JOB, "SUCCESS", moment(9), file="other.yaml"), True, id="by its job"),
        pytest.param(check("x", "SUCCESS", moment(9)), False, id="of a CI"),
        pytest.param(check(JOB, "SUCCESS", moment(9), app="circleci"), False, id="of another app"),
        pytest.param(check("x", "QUEUED", None, run=None), False, id="of a run without a number"),
    ],
)
def test_trap_10_what_runs_us_does_not_gate(run: payloads.CheckRun, *, expected: bool) -> None:
    assert bool(own((run,), US)) is expected


def test_trap_10_on_a_laptop_the_job_is_known_by_its_name_alone() -> None:
    of_ours = check(JOB, "SUCCESS", moment(9), file="staging-deploy.yaml")
    of_none = check("x", "SUCCESS", moment(9), file="/")

    assert own((of_ours, check("x", "SUCCESS", moment(9))), OurRun()) == {
        ("staging-deploy.yaml, pull_request", JOB)
    }
    assert own((of_none,), OurRun()) == frozenset()


def test_trap_10_with_several_stages_the_job_has_the_stage_behind_its_name() -> None:
    of_ours = check(f"{JOB} (next)", "QUEUED", None, file="staging-deploy.yaml")
    of_others = check(f"{JOB}-again", "QUEUED", None)

    assert own((of_ours, of_others), OurRun()) == {
        ("staging-deploy.yaml, pull_request", f"{JOB} (next)")
    }


def test_trap_10_a_workflow_cannot_pass_off_the_checks_of_others_as_our_own() -> None:
    """What a pull request names its workflows and jobs is its author's to choose."""
    theirs = check("test", "SUCCESS", moment(9), file="staging-deploy.yaml")
    real = check("test", "FAILURE", moment(9))

    ours = own((theirs,), US)

    assert {(each.source, each.name) for each in newest(runs((real,)))} & ours == set()


def test_the_run_is_read_from_what_a_step_is_given() -> None:
    reference = "ada/fleet/.github/workflows/staging-deploy.yaml@refs/heads/a@b"

    assert our_run({"GITHUB_RUN_ID": "9000001", "GITHUB_WORKFLOW_REF": reference}) == US
    assert our_run({}) == OurRun()


# --- what we said before --------------------------------------------------------------------------


def test_the_newest_status_of_ours_is_what_was_said() -> None:
    name = "understudy/staging"
    reported = (
        status(name, "SUCCESS", moment(10), "new"),
        status(name, "PENDING", moment(9), "old"),
        status("understudy/qa", "FAILURE", moment(11), "of another stage"),
        check(name, "SUCCESS", moment(12)),
    )

    said = said_before(reported, name)

    assert said is not None
    assert said.description == "new"
    assert said_before(reported, "understudy/none") is None
