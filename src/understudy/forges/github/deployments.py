"""The stage as an environment on GitHub: its branch's tip is shown as deployed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.forges.github.payloads import Deployed
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from understudy.core.model import CommitSha
    from understudy.forges.github.client import GitHub

_UNTOLD = frozenset((None, "PENDING"))
_GONE = frozenset(("INACTIVE", "ABANDONED", "DESTROYED"))


def show_deployed(github: GitHub, commit: CommitSha, *, environment: str, page: str) -> bool:
    """Show a commit as what the environment has, unless it is shown; return whether it was not.

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
    unfinished = next((each.database_id for each in alive if each.state in _UNTOLD), None)
    if alive and unfinished is None:
        return False
    number = unfinished or _create(github, commit, environment)
    status = {
        "state": "success",
        "description": "The stage branch has it",
        "log_url": page,
        "auto_inactive": True,
    }
    github.write("POST", github.path("deployments", number, "statuses"), status)
    return True


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
