from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.test_record import CONFLICTED, FULL, INCLUDED
from tests.render import samples
from understudy.core.model import TreeSha
from understudy.core.record import (
    BaseLine,
    Change,
    DecisionWord,
    Hold,
    Line,
    LineState,
    Record,
    RevisionLine,
    difference,
)


def with_lines(*lines: Line, tree: str = "d", base: str = "b", serial: int = 1) -> Record:
    return replace(
        FULL,
        serial=serial,
        base=BaseLine(branch="master", sha=samples.commit(base)),
        published=RevisionLine(commit=samples.commit("c"), tree=TreeSha(tree * 40)),
        pull_requests=lines,
    )


def test_the_first_record_is_all_new() -> None:
    found = difference(None, with_lines(INCLUDED, CONFLICTED, serial=1))
    assert (found.before, found.after, found.base_moved, found.tree_changed) == (0, 1, True, True)
    assert (found.entered, found.left, found.updated) == ((12,), (), ())
    assert [change.number for change in found.changes] == [12, 14]


def test_equal_records_differ_in_nothing() -> None:
    found = difference(with_lines(INCLUDED), with_lines(INCLUDED, serial=2))
    assert (found.before, found.after) == (1, 2)
    assert not found.base_moved
    assert not found.tree_changed
    assert found.changes == ()


def at(number: int, state: LineState | None, head: str = "1") -> tuple[Line, ...]:
    return (samples.line(number, state, head=samples.commit(head)),) if state else ()


IN, CONTAINED, OUT = LineState.INCLUDED, LineState.CONTAINED, LineState.CONFLICTED
MOVES: list[tuple[LineState | None, LineState | None, bool, str]] = [
    (None, IN, False, "entered"),
    (OUT, IN, False, "entered"),
    (OUT, CONTAINED, False, "entered"),
    (IN, None, False, "left"),
    (IN, OUT, False, "left"),
    (CONTAINED, OUT, True, "left"),
    (IN, IN, True, "updated"),
    (IN, CONTAINED, True, "updated"),
    (IN, CONTAINED, False, ""),
    (OUT, OUT, True, ""),
    (None, OUT, False, ""),
    (OUT, None, False, ""),
]


@pytest.mark.parametrize(("before", "after", "moved", "what"), MOVES)
def test_who_came_who_went_and_whose_head_moved(
    before: LineState | None,
    after: LineState | None,
    moved: bool,  # noqa: FBT001 - a column
    what: str,
) -> None:
    found = difference(
        with_lines(*at(3, before)), with_lines(*at(3, after, "2" if moved else "1"), serial=2)
    )
    expected = {"entered": (), "left": (), "updated": (), what: (3,)}
    assert (found.entered, found.left, found.updated) == (
        expected["entered"],
        expected["left"],
        expected["updated"],
    )
    (change,) = found.changes
    assert (change.number, change.before, change.after) == (3, before, after)
    assert change.head_moved == (moved and before is not None and after is not None)
    assert isinstance(change, Change)


def test_base_and_tree_are_told_apart() -> None:
    before = with_lines(INCLUDED)
    assert difference(before, with_lines(INCLUDED, base="9")).base_moved
    assert difference(before, with_lines(INCLUDED, tree="9")).tree_changed
    gone = replace(before, published=None)
    assert difference(before, gone).tree_changed


@pytest.mark.parametrize(("held", "changed"), [(False, True), (True, False)])
def test_a_dry_run_is_compared_by_what_the_stage_would_have(*, held: bool, changed: bool) -> None:
    other = RevisionLine(commit=samples.commit("e"), tree=TreeSha("e" * 40))
    hold = Hold(serial=1, since="2026-01-31T12:00:00+00:00") if held else None
    plan = replace(with_lines(INCLUDED), decision=DecisionWord.DRY_RUN, candidate=other, hold=hold)

    assert difference(with_lines(INCLUDED), plan).tree_changed is changed
