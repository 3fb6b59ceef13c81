"""What the token may read and write on GitHub, found out without writing anything."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

import gidgethub

from understudy.core.answers import context
from understudy.core.diagnosis import Examination, fine, problem, unknown, warning
from understudy.core.errors import RefusedError, UnderstudyError
from understudy.forges.github.client import MayNotError
from understudy.forges.github.doctor_credentials import (
    ACTIONS,
    CHECKS,
    CONTENTS,
    DEPLOYMENTS,
    PULL_REQUESTS,
    STATUSES,
    Kind,
    Permission,
    remedy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.core.diagnosis import Observation
    from understudy.forges.github.doctor_subject import Subject

# GitHub looks at the permission first: 403 or 404 says that it is lacking, and 422 that the request
# was read. Each of these is invalid by GitHub's own description of the endpoint, which demands the
# part that is wrong here or left out. So there is nothing that could be written with any of them.
INVALID_STATUS: Mapping[str, object] = {"state": "looked-at"}
INVALID_COMMENT: Mapping[str, object] = {}
INVALID_DEPLOYMENT: Mapping[str, object] = {}

_UNPROCESSABLE = 422
_A_WORKFLOW = ".github/workflows/ci.yaml"
_READ = (CONTENTS, PULL_REQUESTS, CHECKS, ACTIONS)


def permissions(subject: Subject) -> tuple[Examination, ...]:
    """Return one look at all that is read, and one at each thing that is written."""
    return (
        Examination(id="read", look=lambda: _reads(subject)),
        Examination(id="write-statuses", look=lambda: _statuses(subject)),
        Examination(id="write-comments", look=lambda: _comments(subject)),
        Examination(id="write-deployments", look=lambda: _deployments(subject)),
        Examination(id="write-workflows", look=lambda: _workflows(subject)),
    )


def _reads(subject: Subject) -> Iterator[Observation]:
    for permission in _READ:
        row = f"read-{permission.key}"
        said = subject.unreadable.get(permission)
        if said is None:
            # Which workflow a check run is of can only be seen where check runs can.
            if permission is not ACTIONS or CHECKS not in subject.unreadable:
                yield fine(row, f"{permission.title.lower()} can be read")
            continue
        # One list holds check runs and statuses; what is missing from it tells not which.
        needed = (CHECKS, STATUSES) if permission is CHECKS else (permission,)
        evidence = f"{permission.title.lower()} cannot be read: {said}"
        yield problem(row, evidence, remedy=remedy(subject.kind, "read", *needed))


def _statuses(subject: Subject) -> Iterator[Observation]:
    if not subject.lane.stage.report.status:
        return
    tip = subject.tip(subject.base)
    if tip is None:
        yield unknown("write-statuses", "there is no commit to ask about")
        return
    body = {"context": context(subject.lane.name), **INVALID_STATUS}
    yield _asked(subject, STATUSES, subject.github.path("statuses", tip), body)


def _comments(subject: Subject) -> Iterator[Observation]:
    if not subject.lane.stage.report.comment:
        return
    row, reading = "write-comments", subject.reading
    if isinstance(reading, UnderstudyError):
        yield unknown(row, reading.message, remedy=reading.hint)
        return
    if not reading.pull_requests:
        evidence = "no pull request is open that could be asked about"
        yield unknown(row, evidence, remedy="Look again when one is open.")
        return
    number = reading.pull_requests[0].node.number
    path = subject.github.path("issues", number, "comments")
    yield _asked(subject, PULL_REQUESTS, path, INVALID_COMMENT)


def _deployments(subject: Subject) -> Iterator[Observation]:
    if subject.lane.stage.report.deployments:
        path = subject.github.path("deployments")
        yield _asked(subject, DEPLOYMENTS, path, INVALID_DEPLOYMENT)


_ROWS = {
    STATUSES: "write-statuses",
    PULL_REQUESTS: "write-comments",
    DEPLOYMENTS: "write-deployments",
}


def _asked(
    subject: Subject, permission: Permission, path: str, body: Mapping[str, object]
) -> Observation:
    row = _ROWS[permission]
    what = row.removeprefix("write-")
    try:
        subject.github.write("POST", path, body, repeatable=False)
    except MayNotError as error:
        return problem(row, error.message, remedy=remedy(subject.kind, "write", permission))
    except RefusedError as error:
        if _was_read(error):
            return fine(row, f"{what} may be written; nothing was")
        return unknown(row, error.message, remedy=error.hint)
    return unknown(row, f"GitHub took an invalid request for {what}, so it tells nothing")


def _was_read(error: RefusedError) -> bool:
    cause = error.__cause__
    return isinstance(cause, gidgethub.BadRequest) and cause.status_code == _UNPROCESSABLE


def _workflows(subject: Subject) -> Iterator[Observation]:
    """A pull request that changes a workflow would have the whole push refused (trap 20)."""
    row, pins = "write-workflows", subject.lane.stage.pin
    if any(fnmatch.fnmatchcase(_A_WORKFLOW, pattern) for pattern in pins):
        yield fine(row, "workflow files stay as the base has them, so none is pushed")
    elif subject.kind in {Kind.JOB, Kind.FINE_GRAINED, Kind.APP}:
        evidence = "workflow files are not pinned, and a job's own token may never push one"
        pin = 'Pin them: `pin: [".github/workflows/**"]`'
        yield warning(row, evidence, remedy=f"{pin}, or use a token with `Workflows: write`.")
