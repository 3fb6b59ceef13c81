"""Which checks the base itself demands: classic branch protection and rulesets.

Both are told to whoever may read the repository:
https://docs.github.com/en/rest/branches/branches#get-a-branch and
https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from understudy.forges.github.client import GitHub


class RequiredCheck(msgspec.Struct, frozen=True):
    """One check that a rule names."""

    context: str


class _Demanded(msgspec.Struct, frozen=True):
    contexts: tuple[str, ...] = ()


class _Protection(msgspec.Struct, frozen=True):
    required_status_checks: _Demanded | None = None


class Branch(msgspec.Struct, frozen=True):
    """A branch, with what classic protection says of it."""

    protection: _Protection | None = None


class _Parameters(msgspec.Struct, frozen=True):
    required_status_checks: tuple[RequiredCheck, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """One rule of a ruleset that is active for a branch."""

    type: str
    ruleset_id: int | None = None
    parameters: _Parameters | None = None


def required_checks(github: GitHub, branch: str) -> tuple[str, ...] | None:
    """Return the names in both systems together; None: neither demands any."""
    protection = github.get(github.path("branches", branch), Branch).protection
    demanded = protection.required_status_checks if protection else None
    names = list(demanded.contexts) if demanded else []
    for rule in rules(github, branch):
        if rule.type == "required_status_checks" and rule.parameters:
            names += [check.context for check in rule.parameters.required_status_checks]
    return tuple(dict.fromkeys(names)) or None


def rules(github: GitHub, branch: str) -> tuple[Rule, ...]:
    """Return the rules that hold for a branch, whether it exists or not."""
    path = github.path("rules", "branches", branch)
    return tuple(rule for page in github.pages(path, tuple[Rule, ...]) for rule in page)
