"""The fake's faults: each does what its name says, to the requests it was meant for."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING

import pytest

from tests.github.fake.asking import Client, client

if TYPE_CHECKING:
    from tests.github.fake.faults import Kind
    from tests.github.world import GitHubWorld

WHO = "{ viewer { login } }"
NUMBERS = "nodes { number } pageInfo { hasNextPage endCursor }"


@pytest.fixture
def ask(hub: GitHubWorld) -> Client:
    """A job of Actions, in a repository with one open pull request."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    return client(hub)


@pytest.mark.parametrize("kind", ["500", "502", "503", "504"])
def test_the_server_fails(hub: GitHubWorld, ask: Client, kind: Kind) -> None:
    hub.fault(kind, on="rest-read", after=1, times=2)

    assert [ask.rest("GET", "").status for _ in range(4)] == [200, int(kind), int(kind), 200]
    assert hub.fake.faults.left == []


def test_faults_hit_only_what_they_were_meant_for(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("500", on=lambda request: request.operation == "Other")
    hub.fault("503", on="git-read")

    assert ask.rest("GET", "").status == 200
    assert "data" in ask.graphql("query This { viewer { login } }")
    assert "503" in ask.git("ls-remote", hub.address).stderr
    assert hub.fake.faults.left == ["500"]


def test_limits_say_when_to_come_back(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("429", retry_after=7)
    hub.fault("secondary-limit", retry_after=3)
    hub.fault("secondary-limit", retry_after=None)
    hub.fault("primary-limit", reset_in=9)
    hub.fault("graphql-rate-limited")
    many, second, silent, first = (ask.rest("GET", "") for _ in range(4))

    assert (many.status, many.headers["Retry-After"]) == (429, "7")
    assert (second.status, second.headers["Retry-After"]) == (403, "3")
    assert "secondary rate limit" in second.json["message"]
    assert (silent.status, "Retry-After" in silent.headers) == (403, False)
    assert (first.status, first.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert 0 < int(first.headers["X-RateLimit-Reset"]) - time.time() <= 9
    assert ask.graphql(WHO)["errors"][0]["type"] == "RATE_LIMITED"


@pytest.mark.parametrize(
    ("kind", "written"), [("cut-before", 0), ("cut-after", 1), ("cut-during", 1)]
)
def test_a_connection_is_cut_before_or_after_the_effect(
    hub: GitHubWorld, ask: Client, kind: Kind, written: int
) -> None:
    hub.fault(kind, on="rest-write")
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        ask.rest("POST", "/issues/1/comments", {"body": "x"})

    assert len(hub.comments(1)) == written
    assert hub.traffic[-1].status == 0


def test_a_push_can_take_effect_and_its_answer_be_lost(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("cut-after", on="git-push")

    assert ask.git("push", hub.address, "HEAD:refs/heads/staging").returncode != 0
    assert hub.remote_ref("refs/heads/staging") is not None


def test_answers_can_be_no_answers(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("truncated-json", on="api")
    hub.fault("html-page", on="api")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        _ = ask.rest("GET", "").json
    page = ask.rest("GET", "")

    assert (page.status, page.headers["Content-Type"]) == (200, "text/html")


def test_graphql_fails_with_200(hub: GitHubWorld, ask: Client) -> None:
    """Trap 01."""
    hub.fault("graphql-error")
    hub.fault("graphql-partial", path=("viewer",))
    whole, part = ask.graphql(WHO), ask.graphql(WHO)

    assert whole["data"] is None
    assert whole["errors"][0]["message"].startswith("Something went wrong")
    assert part["data"] == {"viewer": None}
    assert part["errors"][0]["path"] == ["viewer"]


def test_a_page_is_empty_and_not_the_last(hub: GitHubWorld, ask: Client) -> None:
    hub.pull_request(2, {"two.yaml": "2\n"})
    hub.fault("empty-page", after=1)
    pages, after, more = [], "", True
    while more:
        found = ask.pull_requests(NUMBERS, f"first: 1{after}")
        pages.append([it["number"] for it in found["nodes"]])
        after = f', after: "{found["pageInfo"]["endCursor"]}"'
        more = found["pageInfo"]["hasNextPage"]

    assert pages == [[1], [], [2]]


def test_the_first_page_may_be_the_empty_one(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("empty-page")
    found = ask.pull_requests(NUMBERS)
    cursor = found["pageInfo"]["endCursor"]

    assert (found["nodes"], found["pageInfo"]["hasNextPage"]) == ([], True)
    assert ask.pull_requests(NUMBERS, f'first: 5, after: "{cursor}"')["nodes"] == [{"number": 1}]


def test_reads_can_be_stale(hub: GitHubWorld, ask: Client) -> None:
    """Trap 02."""
    before = hub.requests[1].head
    hub.freeze_reads(times=1)
    after = hub.push(1, {"one.yaml": "2\n"})
    heads = [ask.pull_requests("nodes { headRefOid }")["nodes"] for _ in range(2)]

    assert heads == [[{"headRefOid": before}], [{"headRefOid": after}]]


def test_a_ref_moves_between_the_read_and_the_push(hub: GitHubWorld, ask: Client) -> None:
    """Trap 21."""
    base = hub.remote_ref("refs/heads/master") or ""
    ask.git("push", hub.address, "HEAD:refs/heads/staging")
    hub.fault("ref-moved", ref="refs/heads/staging", to=base)
    pushed = ask.git("push", hub.address, "--delete", "staging")

    assert pushed.returncode != 0
    assert hub.remote_ref("refs/heads/staging") == base


def test_a_push_is_refused_on_demand(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("refused-push", ref="refs/heads/staging", reason="internal error", says="Sorry.\n")
    refused = ask.git("push", hub.address, "HEAD:refs/heads/staging")

    assert "remote: Sorry." in refused.stderr
    assert "! [remote rejected] HEAD -> staging (internal error)" in refused.stderr
    assert ask.git("push", hub.address, "HEAD:refs/heads/staging").returncode == 0


def test_slow_answers_hold_nobody_else_up(hub: GitHubWorld, ask: Client) -> None:
    hub.fault("slow", seconds=0.2)
    start = time.monotonic()

    assert ask.rest("GET", "").status == 200
    assert time.monotonic() - start >= 0.2
