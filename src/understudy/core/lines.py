"""From verdicts and a candidate to the record's lines: every open pull request exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec import UNSET
from msgspec.structs import replace

from understudy.core.model import (
    AlreadyIncluded,
    Candidate,
    ChecksUnreadable,
    Conflict,
    Conflicted,
    DependencyOut,
    Eligible,
    Excluded,
    Merged,
    PullRequest,
    Reason,
    Step,
    Unmergeable,
    Verdict,
    Waiting,
)
from understudy.core.record import CheckLine, ConflictLine, Line, LineState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def lines_of(
    verdicts: Iterable[tuple[PullRequest, Verdict]], candidate: Candidate
) -> tuple[Line, ...]:
    """Return one line for each pull request, in ascending number."""
    steps = {step.pull_request.number: step for step in candidate.steps}
    lines = (_line(pull_request, verdict, steps) for pull_request, verdict in verdicts)
    return tuple(sorted(lines, key=lambda line: line.number))


def _line(
    pull_request: PullRequest,
    verdict: Verdict,
    steps: Mapping[int, Step],
) -> Line:
    match verdict:
        case Waiting(reason=reason, detail=detail):
            return _plain(pull_request, LineState.WAITING, reason, detail)
        case Excluded(reason=reason, detail=detail):
            return _plain(pull_request, LineState.EXCLUDED, reason, detail)
        case Eligible(note=note):
            return _folded(steps[pull_request.number], note)
        case _:
            assert_never(verdict)


def _folded(step: Step, note: str | None) -> Line:
    outcome = step.outcome
    line = _plain(step.pull_request, LineState.INCLUDED, None, note)
    match outcome:
        case Merged(commit=commit, tree=tree, pinned=pinned):
            reason, detail = _about_merged(step, outcome)
            return replace(
                line,
                reason=reason,
                detail=detail or note,
                merge_commit=commit,
                tree=tree,
                pinned=pinned,
            )
        case AlreadyIncluded(in_base=in_base):
            reason = Reason.ALREADY_IN_BASE if in_base else Reason.ALREADY_ON_STAGE
            where = "the base" if in_base else "what is on stage"
            detail = f"{where} already contains its head; nothing is left to merge"
            return replace(line, state=LineState.CONTAINED, reason=reason, detail=detail)
        case Conflicted(conflicts=conflicts):
            reason, detail = _about_conflicts(conflicts)
            shown = tuple(
                ConflictLine(
                    path=conflict.path,
                    kind=conflict.kind,
                    with_=conflict.with_,
                    sops=conflict.sops or UNSET,
                )
                for conflict in conflicts
            )
            return replace(
                line, state=LineState.CONFLICTED, reason=reason, detail=detail, conflicts=shown
            )
        case Unmergeable(detail=detail):
            return _plain(step.pull_request, LineState.EXCLUDED, Reason.UNMERGEABLE, detail)
        case DependencyOut(number=number):
            detail = f"it depends on #{number}, which did not get in"
            return _plain(step.pull_request, LineState.EXCLUDED, Reason.DEPENDENCY, detail)
        case _:
            assert_never(outcome)


def _about_merged(step: Step, merged: Merged) -> tuple[Reason | None, str | None]:
    if merged.pinned:
        paths = ", ".join(merged.pinned)
        return Reason.PINNED, f"in, without its changes to pinned paths: {paths}"
    if merged.tree == step.left.tree:
        return Reason.NO_EFFECT, "in, and changes nothing that is not there already"
    return None, None


def _about_conflicts(conflicts: tuple[Conflict, ...]) -> tuple[Reason, str]:
    with_base = [conflict.path for conflict in conflicts if not conflict.with_]
    others = sorted({number for conflict in conflicts for number in conflict.with_})
    where = _REENCRYPTED if all(conflict.sops for conflict in conflicts) else " in "
    if with_base:
        detail = f"conflicts with the base{where}{_listed(with_base)}"
        return Reason.CONFLICTS_WITH_BASE, detail
    who = ", ".join(f"#{number}" for number in others)
    paths = _listed([conflict.path for conflict in conflicts])
    return Reason.CONFLICTS_WITH_PULL_REQUEST, f"conflicts with {who}{where}{paths}"


_REENCRYPTED = (
    ", which encrypted the same file anew; make the change again with sops on top of it: "
)


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""  # noqa: PLR2004 - as many as a line takes
    return ", ".join(paths[:3]) + more


def _plain(
    pull_request: PullRequest, state: LineState, reason: Reason | None, detail: str | None
) -> Line:
    checks = pull_request.checks
    if isinstance(checks, ChecksUnreadable):
        checks = ()
    return Line(
        number=pull_request.number,
        title=pull_request.title,
        author=pull_request.author,
        head=pull_request.head,
        head_ref=pull_request.head_ref,
        state=state,
        reason=reason,
        detail=detail,
        checks=tuple(
            CheckLine(name=check.name, state=check.state, source=check.source, url=check.url)
            for check in checks
        ),
        url=pull_request.url,
    )
