"""What would stop a rebuild on GitHub, looked for before it does. Nothing is written anywhere."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from understudy.core.diagnosis import Examination, Health, fine, problem, warning
from understudy.core.errors import RefusedError
from understudy.forges.github.doctor_checks import checks
from understudy.forges.github.doctor_permissions import permissions
from understudy.forges.github.doctor_runs import runs
from understudy.forges.github.doctor_stage import stage_branch
from understudy.forges.github.doctor_subject import Caller, Subject
from understudy.forges.github.doctor_workflow import workflows
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.core.diagnosis import Inspected, Observation
    from understudy.forges.github.forge import Lane
    from understudy.forges.github.place import Place

LOOKING = 120.0
"""Seconds for all that is asked."""

_FEW = 200
"""Requests left with which a rebuild of many pull requests may not come to its end."""


class Repository(msgspec.Struct, frozen=True):
    """Whether it can be pushed to at all."""

    archived: bool = False
    disabled: bool = False


class _Account(msgspec.Struct, frozen=True):
    login: str


class _Seen(msgspec.Struct, frozen=True):
    id: str


class Viewer(msgspec.Struct, frozen=True):
    """The answer to `Viewer`. A repository that is not shown is an error."""

    viewer: _Account
    repository: _Seen


class _Limit(msgspec.Struct, frozen=True):
    limit: int
    remaining: int


class _Limits(msgspec.Struct, frozen=True):
    core: _Limit
    graphql: _Limit | None = None


class _RateLimit(msgspec.Struct, frozen=True):
    resources: _Limits


def of_access(caller: Caller) -> tuple[Examination, ...]:
    """Return what there is to look at without a look into the repository."""
    caller.github.transport.within(LOOKING)
    return (
        Examination(id="extra", look=_extra),
        Examination(id="credentials", look=lambda: _credentials(caller)),
        Examination(id="rate-limit", look=lambda: _rate_limit(caller)),
        Examination(id="repository", look=lambda: _repository(caller)),
    )


def has_access(seen: Iterable[Observation]) -> bool:
    """Tell whether it makes sense to ask on: without access, all else fails in the same way."""
    return all(each.verdict is Health.OK for each in seen if each.id == "credentials")


def of_stage(caller: Caller, repository: Inspected, lane: Lane) -> tuple[Examination, ...]:
    """Return what there is to look at beside that, where the repository can be read."""
    subject = Subject(caller, repository, lane)
    return (
        *permissions(subject),
        *stage_branch(subject),
        *workflows(subject),
        *runs(subject),
        *checks(subject),
    )


def _extra() -> Iterator[Observation]:
    """It is there, or nobody would have come so far."""
    yield fine("extra", f"what GitHub is asked with is installed: gidgethub {version('gidgethub')}")


def _credentials(caller: Caller) -> Iterator[Observation]:
    """An App's token has no user, so `GET /user` would not do."""
    github = caller.github
    place = github.place
    answer, _ = github.graphql(query("Viewer"), Viewer, owner=place.owner, name=place.name)
    login = answer.viewer.login
    yield fine("credentials", f"GitHub accepts {caller.kind.value}, as `{login}`")


def _rate_limit(caller: Caller) -> Iterator[Observation]:
    """https://docs.github.com/en/rest/rate-limit/rate-limit : asking costs nothing."""
    row = "rate-limit"
    try:
        resources = caller.github.get("/rate_limit", _RateLimit).resources
    except RefusedError:
        # GitHub Enterprise Server answers 404 where none is set.
        yield fine(row, "GitHub sets no limit")
        return
    limits = {"REST": resources.core, "GraphQL": resources.graphql}
    left = ", ".join(
        f"{each.remaining} of {each.limit} for {name}" for name, each in limits.items() if each
    )
    lowest = min(each.remaining for each in limits.values() if each)
    if lowest < _FEW:
        remedy = "Wait an hour, or use a token that nothing else uses."
        yield warning(row, f"few requests are left: {left}", remedy=remedy)
        return
    yield fine(row, f"requests left: {left}")


def _repository(caller: Caller) -> Iterator[Observation]:
    found = caller.github.get(caller.github.path(), Repository)
    yield of_repository(found, caller.github.place)


def of_repository(found: Repository, place: Place) -> Observation:
    """Say whether anybody can push to it."""
    row = "repository"
    if found.archived:
        evidence = f"{place.repository} is archived: nothing can be pushed"
        return problem(row, evidence, remedy=f"Take it out of the archive: {place.url}/settings")
    if found.disabled:
        evidence = f"GitHub has disabled {place.repository}"
        return problem(row, evidence, remedy="Ask GitHub's support why.")
    return fine(row, f"{place.url} is there, and neither archived nor disabled")
