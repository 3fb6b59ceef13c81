from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.requests import HEAD, NOW, shown
from understudy.core.config_file import parse
from understudy.core.dependencies import dependencies, depends_on_in
from understudy.core.eligibility import judge_all
from understudy.core.model import (
    Check,
    CheckState,
    Eligible,
    Excluded,
    PullRequest,
    Snapshot,
    Verdict,
    Waiting,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES = parse({"stages": {"staging": {"drafts": "exclude"}}}).stages["staging"]
WAITING = {"checks": (Check(name="lint", state=CheckState.PENDING),)}
OUT = {"draft": True}


def _short(verdict: Verdict) -> str:
    """Write a verdict as one line to compare by eye."""
    match verdict:
        case Eligible(note=note):
            return "in" if note is None else f"in: {note}"
        case Waiting(reason=reason, detail=detail):
            return f"waits ({reason.value}): {detail}"
        case Excluded(reason=reason, detail=detail):
            return f"out ({reason.value}): {detail}"


def _snapshot(*pull_requests: PullRequest) -> Snapshot:
    return Snapshot(base_ref="main", base=HEAD, pull_requests=pull_requests)


def _judged(*pull_requests: PullRequest) -> dict[int, str]:
    judged = judge_all(_snapshot(*pull_requests), RULES, now=NOW, previous=None)
    assert [each for each, _ in judged] == list(pull_requests)
    return {each.number: _short(verdict) for each, verdict in judged}


def _needing(number: int, *needed: int, **about: Any) -> PullRequest:  # noqa: ANN401 - any field
    return shown(number, depends_on=frozenset(needed), **about)


def test_what_is_out_takes_those_that_depend_on_it_out_through_any_number() -> None:
    found = _judged(
        _needing(1, **WAITING),
        _needing(2, 1),
        _needing(3, 2),
        _needing(4, **OUT),
        _needing(5, 4),
        _needing(6, 5),
        _needing(7, 99),
    )

    assert {number: said for number, said in found.items() if number not in {1, 4}} == {
        2: "waits (dependency): it depends on #1, which is waiting",
        3: "waits (dependency): it depends on #2, which is waiting",
        5: "out (dependency): it depends on #4, which is out",
        6: "out (dependency): it depends on #5, which is out",
        7: "in",
    }


def test_one_that_needs_a_waiting_and_an_excluded_one_is_excluded() -> None:
    found = _judged(_needing(1, **WAITING), _needing(2, **OUT), _needing(3, 1, 2))
    assert found[3] == "out (dependency): it depends on #2, which is out"


def test_its_own_reason_is_said_before_that_of_its_dependency() -> None:
    found = _judged(_needing(1, **OUT), _needing(2, 1, **WAITING))
    assert found[2] == "waits (checks-pending): waiting for check `lint`"


def test_a_circle_is_out_and_so_is_what_depends_on_it() -> None:
    found = _judged(_needing(1, 2), _needing(2, 1), _needing(3, 2), _needing(4, 4))

    circle = (
        "out (dependency-cycle): it depends on itself through others; take one `Depends-On` away"
    )
    assert found == {
        1: circle,
        2: circle,
        3: "out (dependency): it depends on #2, which is out",
        4: "in",
    }


def test_a_stacked_pull_request_depends_on_the_one_below() -> None:
    below = shown(1, head_ref="feature/below", **OUT)
    above = shown(2, base_ref="feature/below")

    assert dependencies(_snapshot(below, above)) == {1: frozenset(), 2: frozenset({1})}
    assert _judged(below, above)[2] == "out (dependency): it depends on #1, which is out"


def test_a_fork_whose_branch_has_the_name_of_a_target_is_not_stacked_upon() -> None:
    fork = shown(1, head_ref="release", from_fork=True)
    other = shown(2, base_ref="release")

    assert dependencies(_snapshot(fork, other))[2] == frozenset()
    assert _judged(fork, other)[2].startswith("out (other-base)")


def test_a_head_called_as_the_base_is_no_dependency_of_all() -> None:
    fork = shown(1, head_ref="main")
    assert dependencies(_snapshot(fork, shown(2)))[2] == frozenset()


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("", []),
        ("Depends-On: #12", [12]),
        ("text\n  depends-on: #12, #13 and #14\nDEPENDS-ON: #15\r\n", [12, 13, 14, 15]),
        ("Depends-On: #12 #13", [12, 13]),
        ("This depends-on: #12", []),
        ("> Depends-On: #12", []),
        ("Depends-On: 12", []),
        ("Depends-On: owner/name#12", []),
        ("Depends-On: #١٢", []),
        (f"Depends-On: #{'9' * 5000}, #3", [3]),
        ("Depends-On:\n#12", []),
    ],
)
def test_a_description_names_dependencies_at_the_start_of_a_line(
    body: str, numbers: Iterable[int]
) -> None:
    assert depends_on_in(body) == frozenset(numbers)


@given(st.text(max_size=200))
def test_any_description_can_be_read(body: str) -> None:
    assert depends_on_in(body) == frozenset() or "#" in body


_REQUESTS = st.lists(
    st.tuples(st.sets(st.integers(1, 8), max_size=2), st.sampled_from([{}, WAITING, OUT])),
    max_size=8,
)


@given(_REQUESTS)
def test_nothing_is_in_without_what_it_needs_and_nothing_is_lost(
    requests: list[tuple[set[int], dict[str, Any]]],
) -> None:
    pull_requests = [
        _needing(number, *needed, **about) for number, (needed, about) in enumerate(requests, 1)
    ]
    found = _judged(*pull_requests)
    needs = dependencies(_snapshot(*pull_requests))

    assert list(found) == [each.number for each in pull_requests]
    inside = {number for number, said in found.items() if said == "in"}
    for number in found:
        needed = needs[number] - {number}
        if number in inside:
            assert needed <= inside
        elif "dependency)" in found[number]:
            assert needed - inside
