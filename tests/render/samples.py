"""Records made by hand, for tests of how they are told."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from understudy.core.decisions import Finding
from understudy.core.model import (
    CheckState,
    CommitSha,
    ConflictKind,
    Reason,
    ToolIdentity,
    TreeSha,
    Trigger,
)
from understudy.core.record import (
    BaseLine,
    CheckLine,
    ConflictLine,
    DecisionWord,
    Hold,
    Line,
    LineState,
    Record,
    RevisionLine,
)

WITHHOLDING = Finding(
    rule="kustomize",
    subject="apps/staging",
    message="does not build.",
    remedy="Mend it on the base branch.",
)
HOLD = Hold(serial=12, since="2026-11-23T18:00:00+00:00", by="alice")


def commit(letter: str) -> CommitSha:
    return CommitSha(letter * 40)


def revision(letter: str, tree: str = "t") -> RevisionLine:
    return RevisionLine(commit=commit(letter), tree=TreeSha(tree * 40))


def line(number: int, state: LineState, title: str = "Change something", **more: Any) -> Line:  # noqa: ANN401 - whatever a line has
    known = {
        "author": "alice",
        "head": commit(f"{number % 10}"),
        "head_ref": f"feature/{number}",
    }
    return Line(number=number, state=state, title=title, **{**known, **more})


INCLUDED = line(4, LineState.INCLUDED, "Update podinfo", merge_commit=commit("e"))
CONTAINED = line(
    9,
    LineState.CONTAINED,
    "Say what it is for",
    reason=Reason.ALREADY_IN_BASE,
    detail="the base already contains its head; nothing is left to merge",
)
WAITING = line(
    11,
    LineState.WAITING,
    "Give it more memory",
    reason=Reason.CHECKS_PENDING,
    detail="flux-test is still running",
    checks=(
        CheckLine(name="lint", state=CheckState.PASSED, source="ci"),
        CheckLine(name="flux-test", state=CheckState.PENDING),
    ),
)
FAILED = line(
    12, LineState.EXCLUDED, "Run it thrice", reason=Reason.CHECKS_FAILED, detail="lint failed"
)
CONFLICTED = line(
    14,
    LineState.CONFLICTED,
    "Use the new chart",
    reason=Reason.CONFLICTS_WITH_PULL_REQUEST,
    detail="conflicts with #4 in apps/base/x/deploy.yaml",
    conflicts=(
        ConflictLine(path="apps/base/x/deploy.yaml", kind=ConflictKind.CONTENT, with_=(4,)),
    ),
)


def record(**changed: Any) -> Record:  # noqa: ANN401 - whatever a record has
    sample = Record(
        serial=17,
        stage="staging",
        branch="staging",
        at="2026-11-24T09:12:03+00:00",
        trigger=Trigger(kind="manual", origin="alice"),
        tool=ToolIdentity(understudy="0.1.0", git="2.39.5"),
        base=BaseLine(branch="master", sha=commit("b")),
        previous=16,
        candidate=revision("c"),
        published=revision("c"),
        decision=DecisionWord.PUBLISHED,
        order=(4, 9, 14),
        pull_requests=(INCLUDED, CONTAINED, WAITING, FAILED, CONFLICTED),
    )
    return replace(sample, **changed)
