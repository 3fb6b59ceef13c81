from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.config import Order
from understudy.core.model import CommitSha, PullRequest
from understudy.core.ordering import circles, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def _pull_request(number: int) -> PullRequest:
    return PullRequest(
        number=number,
        title="",
        author="",
        head=CommitSha(f"{number:040x}"),
        head_ref=f"feature/{number}",
        base_ref="main",
    )


def _ordered(
    numbers: Iterable[int],
    needs: Mapping[int, Iterable[int]] | None = None,
    *,
    order: Order = Order.NUMBER,
    incumbents: Iterable[int] = (),
) -> list[int]:
    needed = {number: frozenset(below) for number, below in (needs or {}).items()}
    pull_requests = [_pull_request(number) for number in numbers]
    found = in_order(
        pull_requests, dependencies=needed, order=order, incumbents=frozenset(incumbents)
    )
    return [each.number for each in found]


@pytest.mark.parametrize(
    ("numbers", "needs", "expected"),
    [
        ([], {}, []),
        ([10, 9, 2], {}, [2, 9, 10]),
        ([1, 2, 3], {1: [3]}, [2, 3, 1]),
        ([1, 2, 3, 4], {1: [2], 2: [4]}, [3, 4, 2, 1]),
        ([1, 2], {1: [7]}, [1, 2]),
        ([1, 2], {1: [1]}, [1, 2]),
        ([1, 2, 3], {1: [2, 3], 2: [3]}, [3, 2, 1]),
    ],
    ids=["nothing", "by number", "after its dependency", "chain", "not here", "itself", "two"],
)
def test_the_lowest_number_that_is_ready_comes_first(
    numbers: list[int], needs: dict[int, list[int]], expected: list[int]
) -> None:
    assert _ordered(numbers, needs) == expected


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({}, [3, 5, 1, 2, 4]),
        ({3: [4]}, [4, 3, 5, 1, 2]),
        ({3: [4], 4: [2]}, [2, 4, 3, 5, 1]),
        ({1: [5]}, [3, 5, 1, 2, 4]),
    ],
    ids=["first", "brings its dependency", "and what that needs", "a newcomer needs one"],
)
def test_incumbents_come_first_with_what_they_depend_on(
    needs: dict[int, list[int]], expected: list[int]
) -> None:
    found = _ordered(range(1, 6), needs, order=Order.INCUMBENTS, incumbents={3, 5, 99})
    assert found == expected


def test_incumbents_change_nothing_in_the_order_of_numbers() -> None:
    assert _ordered([1, 2, 3], incumbents={3}) == [1, 2, 3]


def test_a_circle_is_refused_rather_than_lost() -> None:
    with pytest.raises(ValueError, match="circle"):
        _ordered([1, 2, 3], {1: [2], 2: [1]})


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({}, set()),
        ({1: {1}}, set()),
        ({1: {2}, 2: {1}}, {1, 2}),
        ({1: {2}, 2: {3}, 3: {1}, 4: {1}, 5: set()}, {1, 2, 3}),
        ({1: {2}, 2: {1}, 3: {1, 4}, 4: {5}, 5: {4}}, {1, 2, 4, 5}),
        ({1: {9}}, set()),
    ],
    ids=["none", "itself", "two", "three and a dependant", "between two circles", "unknown"],
)
def test_members_of_circles_are_told_from_their_dependants(
    needs: dict[int, set[int]], expected: set[int]
) -> None:
    assert circles({number: frozenset(below) for number, below in needs.items()}) == expected


_NEEDS = st.dictionaries(st.integers(1, 12), st.frozensets(st.integers(1, 12), max_size=3))


@given(needs=_NEEDS)
def test_a_circle_is_what_leads_back_to_itself(needs: dict[int, frozenset[int]]) -> None:
    def reachable(start: int) -> set[int]:
        seen: set[int] = set()
        left = [each for each in needs.get(start, ()) if each != start]
        while left:
            number = left.pop()
            if number not in seen:
                seen.add(number)
                left.extend(needs.get(number, ()))
        return seen

    assert circles(needs) == {number for number in needs if number in reachable(number)}


@given(needs=_NEEDS, numbers=st.frozensets(st.integers(1, 12)), seed=st.integers(0, 99))
def test_the_order_depends_on_what_is_there_not_on_how_it_came(
    needs: dict[int, frozenset[int]], numbers: frozenset[int], seed: int
) -> None:
    acyclic = {number: {each for each in below if each > number} for number, below in needs.items()}
    shuffled = list(numbers)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret

    for order in Order:
        found = _ordered(numbers, acyclic, order=order, incumbents={2, 5})
        assert found == _ordered(shuffled, acyclic, order=order, incumbents={2, 5})
        assert sorted(found) == sorted(numbers)
        for position, number in enumerate(found):
            assert not acyclic.get(number, set()) & set(found[position:])


def test_a_long_chain_needs_no_recursion() -> None:
    chain = {number: frozenset({number + 1}) for number in range(1, 5000)}
    assert _ordered(range(1, 5001), chain) == list(range(5000, 0, -1))
    assert circles(chain) == frozenset()
    assert len(circles({**chain, 5000: frozenset({1})})) == 5000
