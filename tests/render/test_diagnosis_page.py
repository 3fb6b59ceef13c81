from __future__ import annotations

import json

from understudy.core.diagnosis import Diagnosis, fine, problem, unknown, warning
from understudy.render.diagnosis_page import diagnosis_document, diagnosis_page
from understudy.render.page import Tone, plain

SEEN = Diagnosis(
    observations=(
        fine("git", "git 2.39.5"),
        problem("stage-rules", "the rule `update` holds", remedy="Take it away."),
        warning("workflow", "none runs understudy", remedy="Run `understudy init`."),
        warning("missing-checks", "#2 had no `lint`", remedy="Run it."),
        unknown("push", "there is no commit"),
    )
)


def test_a_diagnosis_is_one_row_a_thing_with_its_remedy_below() -> None:
    assert (
        plain(diagnosis_page(SEEN))
        == """\
1 problem, 2 warnings, 1 unknown

  ok       git             git 2.39.5
  problem  stage-rules     the rule `update` holds
                           Take it away.
  warning  workflow        none runs understudy
                           Run `understudy init`.
  warning  missing-checks  #2 had no `lint`
                           Run it.
  unknown  push            there is no commit
"""
    )


def test_verdicts_are_toned() -> None:
    tones = {
        span.text.strip(): span.tone for line in diagnosis_page(SEEN) for span in line.spans[1:2]
    }

    assert tones["ok"] is Tone.GOOD
    assert tones["problem"] is Tone.BAD
    assert tones["warning"] is Tone.WAITING
    assert tones["unknown"] is Tone.QUIET


def test_without_trouble_the_headline_says_so() -> None:
    page = plain(diagnosis_page(Diagnosis(observations=(fine("git", "git 2.39.5"),))))

    assert page.splitlines()[0] == "Nothing stands in the way of a rebuild"


def test_text_of_others_is_made_harmless() -> None:
    seen = Diagnosis(observations=(fine("workflow", "x\x1b[31m\u202ey.yaml"),))

    assert "x\\x1b[31m\\u202ey.yaml" in plain(diagnosis_page(seen))


def test_the_document_has_the_same_rows() -> None:
    told = json.loads(diagnosis_document(SEEN))

    assert (told["problems"], told["warnings"]) == (1, 2)
    assert told["rows"][1] == {
        "id": "stage-rules",
        "verdict": "problem",
        "evidence": "the rule `update` holds",
        "remedy": "Take it away.",
    }
    assert [each["verdict"] for each in told["rows"]] == [
        "ok",
        "problem",
        "warning",
        "warning",
        "unknown",
    ]
