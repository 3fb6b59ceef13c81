from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from understudy.core import model

if TYPE_CHECKING:
    from enum import Enum

VALUES = [
    value
    for value in vars(model).values()
    if isinstance(value, type) and dataclasses.is_dataclass(value)
]
WORDS = {
    model.CheckState: "passed failed pending missing",
    model.ConflictKind: (
        "content add/add modify/delete rename/delete rename/rename rename/collision"
        " directory-rename file/directory mode binary submodule other"
    ),
}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_values_are_frozen_slotted_and_made_by_keyword(value: type) -> None:
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(value)
    assert all(field.kw_only for field in dataclasses.fields(value))


@pytest.mark.parametrize(("kind", "words"), WORDS.items(), ids=lambda value: str(value)[:20])
def test_the_words_of_the_format_stay(kind: type[Enum], words: str) -> None:
    assert [member.value for member in kind] == words.split()


def test_equal_values_are_equal() -> None:
    one, two = (model.Revision(commit=model.CommitSha("a"), tree=model.TreeSha("b")) for _ in "ab")
    assert one == two
    assert len({one, two}) == 1
