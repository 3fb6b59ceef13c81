from __future__ import annotations

import pytest

from understudy.core.decisions import (
    Decision,
    Finding,
    Publish,
    Unchanged,
    Withheld,
)
from understudy.core.guard import HELD, decide
from understudy.core.model import (
    Candidate,
    CommitSha,
    Revision,
    TreeSha,
)
from understudy.core.record import Hold


def revision(commit: str, tree: str) -> Revision:
    return Revision(commit=CommitSha(commit * 40), tree=TreeSha(tree * 40))


def candidate(tip: Revision) -> Candidate:
    return Candidate(base=revision("b", "b"), tip=tip, steps=())


FINDING = Finding(rule="kustomize", subject="apps", message="does not build", remedy="mend it")
HOLD = Hold(serial=7, since="2026-01-01T00:00:00+00:00", by="ada")
PUBLISHED = revision("1", "a")
TABLE: list[tuple[str, Revision, Revision | None, Decision]] = [
    ("nothing published yet", revision("2", "a"), None, Publish(expected=None)),
    ("nothing published, nothing merged", revision("b", "b"), None, Publish(expected=None)),
    ("another tree", revision("2", "c"), PUBLISHED, Publish(expected=PUBLISHED.commit)),
    ("the same commit", PUBLISHED, PUBLISHED, Unchanged()),
    ("another commit of the same tree, trap 23", revision("2", "a"), PUBLISHED, Unchanged()),
]


@pytest.mark.parametrize(
    ("tip", "published", "decision"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_trees_decide_and_the_expected_value_is_pinned_trap_21(
    tip: Revision, published: Revision | None, decision: Decision
) -> None:
    assert decide(candidate(tip), published) == decision


@pytest.mark.parametrize("published", [None, PUBLISHED])
def test_a_finding_withholds_whatever_the_trees_are(published: Revision | None) -> None:
    decision = decide(candidate(PUBLISHED), published, findings=[FINDING])
    assert decision == Withheld(findings=(FINDING,))


@pytest.mark.parametrize("published", [None, PUBLISHED])
def test_a_hold_withholds_and_says_who_holds_and_how_to_resume(published: Revision | None) -> None:
    decision = decide(candidate(PUBLISHED), published, hold=HOLD, findings=[FINDING])
    assert isinstance(decision, Withheld)
    held, other = decision.findings
    assert (held.rule, held.subject, other) == (HELD, "record 7", FINDING)
    assert "by ada" in held.message
    assert held.remedy == "understudy rebuild --resume"
    nobody = decide(candidate(PUBLISHED), published, hold=Hold(serial=7, since=""))
    assert isinstance(nobody, Withheld)
    assert " by " not in nobody.findings[0].message
