"""Answers of GitHub that cannot be right: none is published, and none is a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.github.telling import rebuild
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github.fake.messages import Reply, Request
    from tests.github.world import GitHubWorld

PULL_REQUESTS = ("data", "repository", "pullRequests")
SECOND = (*PULL_REQUESTS, "nodes", 1)
COMMIT = (*SECOND, "commits", "nodes", 0, "commit")
RUN = (*COMMIT, "statusCheckRollup", "contexts", "nodes", 0)
BIG = 2**53
FARTHEST, FIRST = "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"

Path = tuple[str | int, ...]
NO_ANSWER: list[tuple[Path, object]] = [
    *(((*SECOND, "number"), value) for value in (None, 2.0, 1)),
    *(
        ((*SECOND, "headRefOid"), value)
        for value in ("", "HEAD", "z" * 40, "A" * 40, "^master", "+a:refs/heads/b", "a" * 41)
    ),
    ((*SECOND, "updatedAt"), 5),
    ((*SECOND, "title"), None),
    ((*SECOND, "labels"), None),
    ((*SECOND, "labels", "nodes"), [None]),
    ((*SECOND, "commits"), None),
    (SECOND, None),
    ((*RUN, "__typename"), "Prophecy"),
    ((*RUN, "checkSuite"), None),
    ((*PULL_REQUESTS, "nodes"), None),
    (("data",), None),
]
SAID_OTHERWISE: list[tuple[Path, object, bool]] = [
    *(((*SECOND, "number"), value, True) for value in (0, -1, BIG, 10**30)),
    *(((*SECOND, "updatedAt"), value, True) for value in (FARTHEST, FIRST, "2026-01-01T00:00:00")),
    *(((*RUN, "startedAt"), value, True) for value in (FARTHEST, FIRST, None)),
    *(((*RUN, "databaseId"), value, True) for value in (None, -BIG, 10**40)),
    ((*SECOND, "author"), None, True),
    ((*SECOND, "authorAssociation"), "OVERLORD", True),
    ((*SECOND, "url"), "javascript:alert(1)", True),
    ((*SECOND, "commits", "nodes"), [], True),
    ((*COMMIT, "oid"), "f" * 40, True),
    (RUN, None, True),
    ((*RUN, "checkSuite", "app"), None, True),
    ((*PULL_REQUESTS, "totalCount"), -3, True),
    ((*RUN, "status"), "DREAMING", False),
    ((*RUN, "conclusion"), "MAYBE", False),
    ((*RUN, "conclusion"), None, False),
    ((*SECOND, "baseRefName"), "", False),
]
BODIES = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b'{"data":' + b"[" * 100_000,
    b'{"errors": null}',
    b'{"errors": [null]}',
    b'{"errors": [{"type": "FORBIDDEN"}]}',
]
"""What comes with status 200."""


class Liar:
    """Stands between GitHub and whoever asks for pull requests, and says something else."""

    def __init__(self, hub: GitHubWorld) -> None:
        self._answer = hub.fake.answer
        self.path: Path = ()
        self.value: object = None
        self.body: bytes | None = None
        hub.fake.answer = self._lied  # type: ignore[method-assign]

    def _lied(self, request: Request) -> Reply:
        reply = self._answer(request)
        if request.operation != "OpenPullRequests":
            return reply
        if self.body is not None:
            reply.body = self.body
        if self.path:
            document: Any = json.loads(reply.body)
            where = document
            for step in self.path[:-1]:
                where = where[step]
            where[self.path[-1]] = self.value
            reply.body = json.dumps(document).encode()
        return reply


@pytest.fixture
def liar(hub: GitHubWorld) -> Iterator[Liar]:
    """A stage with two pull requests. The honest rebuild at the end finds all as it should be."""
    hub.base({"app.yaml": "image: 1\n"})
    for number in (1, 2):
        hub.pull_request(number, {f"{number}.yaml": "x\n"}, checks={"lint": "success"})
    assert rebuild(hub) == ExitCode.DONE
    found = Liar(hub)
    yield found
    found.path, found.body = (), None
    assert rebuild(hub) == ExitCode.DONE
    assert list(hub.remote_tree()) == ["1.yaml", "2.yaml", "app.yaml"]


def test_what_cannot_be_an_answer_changes_nothing(hub: GitHubWorld, liar: Liar) -> None:
    hub.clear_log()
    for liar.path, liar.value in NO_ANSWER:
        assert rebuild(hub) in _FAILED, (liar.path, liar.value)

    assert hub.writes() == []


def test_what_is_no_answer_at_all_changes_nothing(hub: GitHubWorld, liar: Liar) -> None:
    hub.clear_log()
    for liar.body in BODIES:
        assert rebuild(hub) in _FAILED, liar.body[:30]

    assert hub.writes() == []


def test_what_is_odd_and_could_be_is_taken_as_it_says(hub: GitHubWorld, liar: Liar) -> None:
    """One after the other: whatever the one before left in the record can be read."""
    for path, value, stays in SAID_OTHERWISE:
        liar.path, liar.value = path, value
        assert rebuild(hub) == ExitCode.DONE, (path, value)
        assert ("2.yaml" in hub.remote_tree()) == stays, (path, value)


_FAILED = {ExitCode.UNAVAILABLE, ExitCode.WITHHELD}
