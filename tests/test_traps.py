"""The page of traps has each that the code or a test is named after, and no other."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_PAGE = _ROOT / "docs/explanation/traps.md"
_NAMED = re.compile(r"traps?[ _](\d\d)(?:(?:, | and )(\d\d)\b)?", re.IGNORECASE)
_TOLD = re.compile(r"^\| (\d\d) \|", re.MULTILINE)


def _named_in(folder: str) -> set[str]:
    texts = [path.read_text() for path in (_ROOT / folder).rglob("*.py")]
    return {number for text in texts for found in _NAMED.findall(text) for number in found} - {""}


def test_every_trap_that_the_code_names_is_told_of() -> None:
    assert _named_in("src") <= set(_TOLD.findall(_PAGE.read_text()))


def test_every_trap_has_a_test_that_is_named_after_it() -> None:
    assert _TOLD.findall(_PAGE.read_text()) == sorted(_named_in("tests"))
