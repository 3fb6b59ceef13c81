from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.render.inspections import CLEAN, COLLISION, FULL, HOST, PRODUCTION, STAGE, TITLES
from understudy.core.errors import ExitCode
from understudy.core.inspection import Base, Effect, Inspection, Overlay
from understudy.render.inspection_page import inspection_document, inspection_page
from understudy.render.page import Tone, plain


def told_of(inspection: Inspection) -> str:
    return plain(inspection_page(inspection, TITLES))


def test_findings_are_told_by_rule_each_with_its_file_and_a_common_remedy_once() -> None:
    assert (
        told_of(FULL)
        == """\
the work tree: 2 errors, 1 warning

  apps/staging     265 objects
  apps/production  385 objects
  Compared with its base, main at 612eedf.
  Compared with what is on the stage now, staging at 96393ba.

error  collision (2)  An object that production has too
  Deployment immich/immich  apps/base/immich/deployment.yaml
    production renders it too, from apps/production/immich.
  Service immich/immich  apps/base/immich/service.yaml
    production renders it too, from apps/production/immich.
    Set `namespace: immich-stage` in the stage's overlay.

warning  orphan-overlay
  apps/staging/mosquitto
    no kustomization lists it.
    List it, or delete it.

Already on its base, main at 612eedf, and not counted (1)
  error  shared-host  Ingress web-stage/web  apps/base/web/ingress.yaml

Allowed by the configuration (1)
  shared-host  Ingress web-stage/web
    Only for the demonstration.

Effect on the stage, against main at 612eedf: 2 added, 1 removed
  + Deployment immich/immich
  + Service immich/immich
  - Namespace old-stage
"""
    )


def test_a_clean_revision_is_told_in_a_line() -> None:
    assert (
        told_of(CLEAN)
        == """\
the work tree: nothing stands against it on the stage

  apps/staging     265 objects
  apps/production  385 objects
  No base is known to compare with.
"""
    )


@pytest.mark.parametrize(
    ("inspection", "said"),
    [
        pytest.param(
            replace(CLEAN, base=Base(revision="main at a9d6ede", broken=("apps/production",))),
            "The base is broken: on main at a9d6ede, apps/production does not render. No change"
            " made on top of it is to blame for that.",
            id="a broken base is named, and nobody is blamed",
        ),
        pytest.param(
            replace(
                CLEAN,
                base=Base(revision="main at a9d6ede", broken=("a", "b"), is_same=True),
            ),
            "The base is broken: on main at a9d6ede, a and b do not render.",
            id="the base itself",
        ),
        pytest.param(
            replace(CLEAN, base=Base(revision="main at 612eedf", is_same=True)),
            "It has the very files of its base, main at 612eedf.",
            id="nothing differs from the base",
        ),
        pytest.param(
            replace(CLEAN, production=None),
            "No overlay of production is known: what both have in common cannot be told.",
            id="no production",
        ),
        pytest.param(
            replace(CLEAN, production=Overlay(path="apps/production", objects=None)),
            "Without production's objects, what both have in common cannot be told.",
            id="production does not render",
        ),
        pytest.param(
            replace(
                CLEAN,
                production=Overlay(path="apps/production", objects=None),
                production_as_on="612eedf",
            ),
            "The stage is held against production as it is on 612eedf.",
            id="production does not render, but did",
        ),
        pytest.param(
            replace(CLEAN, effect=Effect(against="main at 612eedf")),
            "No effect on the stage: every object renders as on main at 612eedf",
            id="no effect",
        ),
        pytest.param(
            replace(CLEAN, stage=Overlay(path="apps/staging", objects=None)),
            "apps/staging     does not render",
            id="the stage does not render",
        ),
        pytest.param(
            replace(CLEAN, stage=replace(STAGE, objects=1)), "apps/staging     1 object\n", id="one"
        ),
        pytest.param(
            replace(CLEAN, stage=replace(STAGE, objects=0)), "apps/staging     no objects", id="0"
        ),
    ],
)
def test_what_can_be_said_of_a_comparison(inspection: Inspection, said: str) -> None:
    assert said in told_of(inspection)


def test_many_changed_objects_are_counted_and_the_document_has_them_all() -> None:
    names = tuple(f"ConfigMap web-stage/c{number}" for number in range(30))
    inspection = replace(CLEAN, effect=Effect(against="main", changed=names))

    told = told_of(inspection)

    assert told.count("\n  ~ ") == 20
    assert "  ~ 11 more\n" in told
    assert json.loads(inspection_document(inspection))["effect"]["changed"] == list(names)


def test_errors_and_warnings_are_toned() -> None:
    page = inspection_page(FULL, TITLES)
    tones = {span.text: span.tone for line in page for span in line.spans}

    assert tones["error"] is Tone.BAD
    assert tones["warning"] is Tone.WAITING


def test_text_of_others_is_made_harmless() -> None:
    hostile = replace(COLLISION, subject="Pod a/\x1b[31m", path="a/\u202e.yaml", message="\x07")

    told = told_of(replace(CLEAN, findings=(hostile,)))

    assert "Pod a/\\x1b[31m  a/\\u202e.yaml\n    \\x07\n" in told


def test_the_document_has_the_same() -> None:
    told = json.loads(inspection_document(FULL))

    assert (told["revision"], told["errors"], told["warnings"]) == ("the work tree", 2, 1)
    assert told["stage"] == {"path": "apps/staging", "objects": 265}
    assert told["production"] == {"path": "apps/production", "objects": 385}
    assert told["base"] == {"revision": "main at 612eedf", "broken": []}
    assert told["published"] == "staging at 96393ba"
    assert told["findings"][0] == {
        "rule": "collision",
        "severity": "error",
        "subject": "Deployment immich/immich",
        "path": "apps/base/immich/deployment.yaml",
        "message": "production renders it too, from apps/production/immich.",
        "remedy": "Set `namespace: immich-stage` in the stage's overlay.",
    }
    assert [each["subject"] for each in told["known"]] == [HOST.subject]
    assert [each["reason"] for each in told["excused"]] == ["Only for the demonstration."]
    assert told["effect"] == {
        "against": "main at 612eedf",
        "added": ["Deployment immich/immich", "Service immich/immich"],
        "changed": [],
        "removed": ["Namespace old-stage"],
    }


def test_of_what_was_not_looked_at_the_document_has_null() -> None:
    told = json.loads(inspection_document(replace(CLEAN, production=None)))

    assert [told[key] for key in ("production", "base", "published", "effect")] == [None] * 4


@pytest.mark.parametrize(
    ("inspection", "code"),
    [
        (FULL, ExitCode.WITHHELD),
        (CLEAN, ExitCode.DONE),
        (replace(CLEAN, known=(HOST,)), ExitCode.DONE),
        (replace(CLEAN, findings=(HOST,), production=PRODUCTION), ExitCode.WITHHELD),
        (replace(CLEAN, stage=replace(CLEAN.stage, objects=None)), ExitCode.WITHHELD),
        (replace(CLEAN, production=replace(PRODUCTION, objects=None)), ExitCode.WITHHELD),
        (
            replace(CLEAN, production=replace(PRODUCTION, objects=None), production_as_on="a1"),
            ExitCode.DONE,
        ),
    ],
)
def test_only_what_is_new_and_an_error_or_not_seen_decides_how_the_command_ends(
    inspection: Inspection, code: ExitCode
) -> None:
    assert inspection.exit_code == code
