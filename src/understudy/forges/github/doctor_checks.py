"""Checks that keep everybody waiting: misspelled, demanded by nobody, or our own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from understudy.core.answers import context
from understudy.core.checks import is_foreign_to_verdicts
from understudy.core.config import Required
from understudy.core.diagnosis import Examination, fine, problem, unknown, warning
from understudy.core.phrases import listed, near_miss
from understudy.forges.github.reading import Forbidden, Reading
from understudy.forges.github.reported import runs
from understudy.forges.github.workflow_shape import JOB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.diagnosis import Observation
    from understudy.forges.github.doctor_subject import Subject
    from understudy.forges.github.reading import OpenPullRequest

LONG = timedelta(days=1)
"""For so long no CI takes to begin."""

_LISTED = 5


def checks(subject: Subject) -> tuple[Examination, ...]:
    """Return the looks at what is demanded and at what is reported."""
    return (
        Examination(id="required-checks", look=lambda: _required(subject)),
        Examination(id="own-context", look=lambda: _own_context(subject)),
        Examination(id="missing-checks", look=lambda: _missing(subject)),
    )


def _required(subject: Subject) -> Iterator[Observation]:
    row, required = "required-checks", subject.lane.stage.checks.required
    if isinstance(required, Required):
        yield _by_protection(subject)
        return
    if not required:
        yield fine(row, "every check that a pull request has counts")
        return
    reading = subject.reading
    reported = _reported(reading) if isinstance(reading, Reading) else frozenset()
    if not reported:
        evidence = f"no open pull request shows a check, so none shows {listed(required)}"
        yield unknown(row, evidence, remedy="Look again when the checks of one have ended.")
        return
    absent = [name for name in required if name not in reported]
    for name in absent:
        close = near_miss(name, reported)
        there = [close] if close else sorted(reported)[:_LISTED]
        evidence = f"`{name}` is required, and no open pull request has it"
        remedy = f"Name a check that is there in `checks.required`: {listed(there, last='or')}."
        yield warning(row, evidence, remedy=remedy)
    if not absent:
        yield fine(row, f"open pull requests have {listed(required)}")


def _by_protection(subject: Subject) -> Observation:
    row = "required-checks"
    if subject.demanded is None:
        evidence = f"`checks.required: branch-protection`, and `{subject.base}` demands none"
        remedy = f"Demand checks: {subject.github.place.url}/settings/rules; or list their names."
        return warning(row, f"{evidence}: every check counts", remedy=remedy)
    return fine(row, f"`{subject.base}` demands {listed(subject.demanded)}")


def _own_context(subject: Subject) -> Iterator[Observation]:
    """It never counts here, and outside it is pending while the stage stands still."""
    row, stage = "own-context", subject.lane.stage
    names = (context(subject.lane.name), JOB)
    own = [name for name in subject.demanded or () if name in names]
    if not own:
        yield fine(row, f"`{subject.base}` demands no answer of understudy's own")
        return
    evidence = f"the protection of `{subject.base}` demands {listed(own)}, which understudy reports"
    remedy = f"Take it off the required checks: {subject.github.place.url}/settings/rules"
    if stage.checks.required is Required.BRANCH_PROTECTION or not stage.report.status:
        yield problem(row, f"{evidence}: nothing can be merged any more", remedy=remedy)
    else:
        yield warning(
            row, f"{evidence}: nothing can be merged while the stage stands still", remedy=remedy
        )


def _missing(subject: Subject) -> Iterator[Observation]:
    """Of names that others report: one that nobody reports is told of elsewhere (trap 06)."""
    row, required = "missing-checks", subject.lane.stage.checks.required
    names = (subject.demanded or ()) if isinstance(required, Required) else required
    reading = subject.reading
    if not names:
        return
    if not isinstance(reading, Reading):
        yield unknown(row, reading.message, remedy=reading.hint)
        return
    known = _reported(reading)
    waiting = False
    for name in names:
        lacking = [each for each in reading.pull_requests if _waits_long(subject, each, name)]
        if name in known and lacking:
            waiting = True
            evidence = f"{_numbers(lacking)} had no `{name}` for more than a day"
            remedy = f"Run `{name}` on them, or take it off the required checks."
            yield warning(row, evidence, remedy=remedy)
    if not waiting:
        yield fine(row, "no pull request has been waiting long for a check to begin")


def _waits_long(subject: Subject, pull_request: OpenPullRequest, name: str) -> bool:
    readable = not isinstance(pull_request.reported, Forbidden)
    is_old = subject.now - pull_request.node.updated_at > LONG
    return readable and is_old and name not in _names(pull_request)


def _reported(reading: Reading) -> frozenset[str]:
    names = frozenset[str]().union(*map(_names, reading.pull_requests))
    return frozenset(name for name in names if not is_foreign_to_verdicts(name))


def _names(pull_request: OpenPullRequest) -> frozenset[str]:
    if isinstance(pull_request.reported, Forbidden):
        return frozenset()
    return frozenset(run.name for run in runs(pull_request.reported))


def _numbers(pull_requests: list[OpenPullRequest]) -> str:
    more = len(pull_requests) - _LISTED
    shown = ", ".join(f"#{each.node.number}" for each in pull_requests[:_LISTED])
    return f"{shown} and {more} more" if more > 0 else shown
