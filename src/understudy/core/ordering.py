"""Which head is merged first: numbers, incumbents, and dependencies before their dependants."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from understudy.core.config import Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.core.model import PullRequest

    Dependencies = Mapping[int, frozenset[int]]


def in_order(
    pull_requests: Iterable[PullRequest],
    *,
    dependencies: Dependencies,
    order: Order = Order.NUMBER,
    incumbents: frozenset[int] = frozenset(),
) -> tuple[PullRequest, ...]:
    """Sort for the fold. A dependency that is not among `pull_requests` is no constraint.

    What an incumbent depends on goes with the incumbents, so that no newcomer slips in between.

    Raises:
        ValueError: dependencies form a circle; `circles` finds them beforehand.
    """
    by_number = {each.number: each for each in pull_requests}
    inside = {
        number: dependencies.get(number, frozenset()) & by_number.keys() for number in by_number
    }
    first = _with_dependencies(incumbents, inside) if order is Order.INCUMBENTS else frozenset()
    numbers = _dependencies_first(inside, first)
    if len(numbers) != len(by_number):
        raise ValueError("dependencies form a circle")
    return tuple(by_number[number] for number in numbers)


def circles(dependencies: Dependencies) -> frozenset[int]:
    """Return every number that depends on itself through others. Itself alone is no circle."""
    return frozenset(
        number for group in _components(dependencies) if len(group) > 1 for number in group
    )


def _dependencies_first(inside: Dependencies, first: frozenset[int]) -> list[int]:
    open_dependencies = {number: len(needed - {number}) for number, needed in inside.items()}
    dependants = _dependants(inside)
    ready = [
        (number not in first, number) for number, left in open_dependencies.items() if not left
    ]
    heapq.heapify(ready)
    numbers: list[int] = []
    while ready:
        _, number = heapq.heappop(ready)
        numbers.append(number)
        for dependant in dependants[number]:
            open_dependencies[dependant] -= 1
            if not open_dependencies[dependant]:
                heapq.heappush(ready, (dependant not in first, dependant))
    return numbers


def _dependants(inside: Dependencies) -> dict[int, list[int]]:
    dependants: dict[int, list[int]] = {number: [] for number in inside}
    for number, needed in inside.items():
        for dependency in needed - {number}:
            dependants[dependency].append(number)
    return dependants


def _with_dependencies(numbers: Iterable[int], inside: Dependencies) -> frozenset[int]:
    found: set[int] = set()
    left = [number for number in numbers if number in inside]
    while left:
        number = left.pop()
        if number not in found:
            found.add(number)
            left.extend(inside[number])
    return frozenset(found)


def _components(graph: Dependencies) -> list[list[int]]:
    """Kosaraju's strongly connected components, without recursion: a chain may be long."""
    group_of: dict[int, int] = {}
    groups: list[list[int]] = []
    reverse = _dependants({number: needed & graph.keys() for number, needed in graph.items()})
    for number in reversed(_by_finish(graph)):
        if number in group_of:
            continue
        group: list[int] = []
        left = [number]
        while left:
            each = left.pop()
            if each not in group_of:
                group_of[each] = len(groups)
                group.append(each)
                left.extend(reverse[each])
        groups.append(group)
    return groups


def _by_finish(graph: Dependencies) -> Sequence[int]:
    seen: set[int] = set()
    finished: list[int] = []
    for root in graph:
        left = [(root, False)]
        while left:
            number, done = left.pop()
            if done:
                finished.append(number)
            elif number not in seen and number in graph:
                seen.add(number)
                left.append((number, True))
                left.extend((each, False) for each in graph[number])
    return finished
