"""Which object a message of Flux speaks of.

The controllers write `Kind/namespace/name`, or `Kind/name` where there is no namespace:
https://github.com/fluxcd/pkg/blob/main/ssa/utils/fmt.go
"""

from __future__ import annotations

import re

_LONGEST = 20_000
"""Characters of a message that are looked through: it may quote whatever a pull request has."""

_NAME = r"[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?"
_OBJECT = rf"(?P<kind>[A-Z][A-Za-z0-9]{{1,62}})/(?:(?P<namespace>{_NAME})/)?(?P<name>{_NAME})"

_SPEAKS_OF = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_OBJECT} (?:dry-run failed|apply failed|delete failed|not found|namespace not)",
        rf"{_OBJECT} is SOPS encrypted",
        rf"(?:timeout waiting for|failed early due to stalled resources): \[{_OBJECT}",
        rf"^Source '{_OBJECT}' not found",
    )
)
_DEPENDENCY = re.compile(rf"^dependency '(?P<namespace>{_NAME})/(?P<name>{_NAME})'")


def object_in(message: str) -> str:
    """Return the first object that it blames, as `Deployment web-stage/web`; empty: none."""
    message = message[:_LONGEST]
    for speaks_of in _SPEAKS_OF:
        if found := speaks_of.search(message):
            named = found["name"]
            within = f"{found['namespace']}/" if found["namespace"] else ""
            return f"{found['kind']} {within}{named}"
    if found := _DEPENDENCY.search(message):
        return f"Kustomization {found['namespace']}/{found['name']}"
    return ""
