"""May this pull request be on stage; if not, why: one verdict each, before anything is merged.

Every rule fails closed, and names the unmet condition with what would change it (trap 27).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from understudy.core.checks import counted, summarise
from understudy.core.config import Drafts, Forks, NoChecks, Required
from understudy.core.dependencies import by_head_ref, dependencies, with_dependencies
from understudy.core.model import (
    ChecksUnreadable,
    Eligible,
    Excluded,
    PullRequest,
    Reason,
    Verdict,
    Waiting,
)
from understudy.core.record import IN, LineState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from understudy.core.config import Stage
    from understudy.core.model import Check, Snapshot
    from understudy.core.record import Line, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a verdict depends on beside the pull request and the rules.

    `own` names the job that runs understudy, by source and name: it does not gate (trap 10).
    `demanded` are the checks that the base's protection requires, `stages` the branches that build
    themselves.
    """

    base_ref: str
    open_head_refs: frozenset[str]
    now: datetime
    previous: Line | None = None
    own: frozenset[tuple[str, str]] = frozenset()
    demanded: tuple[str, ...] = ()
    stages: frozenset[str] = frozenset()


Judged = tuple[tuple[PullRequest, Verdict], ...]


def judge_all(
    snapshot: Snapshot,
    rules: Stage,
    *,
    now: datetime,
    previous: Record | None,
    stages: frozenset[str] = frozenset(),
) -> Judged:
    """Judge every open pull request; one that is out takes those that depend on it out too.

    Each is returned with those of its checks that count: what is said on a head, by us or by
    Flux, tells nothing of it and is not recorded either.
    """
    lines = {line.number: line for line in previous.pull_requests} if previous else {}
    head_refs = frozenset(by_head_ref(snapshot))
    verdicts = {
        pull_request.number: judge(
            pull_request,
            rules,
            Context(
                base_ref=snapshot.base_ref,
                open_head_refs=head_refs - {pull_request.head_ref},
                now=now,
                previous=lines.get(pull_request.number),
                own=snapshot.own_checks,
                demanded=snapshot.required_checks or (),
                stages=stages,
            ),
        )
        for pull_request in snapshot.pull_requests
    }
    settled = with_dependencies(verdicts, dependencies(snapshot))
    return tuple(
        (_with_counted_checks(each, rules, snapshot), settled[each.number])
        for each in snapshot.pull_requests
    )


def _with_counted_checks(
    pull_request: PullRequest, rules: Stage, snapshot: Snapshot
) -> PullRequest:
    if isinstance(pull_request.checks, ChecksUnreadable):
        return pull_request
    checks = counted(pull_request.checks, ignore=rules.checks.ignore, own=snapshot.own_checks)
    return replace(pull_request, checks=checks)


def judge(pull_request: PullRequest, rules: Stage, context: Context) -> Verdict:
    """Judge one pull request by itself: dependencies are another matter."""
    for refused in (
        _by_target(pull_request, context),
        _by_branch(pull_request, context.stages | {rules.branch}),
        _by_labels(pull_request, rules),
        _by_draft(pull_request, rules),
        _by_origin(pull_request, rules),
    ):
        if refused is not None:
            return refused
    return _by_checks(pull_request, rules, context)


# --- rules ---------------------------------------------------------------------------------------


def _by_target(pull_request: PullRequest, context: Context) -> Excluded | None:
    target = pull_request.base_ref
    if target == context.base_ref or target in context.open_head_refs:
        return None
    detail = f"it targets `{target}`, not `{context.base_ref}`; change its target branch"
    return Excluded(reason=Reason.OTHER_BASE, detail=detail)


def _by_branch(pull_request: PullRequest, stages: frozenset[str]) -> Excluded | None:
    """Stages that merged their own branches would keep for good whatever was on them once."""
    if pull_request.from_fork or pull_request.head_ref not in stages:
        return None
    detail = f"it comes from `{pull_request.head_ref}`, a stage itself; open it from another branch"
    return Excluded(reason=Reason.STAGE_BRANCH, detail=detail)


def _by_labels(pull_request: PullRequest, rules: Stage) -> Excluded | None:
    labels = {label.casefold() for label in pull_request.labels}
    for label in rules.labels.exclude:
        if label.casefold() in labels:
            detail = f"it has the label `{label}`; take it off to let it in"
            return Excluded(reason=Reason.LABEL_EXCLUDED, detail=detail)
    for label in rules.labels.require:
        if label.casefold() not in labels:
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
    checks = counted(pull_request.checks, ignore=rules.checks.ignore, own=context.own)
    summary = summarise(checks, required=_required(rules, context))
    if summary.failed:
        detail = f"{_named(summary.failed)} failed; a push that passes lets it in"
        return Excluded(reason=Reason.CHECKS_FAILED, detail=detail)
    unreported = f"required {_named(summary.missing)} has not reported"
    if summary.pending:
        detail = f"waiting for {_named(summary.pending)}"
        more = f"; {unreported} yet" if summary.missing else ""
        return Waiting(reason=Reason.CHECKS_PENDING, detail=detail + more)
    if summary.missing:
        detail = f"{unreported}; is it spelt as the forge shows it?"
        return Waiting(reason=Reason.CHECKS_MISSING, detail=detail)
    if not summary.passed:
        return _without_checks(pull_request, rules, context)
    return Eligible()


def _required(rules: Stage, context: Context) -> tuple[str, ...]:
    names = rules.checks.required
    return context.demanded if isinstance(names, Required) else names


def _without_checks(pull_request: PullRequest, rules: Stage, context: Context) -> Verdict:
    """Tell "none yet" from "none" (trap 05).

    A stranger's fork runs none until a maintainer approves it, and must not be deployed unseen
    even where all forks are included (trap 37).
    """
    if pull_request.from_fork and not pull_request.trusted:
        detail = (
            "it comes from a fork and no check has run; approve its workflow run, or read it and"
            f" set the label `{rules.labels.trust}`"
        )
        return Waiting(reason=Reason.NO_CHECKS, detail=detail)
    pushed, grace = pull_request.pushed_at, rules.checks.grace
    if pushed is not None and context.now - pushed < grace:
        seconds = round(grace.total_seconds())
        detail = f"no check has reported yet, less than {seconds} s after the push"
        return Waiting(reason=Reason.NO_CHECKS_YET, detail=detail)
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
    if previous is not None and previous.head == pull_request.head:
        unread = f"its checks cannot be read ({unreadable.why})"
        if previous.state in _PASSED_BEFORE:
            stays = "it stays in as before" if previous.state in IN else "they passed before"
            return Eligible(note=f"{unread}; {stays}")
        if previous.state is LineState.EXCLUDED and previous.reason is Reason.CHECKS_FAILED:
            # What this wrote the last time is not written again around itself.
            before = (previous.detail or "a check failed").rpartition(_AS_BEFORE)[2]
            return Excluded(reason=previous.reason, detail=f"{unread}{_AS_BEFORE}{before}")
    detail = f"its checks cannot be read: {unreadable.why}"
    return Waiting(reason=Reason.CHECKS_UNREADABLE, detail=detail)


_AS_BEFORE = "; as before, "
_PASSED_BEFORE = IN | {LineState.CONFLICTED, LineState.EVICTED}
"""The states of a line whose checks had let it in, whatever became of it afterwards."""


def _named(checks: Iterable[Check]) -> str:
    names = [f"`{check.name}`" + (f" ({check.word})" if check.word else "") for check in checks]
    return ("check " if len(names) == 1 else "checks ") + ", ".join(names)
