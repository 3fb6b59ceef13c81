"""Pull requests as GraphQL shows them, for tests that need odd ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack

import msgspec

from understudy.forges.github import payloads
from understudy.forges.github.reading import Forbidden, OpenPullRequest

BASE = "b" * 40
PUSHED = "2026-01-31T12:00:00Z"


def sha(number: int) -> str:
    """Return the head of a pull request."""
    return f"{number:040x}"


class About(TypedDict, total=False):
    """What differs from an ordinary pull request of a branch."""

    author: dict[str, str] | None
    authorAssociation: str
    isCrossRepository: bool
    headRepository: dict[str, str] | None
    headRefOid: str
    body: str
    commits: dict[str, Any]


END = {"hasNextPage": False, "endCursor": None}


def node(number: int, **about: Unpack[About]) -> dict[str, Any]:
    """Return one pull request of a page, with no label and no check."""
    return {
        "id": f"PR_{number}",
        "number": number,
        "title": f"Change {number}",
        "url": f"https://github.com/ada/fleet/pull/{number}",
        "body": "",
        "isDraft": False,
        "isCrossRepository": False,
        "updatedAt": PUSHED,
        "author": {"login": "ada"},
        "authorAssociation": "NONE",
        "baseRefName": "master",
        "headRefName": f"feature/{number}",
        "headRefOid": sha(number),
        "headRepository": {"nameWithOwner": "ada/fleet"},
        "labels": {"pageInfo": END, "nodes": []},
        "commits": commits(about.get("headRefOid", sha(number)), None),
        **about,
    }


def commits(oid: str, rollup: object) -> dict[str, Any]:
    """Return the newest commit with what was reported on it."""
    return {"nodes": [{"commit": {"id": f"C_{oid}", "oid": oid, "statusCheckRollup": rollup}}]}


def page(
    *nodes: dict[str, Any] | None,
    after: str | None = None,
    total: int | None = None,
    base: str | None = BASE,
) -> dict[str, Any]:
    """Return a page of open pull requests; `after`: there is more."""
    return {
        "repository": {
            "base": {"target": {"oid": base}} if base else None,
            "stage": None,
            "pullRequests": {
                "totalCount": len(nodes) if total is None else total,
                "pageInfo": {"hasNextPage": after is not None, "endCursor": after},
                "nodes": list(nodes),
            },
        }
    }


def read(number: int, *labels: str, **about: Unpack[About]) -> OpenPullRequest:
    """Return a pull request as it was read, with its checks unknown."""
    return OpenPullRequest(
        node=msgspec.convert(node(number, **about), payloads.PullRequestNode),
        labels=frozenset(labels),
        reported=Forbidden(why="not asked"),
    )


def moment(hour: int, minute: int = 0) -> str:
    """Return a time of one day as GitHub writes it."""
    return datetime(2026, 1, 31, hour, minute, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
