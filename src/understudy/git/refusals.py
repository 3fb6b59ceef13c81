"""Why a remote refuses a push, and what to do about it.

The remote's words are matched only to choose a remedy: whether the push failed, and whether it
was a race, is never read from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.core.decisions import Refused

_LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    name: str
    words: re.Pattern[str]
    remedy: str


def _rule(name: str, words: str, remedy: str) -> _Rule:
    return _Rule(name=name, words=re.compile(words, re.IGNORECASE), remedy=remedy)


_PERMISSION = (
    r"permission|access denied|unauthori[sz]ed|forbidden|\b40[13]\b|read[- ]?only|not granted"
    r"|not have write access|not allowed to push|could not read (username|password)"
)

_RULES = (
    _rule(
        "workflows-permission",
        r"without [`'\"]?workflows?[`'\"]? (permission|scope)",
        "Keep workflow files pinned (`pin: [.github/workflows/**]`), or push with a token that may"
        " change workflows.",
    ),
    _rule(
        "ruleset",
        r"GH013|repository rule violations",
        "Let understudy bypass the ruleset on this branch, or take the branch out of it.",
    ),
    _rule(
        "protected-branch",
        r"GH006|protected branch|protected from force push",
        "Take the protection off the stage branch, or allow understudy to force-push to it.",
    ),
    _rule(
        "checked-out-branch",
        r"refusing to update checked out branch|branch is currently checked out",
        "Use a bare repository as the remote, or check out another branch there.",
    ),
    _rule(
        "non-fast-forward",
        r"denyNonFastForwards|non-fast-forward",
        "Allow force-pushes to the stage branch (receive.denyNonFastForwards=false).",
    ),
    _rule(
        "hidden-ref",
        r"hidden ref",
        "Let the remote accept `refs/understudy/*` (receive.hideRefs, transfer.hideRefs).",
    ),
    _rule(
        "no-atomic-push",
        r"does not support --?atomic",
        "Reach the remote over ssh, smart https or a path: branch and record must move together.",
    ),
    _rule(
        "permission",
        _PERMISSION,
        "Give the credentials write access to the repository.",
    ),
    _rule(
        "hook",
        r"hook declined|pre-receive|update hook",
        "Let the remote's hook accept the stage branch and `refs/understudy/*`.",
    ),
)


def refusal(said: str) -> Refused:
    """Return what the remote said, under the name of the rule that explains it best."""
    message = said[:_LONGEST]
    for rule in _RULES:
        if rule.words.search(said):
            return Refused(rule=rule.name, message=message, remedy=rule.remedy)
    return Refused(
        rule="remote",
        message=message,
        remedy="Ask whoever runs the remote why it refuses the push.",
    )
