from __future__ import annotations

import json

from understudy.core.diagnosis import (
    Diagnosis,
    Mended,
    Repair,
    fine,
    problem,
    unknown,
    warning,
)
from understudy.core.errors import RefusedError
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
        "repair": None,
    }
    assert [each["verdict"] for each in told["rows"]] == [
        "ok",
        "problem",
        "warning",
        "warning",
        "unknown",
    ]


# --- what was mended -----------------------------------------------------------------------------


def nothing() -> None:
    """Do nothing: pages only tell."""


SET = Repair(
    does="set `spec.ref.branch: staging` in repo.yaml",
    path="clusters/my home/repo.yaml",
    difference=("-    branch: x", "+    branch: staging"),
    make=nothing,
)
ASK = Repair(does="ask Flux to look now", make=nothing)
FAILED = (ASK, RefusedError("The context may not patch.", hint="Give it more."))


def test_what_can_be_mended_is_said_with_the_command() -> None:
    row = warning("deployed-source", "it has not looked", remedy="flux reconcile", repair=ASK)

    page = plain(diagnosis_page(Diagnosis(observations=(row,))))

    assert page.endswith("Some of this can be mended without you: understudy doctor --fix\n")


def test_what_was_mended_is_told_with_the_next_step() -> None:
    page = plain(diagnosis_page(SEEN, Mended(done=(SET,), failed=(FAILED,))))

    assert (
        page.partition("there is no commit\n")[2]
        == """
Mended
  set `spec.ref.branch: staging` in repo.yaml
    -    branch: x
    +    branch: staging
  not done  ask Flux to look now: The context may not patch.
            Give it more.

Look at the files, and bring them to the default branch:
    git add 'clusters/my home/repo.yaml' && git commit --message 'Correct what deploys the stage' \
&& git push
"""
    )


def test_a_dry_run_says_so_and_asks_for_no_commit() -> None:
    page = plain(diagnosis_page(SEEN, Mended(done=(SET,), dry_run=True)))

    assert "Would mend: a dry run\n" in page
    assert "git add" not in page


def test_where_nothing_can_be_mended_that_is_said() -> None:
    page = plain(diagnosis_page(SEEN, Mended(done=())))

    assert page.endswith("Nothing of this can be mended without you\n")


def test_the_document_says_what_was_mended() -> None:
    told = json.loads(diagnosis_document(SEEN, Mended(done=(SET,), failed=(FAILED,))))

    assert told["mended"] == {
        "dry_run": False,
        "done": [
            {
                "does": "set `spec.ref.branch: staging` in repo.yaml",
                "path": "clusters/my home/repo.yaml",
                "difference": ["-    branch: x", "+    branch: staging"],
            }
        ],
        "failed": [
            {"does": "ask Flux to look now", "path": "", "because": "The context may not patch."}
        ],
    }


def test_no_password_of_an_address_is_told() -> None:
    secret = "https://me:s3cret@host/x"  # noqa: S105 - an example
    repair = Repair(does=f"set {secret}", path="a", difference=(f"+{secret}",), make=lambda: None)
    row = problem("flux-source-url", f"reads {secret}", remedy=f"set {secret}", repair=repair)
    seen = Diagnosis(observations=(row,))
    error = RefusedError(f"no {secret}", hint=f"not {secret}")
    mended = Mended(done=(repair,), failed=((repair, error),))

    told = plain(diagnosis_page(seen, mended)) + diagnosis_document(seen, mended).decode()

    assert "https://***@host/x" in told
    assert "s3cret" not in told
