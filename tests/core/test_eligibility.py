from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.requests import HEAD, NOW, shown
from understudy.core.config_file import parse
from understudy.core.eligibility import (
    Context,
    judge,
)
from understudy.core.model import (
    Check,
    CheckState,
    ChecksUnreadable,
    CommitSha,
    Eligible,
    Excluded,
    Reason,
    Verdict,
    Waiting,
)
from understudy.core.record import Line, LineState

if TYPE_CHECKING:
    from understudy.core.config import Stage

CONTEXT = Context(base_ref="main", open_head_refs=frozenset({"feature/below"}), now=NOW)


def _rules(**keys: Any) -> Stage:  # noqa: ANN401 - whatever a file may say
    return parse({"stages": {"staging": keys}}).stages["staging"]


def _checks(**states: str) -> tuple[Check, ...]:
    return tuple(Check(name=name, state=CheckState(state)) for name, state in states.items())


def _short(verdict: Verdict) -> str:
    """Write a verdict as one line to compare by eye."""
    match verdict:
        case Eligible(note=note):
            return "in" if note is None else f"in: {note}"
        case Waiting(reason=reason, detail=detail):
            return f"waits ({reason.value}): {detail}"
        case Excluded(reason=reason, detail=detail):
            return f"out ({reason.value}): {detail}"


JUST_NOW = NOW - timedelta(seconds=20)
LONG_AGO = NOW - timedelta(hours=2)
PENDING_WORD = (Check(name="lint", state=CheckState.PENDING, word="odd"),)
APPROVE = "it comes from a fork and no check has run; approve its workflow run, or read it and"

RULES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "the default": ({}, {}, "in"),
    "passed": ({}, {"checks": _checks(lint="passed")}, "in"),
    "stacked on an open one": ({}, {"base_ref": "feature/below"}, "in"),
    "another base": (
        {},
        {"base_ref": "release"},
        "out (other-base): it targets `release`, not `main`; change its target branch",
    ),
    "the stage's own branch": (
        {},
        {"head_ref": "staging"},
        (
            "out (stage-branch): it comes from `staging`, a stage itself; open it from another"
            " branch"
        ),
    ),
    "a branch of a fork that is called like the stage": (
        {},
        {"head_ref": "staging", "from_fork": True},
        "in",
    ),
    "a draft, as requested": ({}, {"draft": True}, "in"),
    "a draft": (
        {"drafts": "exclude"},
        {"draft": True},
        "out (draft): it is a draft; mark it as ready for review",
    ),
    "label that keeps out": (
        {},
        {"labels": frozenset({"No-Stage"})},
        "out (label-excluded): it has the label `no-stage`; take it off to let it in",
    ),
    "label that is needed": (
        {"labels": {"require": ["qa"]}},
        {},
        "out (label-missing): it lacks the label `qa`; add it to let it in",
    ),
    "label that is there": ({"labels": {"require": ["qa"]}}, {"labels": frozenset({"qa"})}, "in"),
    "a stranger's fork": (
        {},
        {"from_fork": True, "trusted": False, "checks": _checks(lint="passed")},
        (
            "out (fork): it comes from a fork of somebody who is not trusted; a maintainer can set"
            " the label `stage` after reading it"
        ),
    ),
    "a label does not make a fork trusted, for it may be older than the push": (
        {},
        {"from_fork": True, "trusted": False, "labels": frozenset({"stage"})},
        (
            "out (fork): it comes from a fork of somebody who is not trusted; a maintainer can set"
            " the label `stage` after reading it"
        ),
    ),
    "a trusted person's fork": ({}, {"from_fork": True}, "in"),
    "no forks": (
        {"forks": "exclude"},
        {"from_fork": True},
        "out (fork): it comes from a fork, and forks are excluded (`forks`)",
    ),
    "all forks": (
        {"forks": "include"},
        {"from_fork": True, "trusted": False, "checks": _checks(lint="passed")},
        "in",
    ),
    "trap 37: a stranger's fork without checks": (
        {"forks": "include"},
        {"from_fork": True, "trusted": False, "pushed_at": LONG_AGO},
        f"waits (no-checks): {APPROVE} set the label `stage`",
    ),
    "trap 27: failed": (
        {},
        {"checks": _checks(lint="failed", test="passed", docs="pending")},
        "out (checks-failed): check `lint` failed; a push that passes lets it in",
    ),
    "pending": (
        {},
        {"checks": _checks(test="pending", docs="pending")},
        "waits (checks-pending): waiting for checks `docs`, `test`",
    ),
    "trap 07: an unknown word": (
        {},
        {"checks": PENDING_WORD},
        "waits (checks-pending): waiting for check `lint` (odd)",
    ),
    "trap 06: required and not reported": (
        {"checks": {"required": ["lint"]}},
        {"checks": _checks(test="passed")},
        (
            "waits (checks-missing): required check `lint` has not reported; is it spelt as the"
            " forge shows it?"
        ),
    ),
    "pending, and one that may come yet": (
        {"checks": {"required": ["lint", "late"]}},
        {"checks": _checks(lint="pending")},
        (
            "waits (checks-pending): waiting for check `lint`; required check `late` has not"
            " reported yet"
        ),
    ),
    "required narrows": (
        {"checks": {"required": ["lint"]}},
        {"checks": _checks(lint="passed", test="failed")},
        "in",
    ),
    "ignored": ({"checks": {"ignore": ["test"]}}, {"checks": _checks(test="failed")}, "in"),
    "trap 10: own status": (
        {},
        {"checks": (Check(name="understudy/staging", state=CheckState.FAILED),)},
        "in",
    ),
    "trap 05: none yet": (
        {},
        {"pushed_at": JUST_NOW},
        "waits (no-checks-yet): no check has reported yet, less than 60 s after the push",
    ),
    "trap 05: none": ({}, {"pushed_at": LONG_AGO}, "in"),
    "none, to wait for": (
        {"checks": {"none": "wait"}},
        {"pushed_at": LONG_AGO},
        "waits (no-checks): no check has reported yet",
    ),
    "none, excluded": (
        {"checks": {"none": "exclude"}},
        {},
        "out (no-checks): no check has reported; run one, or set `checks.none: include`",
    ),
    "none yet, to be excluded later": (
        {"checks": {"none": "exclude", "grace": "1m"}},
        {"pushed_at": JUST_NOW},
        "waits (no-checks-yet): no check has reported yet, less than 60 s after the push",
    ),
    "trap 01, trap 39: unreadable": (
        {},
        {"checks": ChecksUnreadable(why="no permission `checks: read`")},
        "waits (checks-unreadable): its checks cannot be read: no permission `checks: read`",
    ),
}


@pytest.mark.parametrize(("keys", "about", "expected"), RULES.values(), ids=RULES)
def test_each_rule_gives_one_verdict_that_names_what_would_change_it(
    keys: dict[str, Any], about: dict[str, Any], expected: str
) -> None:
    assert _short(judge(shown(**about), _rules(**keys), CONTEXT)) == expected


def test_the_job_that_runs_understudy_does_not_wait_for_itself_trap_10() -> None:
    own = Check(name="rebuild", source="staging", state=CheckState.PENDING)
    context = replace(CONTEXT, own=frozenset({("staging", "rebuild")}))
    assert judge(shown(checks=(own,)), _rules(), context) == Eligible()


def _line(state: LineState, **about: Any) -> Line:  # noqa: ANN401 - any field
    plain: dict[str, Any] = {"head": HEAD, "head_ref": "feature/12", "title": "", "author": ""}
    return Line(number=12, state=state, **{**plain, **about})


FAILED = {"reason": Reason.CHECKS_FAILED, "detail": "check `lint` failed"}
BEFORE: dict[str, tuple[Line, str]] = {
    "trap 36: in stays in": (
        _line(LineState.INCLUDED),
        "in: its checks cannot be read (why); it stays in as before",
    ),
    "contained stays in": (
        _line(LineState.CONTAINED),
        "in: its checks cannot be read (why); it stays in as before",
    ),
    "one that conflicted may try again": (
        _line(LineState.CONFLICTED),
        "in: its checks cannot be read (why); they passed before",
    ),
    "failed stays out": (
        _line(LineState.EXCLUDED, **FAILED),
        "out (checks-failed): its checks cannot be read (why); as before, check `lint` failed",
    ),
    "one that was out for another cause has not been judged": (
        _line(LineState.EXCLUDED, reason=Reason.DRAFT, detail="it is a draft"),
        "waits (checks-unreadable): its checks cannot be read: why",
    ),
    "waiting waits": (
        _line(LineState.WAITING, reason=Reason.CHECKS_PENDING),
        "waits (checks-unreadable): its checks cannot be read: why",
    ),
    "trap 02: another head has not been judged": (
        _line(LineState.INCLUDED, head=CommitSha("b" * 40)),
        "waits (checks-unreadable): its checks cannot be read: why",
    ),
}


@pytest.mark.parametrize(("line", "expected"), BEFORE.values(), ids=BEFORE)
def test_unreadable_keeps_what_was_decided_for_the_same_head(line: Line, expected: str) -> None:
    pull_request = shown(checks=ChecksUnreadable(why="why"))
    context = replace(CONTEXT, previous=line)
    assert _short(judge(pull_request, _rules(), context)) == expected


def test_unreadable_again_and_again_says_it_once() -> None:
    pull_request = shown(checks=ChecksUnreadable(why="why"))
    line = _line(LineState.EXCLUDED, **FAILED)
    first = judge(pull_request, _rules(), replace(CONTEXT, previous=line))
    assert isinstance(first, Excluded)
    line = _line(LineState.EXCLUDED, reason=first.reason, detail=first.detail)

    assert judge(pull_request, _rules(), replace(CONTEXT, previous=line)) == first


def test_unreadable_does_not_let_a_draft_in_that_is_not_wanted_trap_36() -> None:
    pull_request = shown(checks=ChecksUnreadable(why="why"), draft=True)
    context = replace(CONTEXT, previous=_line(LineState.INCLUDED))
    verdict = judge(pull_request, _rules(drafts="exclude"), context)
    assert isinstance(verdict, Excluded)
