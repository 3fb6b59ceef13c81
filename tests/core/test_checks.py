from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.checks import (
    STATES,
    CheckSummary,
    Run,
    check_from,
    counted,
    newest,
    summarise,
)
from understudy.core.model import Check, CheckState

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PASSED, FAILED = CheckState.PASSED, CheckState.FAILED
PENDING, MISSING = CheckState.PENDING, CheckState.MISSING


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("success", PASSED),
        ("neutral", PASSED),
        ("skipped", PASSED),
        ("passed", PASSED),
        ("failure", FAILED),
        ("failed", FAILED),
        ("error", FAILED),
        ("timed_out", FAILED),
        ("cancelled", FAILED),
        ("canceled", FAILED),
        ("action_required", FAILED),
        ("startup_failure", FAILED),
        ("stale", PENDING),
        ("queued", PENDING),
        ("in_progress", PENDING),
        ("running", PENDING),
        ("waiting", PENDING),
        ("requested", PENDING),
        ("pending", PENDING),
        ("expected", PENDING),
    ],
)
def test_each_word_of_a_provider_has_one_state_trap_07(word: str, state: CheckState) -> None:
    assert STATES[word] is state
    for spelt in (word, word.upper()):
        assert check_from(Run(name="lint", word=spelt)) == Check(name="lint", state=state)


def test_the_table_above_has_every_row_trap_07() -> None:
    assert len(STATES) == 20


@pytest.mark.parametrize("word", ["", "completed", "sucess", "missing", "ok"])
def test_an_unknown_word_is_pending_and_named_trap_07(word: str) -> None:
    assert check_from(Run(name="lint", word=word)) == Check(name="lint", state=PENDING, word=word)


OLD = Run(name="lint", source="ci", word="failure", at=NOON)
NEW = Run(name="lint", source="ci", word="success", at=NOON + timedelta(minutes=1))
NOT_BEGUN = Run(name="lint", source="ci", word="queued")


@pytest.mark.parametrize("runs", list(permutations([OLD, NEW])))
def test_a_superseded_run_does_not_count_trap_04(runs: tuple[Run, ...]) -> None:
    assert newest(runs) == (Check(name="lint", source="ci", state=PASSED),)


@pytest.mark.parametrize("runs", list(permutations([OLD, NEW, NOT_BEGUN])))
def test_a_run_that_has_not_begun_is_the_newest_trap_04(runs: tuple[Run, ...]) -> None:
    assert newest(runs) == (Check(name="lint", source="ci", state=PENDING),)


def test_of_two_runs_of_one_time_the_later_in_the_list_counts() -> None:
    same = Run(name="lint", source="ci", word="success", at=NOON)
    assert newest([OLD, same])[0].state is PASSED
    assert newest([same, OLD])[0].state is FAILED


def test_one_name_from_two_sources_is_two_checks_trap_03() -> None:
    status = Run(name="lint", source="", word="pending", at=NOON)
    assert [check.state for check in newest([NEW, status])] == [PENDING, PASSED]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("lint", True),
        ("understudy", False),
        ("understudy/staging", False),
        ("understudying", True),
        ("kustomization/apps-staging/0c9c2e41", False),
        ("helmrelease/podinfo/0c9c2e41", False),
        ("kustomization/apps-staging", True),
        ("kustomization/validate/manifests", True),
        ("Kustomization/apps/0c9c2e41", True),
        ("build/kustomization/apps/0c9c2e41", True),
        ("flaky", False),
    ],
)
def test_own_statuses_and_those_of_flux_do_not_gate_trap_10_trap_35(
    name: str, *, counts: bool
) -> None:
    check = Check(name=name, state=FAILED)
    assert counted([check], ignore=["flaky"]) == ((check,) if counts else ())


def test_the_job_that_runs_understudy_is_known_by_workflow_and_name_trap_10() -> None:
    own = Check(name="build", source="staging", state=PENDING)
    namesake = Check(name="build", source="ci", state=PENDING)
    assert counted([own, namesake], own=frozenset({("staging", "build")})) == (namesake,)


A, B = Check(name="a", state=PASSED), Check(name="b", state=FAILED)
C = Check(name="c", state=PENDING)


@pytest.mark.parametrize(
    ("checks", "required", "summary"),
    [
        ((), (), CheckSummary()),
        ((C, B, A), (), CheckSummary(failed=(B,), pending=(C,), passed=(A,))),
        ((A, B, C), ("a",), CheckSummary(passed=(A,))),
        ((A, B), ("a", "x"), CheckSummary(passed=(A,), missing=(Check(name="x", state=MISSING),))),
        ((), ("x", "x"), CheckSummary(missing=(Check(name="x", state=MISSING),))),
    ],
    ids=["none", "all count", "required narrows", "trap 06: required is missing", "named twice"],
)
def test_checks_are_summarised(
    checks: tuple[Check, ...], required: tuple[str, ...], summary: CheckSummary
) -> None:
    assert summarise(checks, required=required) == summary


def test_a_required_name_counts_from_each_source() -> None:
    other = Check(name="a", source="other", state=FAILED)
    assert summarise([A, other], required=["a"]).failed == (other,)


@given(
    st.lists(st.builds(Check, name=st.sampled_from("abc"), state=st.sampled_from(CheckState))),
)
def test_no_check_is_lost_or_counted_twice(checks: list[Check]) -> None:
    summary = summarise(checks)
    parts = (summary.failed, summary.pending, summary.missing, summary.passed)
    assert sorted(map(repr, checks)) == sorted(repr(each) for part in parts for each in part)
