"""The one repository that is looked at: what several examinations ask is read once.

It judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from understudy.core.errors import RefusedError, UnderstudyError
from understudy.forges.github.doctor_credentials import (
    ACTIONS,
    CHECKS,
    CONTENTS,
    PULL_REQUESTS,
    Kind,
    Permission,
    kind_of,
)
from understudy.forges.github.protection import required_checks
from understudy.forges.github.queries import query
from understudy.forges.github.reading import read_open_pull_requests

if TYPE_CHECKING:
    from datetime import datetime

    from understudy.core.diagnosis import Inspected
    from understudy.core.model import CommitSha
    from understudy.forges.github.auth import Credentials
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.forge import Lane
    from understudy.forges.github.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks GitHub, and when."""

    github: GitHub
    credentials: Credentials
    now: datetime

    @property
    def kind(self) -> Kind:
        """Tell what kind of credential is asked with."""
        return kind_of(self.credentials)


class Subject:
    """One stage of one repository on GitHub, which git can read."""

    def __init__(self, caller: Caller, repository: Inspected, lane: Lane) -> None:
        """Nothing is asked yet."""
        self.github, self.kind, self.now = caller.github, caller.kind, caller.now
        self.repository, self.lane = repository, lane

    @cached_property
    def base(self) -> str:
        """Return the base; empty where there is none."""
        return self.lane.config.base or self.repository.default_branch() or ""

    def tip(self, branch: str) -> CommitSha | None:
        """Return where the remote has a branch."""
        ref = f"refs/heads/{branch}"
        return self.repository.advertised([ref]).get(ref)

    @cached_property
    def unreadable(self) -> dict[Permission, str]:
        """Return what the token may not read, by the permission it lacks, in GitHub's words."""
        _, errors = self.github.graphql(
            query("Readable"),
            dict[str, Any],
            owner=self.github.place.owner,
            name=self.github.place.name,
            base=f"refs/heads/{self.base}",
        )
        return {_lacking(error.path): error.message for error in errors}

    @cached_property
    def reading(self) -> Reading | UnderstudyError:
        """Return all open pull requests, or why they cannot be read."""
        try:
            if PULL_REQUESTS in self.unreadable:
                message = f"The pull requests cannot be read: {self.unreadable[PULL_REQUESTS]}."
                return RefusedError(message, hint="See `read-pull-requests`.")
            return read_open_pull_requests(self.github, self.base, stage_ref=self.lane.stage.branch)
        except UnderstudyError as error:
            return error

    @cached_property
    def demanded(self) -> tuple[str, ...] | None:
        """Return the checks that the base's protection and rulesets demand; None: neither does."""
        return required_checks(self.github, self.base)


def _lacking(path: tuple[str | int, ...]) -> Permission:
    """Tell from the place of what is missing which permission would have shown it."""
    if "workflowRun" in path:
        return ACTIONS
    if "statusCheckRollup" in path:
        return CHECKS
    return PULL_REQUESTS if "pullRequests" in path else CONTENTS
