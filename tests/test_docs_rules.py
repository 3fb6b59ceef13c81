"""The page of rules is complete and says of each what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from understudy.gitops import orphans
from understudy.gitops.isolation import registry
from understudy.gitops.isolation.registry import RULES, UNUSED_ALLOWANCE
from understudy.gitops.schemas import validation
from understudy.gitops.wedge import comparing

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/reference/rules.md").read_text()
SOURCES = sorted((ROOT / "src/understudy/gitops").rglob("*.py"))

_ROW = re.compile(r"^\| (?:\[`([a-z-]+)`\]\(#\1\)|`([a-z-]+)`) \| (.+) \|$", re.MULTILINE)
_SECTION = re.compile(r"^### ([a-z-]+)$", re.MULTILINE)
_LITERAL = re.compile(r'\brule="([a-z-]+)"')


_OTHERS = [*comparing.TITLES.items(), *validation.TITLES.items(), *orphans.TITLES.items()]


def documented() -> dict[str, str]:
    return {linked or plain: rest for linked, plain, rest in _ROW.findall(PAGE)}


def known() -> set[str]:
    literals = {rule for path in SOURCES for rule in _LITERAL.findall(path.read_text())}
    return {
        *registry.RULE_IDS,
        UNUSED_ALLOWANCE.id,
        *comparing.TITLES,
        *orphans.TITLES,
        *validation.TITLES,
        *literals,
    }


def test_every_rule_has_its_row_and_no_other_has() -> None:
    assert sorted(documented()) == sorted(known())


@pytest.mark.parametrize("rule", [*RULES, UNUSED_ALLOWANCE], ids=lambda rule: rule.id)
def test_a_row_says_what_the_rule_says(rule: registry.Rule) -> None:
    assert documented()[rule.id] == f"{rule.severity.value} | {rule.title}"


def test_each_isolation_rule_has_a_section_in_its_order() -> None:
    assert _SECTION.findall(PAGE) == [rule.id for rule in RULES]


@pytest.mark.parametrize("rule", _OTHERS)
def test_other_titles_are_those_of_the_code(rule: tuple[str, str]) -> None:
    name, title = rule
    assert title.lower() in documented()[name].lower()
