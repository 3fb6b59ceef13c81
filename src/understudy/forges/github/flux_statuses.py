"""What Flux says of the stage's commit on GitHub, where its alerts set commit statuses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from understudy.core.flux_statuses import Told, deployment_in
from understudy.forges.github.client import MayNotError
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.forges.github.client import GitHub


class StatusLine(Struct, frozen=True, rename="camel"):
    """The newest commit status of its name."""

    context: str
    state: str
    description: str | None
    created_at: datetime


class Combined(Struct, frozen=True):
    """All commit statuses of a commit: GitHub does not page them."""

    contexts: tuple[StatusLine, ...]


class ToldCommit(Struct, frozen=True):
    """A commit. None for a status: nobody set any."""

    status: Combined | None


class ToldRepository(Struct, frozen=True):
    """Where it is."""

    object: ToldCommit | None


class Statuses(Struct, frozen=True):
    """The answer to `Statuses`."""

    repository: ToldRepository


def read_deployed(
    github: GitHub, commit: CommitSha, stage: Stage, *, is_base: bool
) -> Deployment | None:
    """Return it; None: Flux said nothing. `is_base`: the base's tip is the same commit.

    Raises:
        UnavailableError: GitHub did not answer.
        MayNotError: the token may not read commit statuses.
    """
    answer, errors = github.graphql(
        query("Statuses"),
        Statuses,
        owner=github.place.owner,
        name=github.place.name,
        commit=commit,
    )
    for error in errors:
        message = f"The token may not read the statuses of {commit[:7]}: {error.message}."
        raise MayNotError(message, hint="Give it the permission `Commit statuses: read`.")
    found = answer.repository.object
    contexts = found.status.contexts if found and found.status else ()
    told = (
        Told(
            name=each.context,
            word=each.state,
            description=each.description or "",
            at=each.created_at,
        )
        for each in contexts
    )
    return deployment_in(told, commit, stage, is_base=is_base)
