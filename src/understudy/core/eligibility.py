"""May this pull request be on stage; if not, why: one verdict each, before anything is merged.

Every rule fails closed, and names the unmet condition with what would change it (trap 27).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from understudy.core.checks import counted, summarise
from understudy.core.config import Drafts, Forks, NoChecks
from understudy.core.model import (
    ChecksUnreadable,
    Eligible,
    Excluded,
    PullRequest,
    Reason,
    Verdict,
    Waiting,
)
from understudy.core.ordering import circles
from understudy.core.record import IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from understudy.core.config import Stage
    from understudy.core.model import Check, Snapshot
    from understudy.core.record import Line, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a verdict depends on beside the pull request and the rules."""

    base_ref: str
    open_head_refs: frozenset[str]
    now: datetime
    previous: Line | None = None


Judged = tuple[tuple[PullRequest, Verdict], ...]


def judge_all(
    snapshot: Snapshot, rules: Stage, *, now: datetime, previous: Record | None
) -> Judged:
    """Judge every open pull request; one that is out takes those that depend on it out too."""
    lines = {line.number: line for line in previous.pull_requests} if previous else {}
    head_refs = frozenset(pr.head_ref for pr in snapshot.pull_requests)
    verdicts = {
        pull_request.number: judge(
            pull_request,
            rules,
            Context(
                base_ref=snapshot.base_ref,
                open_head_refs=head_refs - {pull_request.head_ref},
                now=now,
                previous=lines.get(pull_request.number),
            ),
        )
        for pull_request in snapshot.pull_requests
    }
    settled = _with_dependencies(verdicts, dependencies(snapshot))
    return tuple((each, settled[each.number]) for each in snapshot.pull_requests)


def judge(pull_request: PullRequest, rules: Stage, context: Context) -> Verdict:
    """Judge one pull request by itself: dependencies are another matter."""
    for refused in (
        _by_target(pull_request, context),
        _by_labels(pull_request, rules),
        _by_draft(pull_request, rules),
        _by_origin(pull_request, rules),
    ):
        if refused is not None:
            return refused
    return _by_checks(pull_request, rules, context)


def dependencies(snapshot: Snapshot) -> dict[int, frozenset[int]]:
    """Return the open pull requests that each one needs: named, or stacked upon.

    One that is not open any more is no constraint: it has landed, or was given up.
    """
    open_numbers = {each.number for each in snapshot.pull_requests}
    by_head_ref: dict[str, set[int]] = {}
    for each in snapshot.pull_requests:
        by_head_ref.setdefault(each.head_ref, set()).add(each.number)
    found = {}
    for each in snapshot.pull_requests:
        stacked = by_head_ref.get(each.base_ref, set())
        below = set() if each.base_ref == snapshot.base_ref else stacked
        found[each.number] = frozenset((each.depends_on & open_numbers) | (below - {each.number}))
    return found


_DEPENDS_ON = re.compile(
    r"^[ \t]*depends-on:[ \t]*(#\d+(?:[ \t,]+(?:and[ \t]+)?#\d+)*)", re.IGNORECASE | re.MULTILINE
)


def depends_on_in(body: str) -> frozenset[int]:
    """Read the lines `Depends-On: #12` or `Depends-On: #12, #13` of a description."""
    return frozenset(
        int(number) for named in _DEPENDS_ON.findall(body) for number in re.findall(r"\d+", named)
    )


# --- rules ---------------------------------------------------------------------------------------


def _by_target(pull_request: PullRequest, context: Context) -> Excluded | None:
    target = pull_request.base_ref
    if target == context.base_ref or target in context.open_head_refs:
        return None
    detail = f"it targets `{target}`, not `{context.base_ref}`; change its target branch"
    return Excluded(reason=Reason.OTHER_BASE, detail=detail)


def _by_labels(pull_request: PullRequest, rules: Stage) -> Excluded | None:
    for label in rules.labels.exclude:
        if label in pull_request.labels:
            detail = f"it has the label `{label}`; take it off to let it in"
            return Excluded(reason=Reason.LABEL_EXCLUDED, detail=detail)
    for label in rules.labels.require:
        if label not in pull_request.labels:
            detail = f"it lacks the label `{label}`; add it to let it in"
            return Excluded(reason=Reason.LABEL_MISSING, detail=detail)
    return None


def _by_draft(pull_request: PullRequest, rules: Stage) -> Excluded | None:
    if pull_request.draft and rules.drafts is Drafts.EXCLUDE:
        detail = "it is a draft; mark it as ready for review"
        return Excluded(reason=Reason.DRAFT, detail=detail)
    return None


def _by_origin(pull_request: PullRequest, rules: Stage) -> Excluded | None:
    if not pull_request.from_fork:
        return None
    match rules.forks:
        case Forks.INCLUDE:
            return None
        case Forks.EXCLUDE:
            detail = "it comes from a fork, and forks are excluded (`forks`)"
        case Forks.TRUSTED:
            if pull_request.trusted:
                return None
            detail = (
                "it comes from a fork of somebody who is not trusted; a maintainer can set the"
                f" label `{rules.labels.trust}` after reading it"
            )
        case _:
            assert_never(rules.forks)
    return Excluded(reason=Reason.FORK, detail=detail)


def _by_checks(pull_request: PullRequest, rules: Stage, context: Context) -> Verdict:
    if isinstance(pull_request.checks, ChecksUnreadable):
        return _as_before(pull_request, pull_request.checks, context.previous)
    checks = counted(pull_request.checks, ignore=rules.checks.ignore)
    summary = summarise(checks, required=rules.checks.required)
    if summary.failed:
        detail = f"{_named(summary.failed)} failed; a push that passes lets it in"
        return Excluded(reason=Reason.CHECKS_FAILED, detail=detail)
    if summary.missing:
        detail = (
            f"required {_named(summary.missing)} has not reported; is it spelt as the forge shows"
            " it?"
        )
        return Waiting(reason=Reason.CHECKS_MISSING, detail=detail)
    if summary.pending:
        return Waiting(
            reason=Reason.CHECKS_PENDING, detail=f"waiting for {_named(summary.pending)}"
        )
    if not summary.passed:
        return _without_checks(pull_request, rules, context)
    return Eligible()


def _without_checks(pull_request: PullRequest, rules: Stage, context: Context) -> Verdict:
    """Tell "none yet" from "none" (trap 05); a fork's may be waiting for approval (trap 37)."""
    if pull_request.from_fork and rules.forks is not Forks.INCLUDE:
        detail = "it comes from a fork and no check has run; approve its workflow run"
        return Waiting(reason=Reason.NO_CHECKS, detail=detail)
    pushed, grace = pull_request.pushed_at, rules.checks.grace
    if pushed is not None and context.now - pushed < grace:
        seconds = round(grace.total_seconds())
        detail = f"no check has reported yet, less than {seconds} s after the push"
        return Waiting(reason=Reason.NO_CHECKS, detail=detail)
    match rules.checks.none:
        case NoChecks.INCLUDE:
            return Eligible()
        case NoChecks.WAIT:
            return Waiting(reason=Reason.NO_CHECKS, detail="no check has reported yet")
        case NoChecks.EXCLUDE:
            detail = "no check has reported; run one, or set `checks.none: include`"
            return Excluded(reason=Reason.NO_CHECKS, detail=detail)
        case _:
            assert_never(rules.checks.none)


def _as_before(
    pull_request: PullRequest, unreadable: ChecksUnreadable, previous: Line | None
) -> Verdict:
    """Unknown keeps what was decided for the same head (traps 36, 39); for a new one it waits."""
    if previous is not None and previous.head == pull_request.head and previous.state in IN:
        note = f"its checks cannot be read ({unreadable.why}); it stays in as before"
        return Eligible(note=note)
    detail = f"its checks cannot be read: {unreadable.why}"
    return Waiting(reason=Reason.CHECKS_UNREADABLE, detail=detail)


def _named(checks: Iterable[Check]) -> str:
    names = [f"`{check.name}`" + (f" ({check.word})" if check.word else "") for check in checks]
    return ("check " if len(names) == 1 else "checks ") + ", ".join(names)


# --- dependencies --------------------------------------------------------------------------------


def _with_dependencies(
    verdicts: Mapping[int, Verdict], needs: Mapping[int, frozenset[int]]
) -> dict[int, Verdict]:
    settled = dict(verdicts)
    for number in circles(needs):
        detail = "it depends on itself through others; take one `Depends-On` away"
        settled[number] = Excluded(reason=Reason.DEPENDENCY_CYCLE, detail=detail)
    dependants: dict[int, list[int]] = {}
    for number in sorted(needs):
        for needed in needs[number]:
            dependants.setdefault(needed, []).append(number)
    pending = sorted(
        (number for number in settled if not isinstance(settled[number], Eligible)), reverse=True
    )
    while pending:
        needed = pending.pop()
        for dependant in dependants.get(needed, ()):
            if isinstance(settled[dependant], Eligible):
                settled[dependant] = _without(needed, settled[needed])
                pending.append(dependant)
    return settled


def _without(needed: int, verdict: Verdict) -> Verdict:
    match verdict:
        case Waiting():
            detail = f"it depends on #{needed}, which is waiting"
            return Waiting(reason=Reason.DEPENDENCY, detail=detail)
        case Excluded() | Eligible():
            detail = f"it depends on #{needed}, which is out"
            return Excluded(reason=Reason.DEPENDENCY, detail=detail)
        case _:
            assert_never(verdict)
