"""The stage as an environment on GitHub: its branch's tip is shown as deployed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec import Struct

from understudy.core.answers import shortened
from understudy.core.delivery import Delivered, Stuck, Underway
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from understudy.core.answers import Became
    from understudy.core.model import CommitSha
    from understudy.forges.github.client import GitHub

_UNTOLD = frozenset((None, "PENDING"))
_GONE = frozenset(("INACTIVE", "ABANDONED", "DESTROYED"))
_GOOD = frozenset(("ACTIVE", "SUCCESS"))
_BAD = frozenset(("FAILURE", "ERROR"))


class LatestStatus(Struct, frozen=True):
    """What was last said of a deployment."""

    description: str | None


class Deployment(Struct, frozen=True, rename="camel"):
    """A deployment of a commit."""

    database_id: int | None
    state: str | None
    latest_status: LatestStatus | None


class Deployments(Struct, frozen=True):
    """Those of one commit."""

    nodes: tuple[Deployment, ...]


class DeployedCommit(Struct, frozen=True):
    """A commit with its deployments."""

    deployments: Deployments | None


class DeployedRepository(Struct, frozen=True):
    """Where it is."""

    object: DeployedCommit | None


class Deployed(Struct, frozen=True):
    """The answer to `Deployed`."""

    repository: DeployedRepository


def show_deployed(
    github: GitHub,
    commit: CommitSha,
    *,
    environment: str,
    page: str,
    became: Became | None = None,
) -> bool:
    """Show a commit as what the environment has, unless it is shown; return whether it was not.

    What is shown is what `became` of it in the cluster; None: that is not told here.
    https://docs.github.com/en/rest/deployments/deployments
    """
    answer, _ = github.graphql(
        query("Deployed"),
        Deployed,
        owner=github.place.owner,
        name=github.place.name,
        commit=commit,
        environments=[environment],
    )
    shown = answer.repository.object
    known = shown.deployments.nodes if shown and shown.deployments else ()
    alive = [each for each in known if each.state not in _GONE]
    latest = next((each for each in alive if each.state in _UNTOLD), alive[-1] if alive else None)
    if latest and _is_shown(latest, became):
        return False
    number = (latest and latest.database_id) or _create(github, commit, environment)
    state, description = _status(became)
    status = {
        "state": state,
        "description": description,
        "log_url": page,
        "auto_inactive": True,
    }
    github.write("POST", github.path("deployments", number, "statuses"), status)
    return True


def _is_shown(latest: Deployment, became: Became | None) -> bool:
    """Tell whether there is no news. That nothing was told yet never replaces what was told."""
    if latest.state in _UNTOLD:
        return False
    if became is None:
        return True
    match became.delivery:
        case Delivered():
            return latest.state in _GOOD
        case Stuck():
            _, description = _status(became)
            said = latest.latest_status.description if latest.latest_status else None
            return latest.state in _BAD and said == description
        case Underway():
            return True
        case other:
            assert_never(other)


def _status(became: Became | None) -> tuple[str, str]:
    """Return state and description."""
    if became is None:
        return "success", "The stage branch has it"
    match became.delivery:
        case Delivered():
            return "success", became.text.capitalize()
        case Stuck():
            return "failure", shortened(became.text)
        case Underway():
            return "in_progress", "Flux has not said yet what became of it"
        case other:
            assert_never(other)


def _create(github: GitHub, commit: CommitSha, environment: str) -> int:
    deployment = {
        "ref": commit,
        "environment": environment,
        "description": "What the stage branch has",
        "auto_merge": False,
        "required_contexts": [],
        "production_environment": False,
    }
    return github.create(github.path("deployments"), deployment)
