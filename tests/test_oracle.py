"""The reference itself, held to merges whose outcome anybody can work out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import oracle
from tests.plans import LINK, PROGRAM, SUBMODULE, Edit, Move, Plan, PlannedCommit, Remove, Write
from tests.plans import build as build_plan

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"1\n2\n3\n4\n5\n6\n7\n8\n"
START = (Write(b"a", TEXT), Write(b"dir/b", TEXT + b"b\n"), Write(b"module", b"1" * 40, SUBMODULE))


def _answers(folder: Path, *heads: Edit) -> list[oracle.Answer]:

    commits = [PlannedCommit((), START), *(PlannedCommit((0,), (edit,)) for edit in heads)]
    plan = Plan(commits=tuple(commits), base=0, heads=tuple(range(1, len(commits))))
    built = build_plan(plan, folder / "remote.git")
    return oracle.fold(built.store, built.base, built.heads, work=folder / "work")


@pytest.mark.parametrize(
    ("one", "other", "paths"),
    [
        (Write(b"a", b"one\n"), Write(b"a", b"two\n"), {"a"}),
        (Write(b"new", b"one\n"), Write(b"new", b"two\n"), {"new"}),
        (Write(b"a", b"one\n" + TEXT), Remove(b"a"), {"a"}),
        (Write(b"new", b"a file\n"), Write(b"new/file", b"in a folder\n"), {"new"}),
        (Write(b"new", b"a file\n"), Write(b"new", b"a", LINK), {"new"}),
        (
            Write(b"module", b"2" * 40, SUBMODULE),
            Write(b"module", b"3" * 40, SUBMODULE),
            {"module"},
        ),
        (Move(b"a", b"x"), Move(b"a", b"y"), {"a", "x", "y"}),
        (Write(b"\xff", b"one\n"), Write(b"\xff", b"two\n"), {'"\\377"'}),
        (Write(b"-n", b"one\n"), Write(b"-n", b"two\n"), {"-n"}),
    ],
)
def test_conflicts_are_told_with_the_paths_that_the_sides_know(
    tmp_path: Path, one: Edit, other: Edit, paths: set[str]
) -> None:
    first, second = _answers(tmp_path, one, other)

    assert isinstance(first, oracle.Merged)
    assert second == oracle.Conflicted(frozenset(paths))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Write(b"a", b"0\n" + TEXT), Write(b"a", TEXT + b"9\n")),
        (Move(b"dir", b"folder"), Write(b"dir/b", TEXT + b"c\n")),
        (Write(b"a", TEXT, PROGRAM), Write(b"a", TEXT + b"9\n")),
    ],
)
def test_what_does_not_meet_merges(tmp_path: Path, one: Edit, other: Edit) -> None:
    assert all(isinstance(answer, oracle.Merged) for answer in _answers(tmp_path, one, other))


def test_a_head_that_is_in_already_is_contained_and_one_without_history_fails(
    tmp_path: Path,
) -> None:
    root = PlannedCommit((), START)
    plan = Plan(commits=(root, PlannedCommit((0,), ()), root), base=1, heads=(0, 1, 2, 1))
    built = build_plan(plan, tmp_path / "remote.git")

    answers = oracle.fold(built.store, built.base, built.heads, work=tmp_path / "work")

    assert [type(answer) for answer in answers] == [
        oracle.Contained,
        oracle.Contained,
        oracle.Failed,
        oracle.Contained,
    ]


def test_a_merge_that_changes_nothing_says_so(tmp_path: Path) -> None:
    change = Write(b"a", b"same\n")
    first, second = _answers(tmp_path, change, change)

    assert isinstance(first, oracle.Merged)
    assert second == oracle.Merged(first.tree, changed=False)
