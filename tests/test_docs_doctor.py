"""The page of `doctor` names every row that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pages import rows

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "docs/reference/doctor.md"
_SOURCES = ("diagnosing.py", "diagnosis_wiring.py", "core/record_diagnosis.py")
_SECTIONS = (
    "Everywhere",
    "On GitHub",
    "The stage and its pull requests",
    "Files that deploy the stage",
    "The cluster",
)
_ROW = re.compile(
    r"(?:\brow\b[^=\n]*= |_ROW = |\b(?:fine|warning|problem|unknown|told)\(\s*)"
    r'"(?P<name>[a-z]+(?:-[a-z]+)*)"'
)
_READ = ("contents", "pull-requests", "checks", "actions")
_COMPUTED = {*(f"read-{each}" for each in _READ), "write-deployments", "withheld", "refused"}
"""Rows whose names are put together, or are words of a record."""


def test_the_page_names_every_row() -> None:
    source = _ROOT / "src/understudy"
    files = [*source.glob("gitops/doctor/*.py"), *source.glob("*/*/doctor*.py")]
    files += [source / name for name in _SOURCES]
    made = {match["name"] for file in files for match in _ROW.finditer(file.read_text())}

    told = {
        name
        for section in _SECTIONS
        for cells in rows(_PAGE, section)
        for name in re.findall(r"`([a-z-]+)`", cells[0])
    }

    assert told == made | _COMPUTED
