"""Which kind of credential we have, and how each kind is given a permission that it lacks."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from understudy.core.phrases import listed
from understudy.forges.github.auth import GivenToken

if TYPE_CHECKING:
    from understudy.forges.github.auth import Credentials


class Kind(enum.Enum):
    """A kind of credential, as people call it."""

    APP = "a GitHub App"
    JOB = "the token of a workflow's job or of a GitHub App"
    FINE_GRAINED = "a fine-grained personal access token"
    CLASSIC = "a classic personal access token"
    LOGIN = "a token of `gh auth login`"
    OTHER = "a token of a kind that is not known"


_PREFIXES = {
    "ghs_": Kind.JOB,
    "github_pat_": Kind.FINE_GRAINED,
    "ghp_": Kind.CLASSIC,
    "gho_": Kind.LOGIN,
}
"""https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A permission, as a workflow writes it and as GitHub's pages call it."""

    key: str
    title: str


ACTIONS = Permission(key="actions", title="Actions")
CHECKS = Permission(key="checks", title="Checks")
CONTENTS = Permission(key="contents", title="Contents")
DEPLOYMENTS = Permission(key="deployments", title="Deployments")
PULL_REQUESTS = Permission(key="pull-requests", title="Pull requests")
STATUSES = Permission(key="statuses", title="Commit statuses")


def kind_of(credentials: Credentials) -> Kind:
    """Tell the kind, without asking anybody."""
    if not isinstance(credentials, GivenToken):
        return Kind.APP
    found = (kind for prefix, kind in _PREFIXES.items() if credentials.text.startswith(prefix))
    return next(found, Kind.OTHER)


def remedy(kind: Kind, level: str, *permissions: Permission) -> str:
    """Say how to give it permissions."""
    titled = listed(f"{each.title}: {level}" for each in permissions)
    plural = "s" if len(permissions) > 1 else ""
    match kind:
        case Kind.APP:
            return f"Give the App the permission{plural} {titled}; accept it where it is installed."
        case Kind.JOB:
            keys = listed(f"{each.key}: {level}" for each in permissions)
            return f"Add {keys} to the job's `permissions:`, or {titled} to the App's."
        case Kind.FINE_GRAINED if CHECKS in permissions:
            return (
                "Use a GitHub App, a workflow's token or a classic one: no fine-grained token can"
                " read check runs."
            )
        case Kind.FINE_GRAINED | Kind.OTHER:
            return f"Give the token the permission{plural} {titled}."
        case Kind.CLASSIC | Kind.LOGIN:
            return "Give the token the scope `repo`, and its owner the role that this needs."
        case _:
            assert_never(kind)
