"""The last word before anything is pushed. It fails closed: what it cannot allow, it withholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.decisions import (
    Decision,
    Finding,
    Publish,
    Unchanged,
    Withheld,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.model import Candidate, Revision
    from understudy.core.record import Hold

HELD = "held"
"""The rule of the finding that stands for a person's wish to keep the stage as it is."""


def decide(
    candidate: Candidate,
    published: Revision | None,
    *,
    hold: Hold | None = None,
    findings: Sequence[Finding] = (),
) -> Decision:
    """Say what to do with the candidate, given what the stage branch holds.

    Trees are compared, not commits: equal content is never pushed (no needless reconcile).
    """
    if hold is not None:
        return Withheld(findings=(_held(hold), *findings))
    if findings:
        return Withheld(findings=tuple(findings))
    if published is not None and published.tree == candidate.tip.tree:
        return Unchanged()
    return Publish(expected=published.commit if published else None)


def _held(hold: Hold) -> Finding:
    by = f" by {hold.by}" if hold.by else ""
    return Finding(
        rule=HELD,
        subject=f"record {hold.serial}",
        message=f"The stage was put back to record {hold.serial}{by} and is held there.",
        remedy="understudy rebuild --resume",
    )
