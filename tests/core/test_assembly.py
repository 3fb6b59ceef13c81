from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace as changed

from tests.core.twins import Head, Twin, asked, head_of
from understudy.core.assembly import KnownStep, assemble, known_steps
from understudy.core.lines import lines_of
from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    CommitSha,
    Conflicted,
    DependencyOut,
    Eligible,
    Merged,
    Revision,
    StepOutcome,
    ToolIdentity,
    TreeSha,
    Trigger,
    Unmergeable,
)
from understudy.core.record import BaseLine, DecisionWord, LineState, Record, RevisionLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOOL = ToolIdentity(understudy="1", git="2.39.5")
HEADS = {
    1: Head({"a": "1"}),
    2: Head({"a": "2"}),
    3: Head({"b": "3"}),
    4: Head(stranger=True),
    5: Head({"c": "5"}),
    6: Head({"b": "6"}),
}
ALL = (1, 2, 3, 4, 5, 6)


def fold(
    twin: Twin,
    numbers: Iterable[int] = ALL,
    *,
    needs: Mapping[int, frozenset[int]] | None = None,
    absent: Iterable[int] = (),
    known: tuple[KnownStep, ...] = (),
) -> Candidate:
    return assemble(
        twin.base,
        [asked(number) for number in numbers],
        merger=twin,
        dependencies=needs,
        absent=absent,
        known=known,
    )


def kinds(candidate: Candidate) -> dict[int, type[StepOutcome]]:
    return {step.pull_request.number: type(step.outcome) for step in candidate.steps}


def recorded(candidate: Candidate) -> Record:
    return Record(
        serial=1,
        stage="staging",
        branch="staging",
        at="",
        trigger=Trigger(),
        tool=TOOL,
        base=BaseLine(branch="master", sha=candidate.base.commit),
        previous=None,
        candidate=RevisionLine(commit=candidate.tip.commit, tree=candidate.tip.tree),
        published=None,
        decision=DecisionWord.PUBLISHED,
        pin=("p/**",),
        order=tuple(step.pull_request.number for step in candidate.steps),
        pull_requests=lines_of(
            [(step.pull_request, Eligible()) for step in candidate.steps], candidate
        ),
    )


def known_of(candidate: Candidate) -> tuple[KnownStep, ...]:
    return known_steps(recorded(candidate), base=candidate.base, pin=["p/**"], tool=TOOL)


def without_reuse(candidate: Candidate) -> Candidate:
    return replace(candidate, reused=0)


def test_heads_are_merged_in_order_and_what_does_not_merge_is_stepped_over_trap_29() -> None:
    candidate = fold(Twin({"a": "0"}, HEADS))
    assert kinds(candidate) == {
        1: Merged,
        2: Conflicted,
        3: Merged,
        4: Unmergeable,
        5: Merged,
        6: Conflicted,
    }
    last = candidate.steps[4].outcome
    assert isinstance(last, Merged)
    assert candidate.tip == Revision(commit=last.commit, tree=last.tree)
    assert [step.left for step in candidate.steps[:2]] == [candidate.base, candidate.steps[2].left]


def test_nothing_to_merge_is_the_base_itself() -> None:
    twin = Twin({"a": "0"}, {})
    assert fold(twin, []) == Candidate(base=twin.base, tip=twin.base, steps=())


def test_the_order_given_is_the_order_merged() -> None:
    assert kinds(fold(Twin({"a": "0"}, HEADS), (2, 1))) == {2: Merged, 1: Conflicted}


# --- dependencies --------------------------------------------------------------------------------


def test_what_depends_on_something_out_is_out_with_its_own_dependants() -> None:
    needs = {3: frozenset({2}), 5: frozenset({3, 1}), 6: frozenset({1})}
    candidate = fold(Twin({"a": "0"}, HEADS), needs=needs)
    outcomes = {step.pull_request.number: step.outcome for step in candidate.steps}
    assert outcomes[3] == DependencyOut(number=2)
    assert outcomes[5] == DependencyOut(number=3)
    assert isinstance(outcomes[6], Merged)


def test_what_depends_on_one_that_is_absent_is_out_the_lowest_is_named() -> None:
    needs = {1: frozenset({99, 98}), 3: frozenset({1})}
    candidate = fold(Twin({"a": "0"}, HEADS), (1, 3), needs=needs, absent=[98, 99])
    assert [step.outcome for step in candidate.steps] == [
        DependencyOut(number=98),
        DependencyOut(number=1),
    ]


def test_what_is_not_tried_is_not_merged() -> None:
    twin = Twin({"a": "0"}, HEADS)
    fold(twin, (1, 3), needs={1: frozenset({9})}, absent=[9])
    assert twin.merges == [3]


# --- reuse: provably equal to a fold from scratch, trap 31 ---------------------------------------


def test_an_equal_fold_merges_nothing_again_trap_31() -> None:
    first = fold(Twin({"a": "0"}, HEADS))
    twin = Twin({"a": "0"}, HEADS)
    again = fold(twin, known=known_of(first))
    assert without_reuse(again) == first
    assert (again.reused, twin.merges) == (6, [])


@pytest.mark.parametrize(
    ("numbers", "merged"),
    [
        ((1, 2, 3, 4, 5), []),
        ((1, 2, 3, 5, 6), [5, 6]),
        ((2, 3, 4, 5, 6), [2, 3, 4, 5, 6]),
        ((1, 3, 2, 4, 5, 6), [3, 2, 4, 5, 6]),
        ((1, 2, 3, 4, 6, 5), [6, 5]),
    ],
)
def test_reuse_ends_at_the_first_difference_of_order_trap_31(
    numbers: tuple[int, ...], merged: list[int]
) -> None:
    known = known_of(fold(Twin({"a": "0"}, HEADS)))
    twin = Twin({"a": "0"}, HEADS)
    assert without_reuse(fold(twin, numbers, known=known)) == fold(Twin({"a": "0"}, HEADS), numbers)
    assert twin.merges == merged


def test_reuse_ends_at_a_head_that_moved_trap_31() -> None:
    known = known_of(fold(Twin({"a": "0"}, HEADS)))
    known = (*known[:2], replace(known[2], head=CommitSha("f" * 40)), *known[3:])
    twin = Twin({"a": "0"}, HEADS)
    assert fold(twin, known=known).reused == 2
    assert twin.merges == [3, 4, 5, 6]


def test_a_recorded_merge_whose_id_does_not_come_out_again_is_merged_anew_trap_31() -> None:
    first = fold(Twin({"a": "0"}, HEADS))
    known = list(known_of(first))
    known[0] = replace(known[0], outcome=Merged(commit=CommitSha("0" * 40), tree=TreeSha("1" * 40)))
    twin = Twin({"a": "0"}, HEADS)
    assert fold(twin, known=tuple(known)) == first
    assert twin.merges == list(ALL)


def test_a_conflict_is_not_taken_over_once_its_opponent_is_blocked_trap_31() -> None:
    # Same base, heads and order, but now the first depends on one that is out: the second merges.
    known = known_of(fold(Twin({"a": "0"}, HEADS), (1, 2, 3)))
    needs = {1: frozenset({9})}
    again = fold(Twin({"a": "0"}, HEADS), (1, 2, 3), needs=needs, absent=[9], known=known)
    scratch = fold(Twin({"a": "0"}, HEADS), (1, 2, 3), needs=needs, absent=[9])
    assert without_reuse(again) == scratch
    assert kinds(again) == {1: DependencyOut, 2: Merged, 3: Merged}


def test_what_was_blocked_and_is_no_longer_is_merged_trap_31() -> None:
    needs = {1: frozenset({9})}
    known = known_of(fold(Twin({"a": "0"}, HEADS), (1, 2, 3), needs=needs, absent=[9]))
    again = fold(Twin({"a": "0"}, HEADS), (1, 2, 3), known=known)
    assert without_reuse(again) == fold(Twin({"a": "0"}, HEADS), (1, 2, 3))


def test_a_fold_with_blocked_steps_is_reused_too() -> None:
    needs = {2: frozenset({9}), 3: frozenset({2})}
    first = fold(Twin({"a": "0"}, HEADS), needs=needs, absent=[9])
    twin = Twin({"a": "0"}, HEADS)
    again = fold(twin, needs=needs, absent=[9], known=known_of(first))
    assert without_reuse(again) == first
    assert twin.merges == []


def test_what_is_contained_stays_so() -> None:
    heads = {**HEADS, 7: Head({"a": "1"})}
    candidate = assemble(
        Twin({"a": "0"}, heads).base,
        [asked(1), replace(asked(7), head=head_of(1))],
        merger=Twin({"a": "0"}, heads),
    )
    assert candidate.steps[1].outcome == AlreadyIncluded(in_base=False)
    again = assemble(
        candidate.base,
        [asked(1), replace(asked(7), head=head_of(1))],
        merger=(twin := Twin({"a": "0"}, heads)),
        known=known_of(candidate),
    )
    assert (without_reuse(again), twin.merges) == (candidate, [])


OTHER_BASE = Revision(commit=CommitSha("other"), tree=TreeSha("e" * 40))


def test_a_record_is_known_for_the_same_base_pins_and_tool_only() -> None:
    candidate = fold(Twin({"a": "0"}, HEADS))
    record = recorded(candidate)
    base, pin = candidate.base, ("p/**",)
    assert len(known_steps(record, base=base, pin=pin, tool=TOOL)) == 6
    other = ToolIdentity(understudy="1", git="2.50.0")
    assert known_steps(record, base=OTHER_BASE, pin=pin, tool=TOOL) == ()
    assert known_steps(record, base=base, pin=(), tool=TOOL) == ()
    assert known_steps(record, base=base, pin=pin, tool=other) == ()
    assert known_steps(None, base=base, pin=pin, tool=TOOL) == ()
    refused = changed(record, candidate=None)
    assert known_steps(refused, base=base, pin=pin, tool=TOOL) == ()


def test_known_steps_end_where_the_record_has_no_line() -> None:
    record = recorded(fold(Twin({"a": "0"}, HEADS)))
    fewer = changed(
        record, pull_requests=tuple(line for line in record.pull_requests if line.number != 3)
    )
    base = Twin({"a": "0"}, HEADS).base
    assert [step.number for step in known_steps(fewer, base=base, pin=["p/**"], tool=TOOL)] == [
        1,
        2,
    ]
    odd = changed(record.pull_requests[0], state=LineState.EVICTED)
    evicted = changed(record, pull_requests=(odd, *record.pull_requests[1:]))
    assert known_steps(evicted, base=base, pin=["p/**"], tool=TOOL) == ()


def test_every_step_is_told_to_whoever_watches() -> None:
    class Watcher:
        seen = 0

        def phase(self, name: str, total: int | None = None) -> None:
            raise NotImplementedError

        def advance(self) -> None:
            self.seen += 1

    watcher = Watcher()
    twin = Twin({"a": "0"}, HEADS)
    assemble(twin.base, [asked(number) for number in ALL], merger=twin, progress=watcher)
    assert watcher.seen == 6
