"""Whose fork may be on a stage: people of the project, or a push that a maintainer labelled.

A label says something of what was pushed when it was set, and of nothing pushed later (trap 37).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from understudy.core.errors import RefusedError
from understudy.forges.github.payloads import LabelEvents
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.forges.github.client import GitHub
    from understudy.forges.github.reading import OpenPullRequest

_OF_THE_PROJECT = frozenset(("OWNER", "MEMBER", "COLLABORATOR"))
"""https://docs.github.com/en/graphql/reference/enums#commentauthorassociation"""

_AT_ONCE = 100


class _Movement(msgspec.Struct, frozen=True):
    """A ref of the fork moved. The time is the server's; a commit's own date is its author's."""

    after: str
    timestamp: datetime


def untrusted(
    github: GitHub, pull_requests: Sequence[OpenPullRequest], *, label: str
) -> frozenset[int]:
    """Return the pull requests from forks of strangers that nobody has vouched for.

    Only those that carry the label cost requests: one for all of them, and one each.
    """
    strangers = [each for each in pull_requests if _is_strangers(each)]
    labelled = [each for each in strangers if label.casefold() in map(str.casefold, each.labels)]
    times = _labelled_at(github, labelled, label)
    vouched = {
        each.node.number
        for each in labelled
        if (at := times.get(each.node.number)) and _was_pushed_before(github, each, at)
    }
    return frozenset(each.node.number for each in strangers) - vouched


def _is_strangers(pull_request: OpenPullRequest) -> bool:
    """Tell whether others than people of the project may push to the head.

    Anybody can open a pull request from anybody's fork, so the author's own word counts for a
    fork of the author alone.
    """
    node = pull_request.node
    if not node.is_cross_repository:
        return False
    owner = node.head_repository.name_with_owner.partition("/")[0] if node.head_repository else ""
    is_authors = node.author is not None and owner.casefold() == node.author.login.casefold()
    return not is_authors or node.author_association not in _OF_THE_PROJECT


def _labelled_at(
    github: GitHub, pull_requests: Sequence[OpenPullRequest], label: str
) -> dict[int, datetime]:
    """Return when the label was last set on each. Setting one takes at least the triage role."""
    found: dict[int, datetime] = {}
    ids = [each.node.id for each in pull_requests]
    for start in range(0, len(ids), _AT_ONCE):
        answer, _ = github.graphql(
            query("LabelEvents"), LabelEvents, ids=ids[start : start + _AT_ONCE]
        )
        for node in answer.nodes:
            times = [
                event.created_at
                for event in node.timeline_items.nodes
                if event.label.name.casefold() == label.casefold()
            ]
            if times:
                found[node.number] = max(times)
    return found


def _was_pushed_before(github: GitHub, pull_request: OpenPullRequest, at: datetime) -> bool:
    """Tell whether the fork's branch came to this head before the label was set.

    Where that cannot be told, it is not trusted.
    """
    node = pull_request.node
    if node.head_repository is None:
        return False
    owner, _, name = node.head_repository.name_with_owner.partition("/")
    path = f"/repos/{owner}/{name}/activity"
    ref = f"refs/heads/{node.head_ref_name}"
    try:
        pages = github.pages(path, tuple[_Movement, ...], ref=ref)
        newest = _first(movement for page in pages for movement in page)
    except RefusedError:
        return False
    return newest is not None and newest.after == node.head_ref_oid and newest.timestamp < at


def _first(movements: Iterable[_Movement]) -> _Movement | None:
    """Movements come newest first."""
    return next(iter(movements), None)
