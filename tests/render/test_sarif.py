from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from tests.github.fake.schema import NODE_MODULES
from tests.render.inspections import CLEAN, COLLISION, FULL, TITLES
from tests.render.test_fragments import ANY_TEXT
from understudy.render.sarif import sarif

if TYPE_CHECKING:
    from understudy.core.inspection import Inspection


@cache
def official() -> Draft4Validator:
    """Microsoft's copy of the schema of SARIF 2.1.0, as its tools for JavaScript ship it."""
    folder = NODE_MODULES / "@microsoft" / "jest-sarif" / "lib" / "schemas"
    schema = json.loads((folder / "sarif-2.1.0-rtm.5.json").read_text())
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(inspection: Inspection) -> dict[str, Any]:
    log = json.loads(sarif(inspection, TITLES, version="1.2.3"))
    official().validate(log)
    [run] = log["runs"]
    return dict(run)


def test_a_log_without_a_required_key_would_be_noticed() -> None:
    assert list(official().iter_errors({"version": "2.1.0"}))


def test_a_finding_is_a_result_at_its_file_and_its_object() -> None:
    result = run_of(FULL)["results"][0]

    assert result["ruleId"] == "collision"
    assert result["level"] == "error"
    assert result["message"]["text"] == (
        "Deployment immich/immich: production renders it too, from apps/production/immich."
        " Set `namespace: immich-stage` in the stage's overlay."
    )
    [location] = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "apps/base/immich/deployment.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "Deployment immich/immich"


def test_rules_are_listed_once_and_results_point_at_them() -> None:
    run = run_of(FULL)
    rules = run["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == ["collision", "orphan-overlay", "shared-host"]
    assert rules[0]["shortDescription"]["text"] == TITLES["collision"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_what_the_base_has_too_is_no_news_and_what_is_allowed_is_suppressed() -> None:
    *new, known, excused = run_of(FULL)["results"]

    assert {each["baselineState"] for each in new} == {"new"}
    assert known["baselineState"] == "unchanged"
    assert excused["suppressions"] == [
        {"kind": "external", "justification": "Only for the demonstration."}
    ]
    assert not any("suppressions" in each for each in [*new, known])


def test_without_a_base_nothing_is_said_of_news() -> None:
    [result] = run_of(replace(CLEAN, findings=(COLLISION,)))["results"]

    assert "baselineState" not in result


def test_a_finding_without_a_file_is_shown_at_the_overlay() -> None:
    [result] = run_of(replace(CLEAN, findings=(replace(COLLISION, path=""),)))["results"]

    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "apps/staging"


def test_a_clean_inspection_is_a_log_without_results() -> None:
    assert run_of(CLEAN)["results"] == []


@pytest.mark.parametrize("changed", [{"message": "other words"}, {"path": "elsewhere.yaml"}])
def test_a_finding_that_moves_stays_the_same_one(changed: dict[str, str]) -> None:
    found = [COLLISION, replace(COLLISION, **changed)]  # type: ignore[arg-type] # only texts
    prints = [
        run_of(replace(CLEAN, findings=(one,)))["results"][0]["partialFingerprints"]
        for one in found
    ]

    assert prints[0] == prints[1]


def test_no_link_of_others_comes_through() -> None:
    hostile = replace(COLLISION, subject="Pod [a](https://example.org)")
    [result] = run_of(replace(CLEAN, findings=(hostile,)))["results"]

    assert "Pod \\[a\\](https://example.org)" in result["message"]["text"]


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_a_repository_holds_the_log_is_one(subject: str, path: str) -> None:
    found = replace(COLLISION, subject=subject, path=path)

    assert len(run_of(replace(FULL, findings=(found,)))["results"]) == 3
