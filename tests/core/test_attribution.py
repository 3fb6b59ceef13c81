from __future__ import annotations

from dataclasses import replace

from tests.core.twins import Head, Twin, asked
from understudy.core.assembly import assemble
from understudy.core.attribution import attribute
from understudy.core.model import Conflicted

Blamed = dict[str, tuple[int, ...]]


def blamed(twin: Twin, *numbers: int) -> dict[int, Blamed]:
    """Return whom each pull request that conflicts does so with, path by path."""
    candidate = assemble(twin.base, [asked(number) for number in numbers], merger=twin)
    found = attribute(candidate, merger=twin)
    assert replace(found, steps=candidate.steps) == candidate
    return {
        step.pull_request.number: {c.path: c.with_ for c in step.outcome.conflicts}
        for step in found.steps
        if isinstance(step.outcome, Conflicted)
    }


def test_the_base_comes_first_trap_27() -> None:
    heads = {1: Head({"a": "1"}), 2: Head({"a": "2"}, clashes={"a": frozenset({"a"})})}
    assert blamed(Twin({"a": "0"}, heads), 1, 2) == {2: {"a": ()}}


def test_a_pair_that_conflicts_by_itself_is_named_at_its_path_trap_27() -> None:
    heads = {
        1: Head({"a": "1"}),
        2: Head({"b": "2"}),
        3: Head({"c": "3"}),
        4: Head({"a": "4", "b": "4", "d": "4"}),
    }
    assert blamed(Twin({}, heads), 1, 2, 3, 4) == {4: {"a": (1,), "b": (2,)}}


def test_base_and_pull_request_are_told_apart_by_path() -> None:
    heads = {1: Head({"a": "1"}), 2: Head({"a": "2"}, clashes={"k": frozenset({"kept"})})}
    assert blamed(Twin({"kept": "0"}, heads), 1, 2) == {2: {"a": (1,), "k": ()}}


def test_what_no_pair_explains_is_found_by_bisection() -> None:
    # Only once 2 and 4 are both there does 6 conflict: with 4 alone or 2 alone it does not.
    heads = {
        1: Head({"one": "1"}),
        2: Head({"two": "2"}),
        3: Head({"three": "3"}),
        4: Head({"four": "4"}),
        5: Head({"five": "5"}),
        6: Head({"six": "6"}, clashes={"six": frozenset({"two", "four"})}),
    }
    assert blamed(Twin({}, heads), 1, 2, 3, 4, 5, 6) == {6: {"six": (4,)}}


def test_a_suspect_that_cannot_be_merged_alone_is_found_by_bisection() -> None:
    # 2 stands on 1: onto the base by itself it does not merge.
    heads = {1: Head({"one": "1"}), 2: Head({"a": "2"}), 3: Head({"a": "3"})}
    twin = Twin({}, heads)
    candidate = assemble(twin.base, [asked(1), asked(2), asked(3)], merger=twin)
    alone = Twin({}, {**heads, 2: Head(stranger=True)})
    found = attribute(candidate, merger=alone)
    outcome = found.steps[2].outcome
    assert isinstance(outcome, Conflicted)
    assert [conflict.with_ for conflict in outcome.conflicts] == [(2,)]


def test_more_suspects_than_are_tried_in_pairs_are_bisected() -> None:
    heads = {n: Head({"a": "same", f"own{n}": "x"}) for n in range(1, 41)}
    twin = Twin({}, {**heads, 50: Head({"a": "other"})})
    assert blamed(twin, *range(1, 41), 50) == {50: {"a": (1,)}}
    assert twin.tries < 15


def test_those_that_did_not_get_in_are_no_suspects() -> None:
    heads = {1: Head({"a": "1"}), 2: Head({"a": "2", "b": "2"}), 3: Head({"a": "3", "b": "3"})}
    assert blamed(Twin({}, heads), 1, 2, 3) == {2: {"a": (1,)}, 3: {"a": (1,)}}


def test_those_that_come_later_are_no_suspects() -> None:
    heads = {1: Head({"a": "1"}), 2: Head({"a": "2"}), 3: Head({"a": "1", "b": "3"})}
    assert blamed(Twin({}, heads), 1, 2, 3) == {2: {"a": (1,)}}


def test_reused_steps_keep_what_was_found_about_them() -> None:
    heads = {1: Head({"a": "1"}), 2: Head({"a": "2"}), 3: Head({"a": "3"})}
    twin = Twin({}, heads)
    first = attribute(assemble(twin.base, [asked(1), asked(2), asked(3)], merger=twin), merger=twin)
    before = twin.tries
    again = attribute(replace(first, reused=3), merger=twin)
    assert again.steps == first.steps
    assert twin.tries == before


def test_a_fold_without_conflicts_is_not_inquired_into() -> None:
    twin = Twin({}, {1: Head({"a": "1"}), 2: Head({"b": "1"})})
    assert blamed(twin, 1, 2) == {}
    assert twin.tries == 0
