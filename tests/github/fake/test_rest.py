"""The fake's REST endpoints: GitHub's status codes, and its description on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.fake.asking import Client, client, stranger
from tests.github.fake.openapi import Operation
from tests.github.fake.reported import STATUSES_A_CONTEXT
from tests.github.fake.tokens import ACTIONS

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

UNKNOWN = "f" * 40


@pytest.fixture
def ask(hub: GitHubWorld) -> Client:
    """A job of Actions, in a repository with one open pull request."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"})
    return client(hub)


def test_every_read_answers_as_github_describes_it(hub: GitHubWorld, ask: Client) -> None:
    hub.protect("master", ["lint"])
    hub.ruleset("master", ["build"])

    repository = ask.rest("GET", "").json
    branch = ask.rest("GET", "/branches/master").json
    rules = ask.rest("GET", "/rules/branches/master").json

    assert (repository["default_branch"], repository["open_issues"]) == ("master", 1)
    assert branch["commit"]["sha"] == hub.remote_ref("refs/heads/master")
    assert branch["protection"]["required_status_checks"]["contexts"] == ["lint"]
    assert [rule["type"] for rule in rules] == ["pull_request", "required_status_checks"]
    assert rules[1]["parameters"]["required_status_checks"] == [{"context": "build"}]
    assert ask.rest("GET", "//rate_limit").json["rate"]["limit"] == 5000


def test_activity_tells_when_a_branch_was_pushed_and_how(hub: GitHubWorld, ask: Client) -> None:
    hub.push(1, {"one.yaml": "2\n"})
    branch = hub.requests[1].branch
    found = ask.rest("GET", f"/activity?ref={branch}").json
    hub.move_ref(f"refs/heads/{branch}", found[1]["after"])
    first = ask.rest("GET", f"/activity?ref=refs/heads/{branch}&per_page=1")
    (link,) = (text for name, text in first.headers.items() if name == "Link")
    cursor = link.partition("after=")[2].partition("&")[0]
    second = ask.rest("GET", f"/activity?ref={branch}&per_page=1&after={cursor}").json

    assert [it["activity_type"] for it in found] == ["push", "branch_creation"]
    assert [it["activity_type"] for it in (*first.json, *second)] == ["force_push", "push"]


def test_a_status_is_put_on_a_commit(hub: GitHubWorld, ask: Client) -> None:
    head = hub.requests[1].head
    body = {"state": "success", "context": "understudy/staging", "description": "In."}
    answer = ask.rest("POST", f"/statuses/{head}", {**body, "target_url": "https://x.test/1"})

    assert answer.status == 201
    assert answer.json["creator"]["login"] == "github-actions[bot]"
    assert hub.statuses(1) == {"understudy/staging": ("success", "In.", "https://x.test/1")}


@pytest.mark.parametrize(
    ("body", "sha", "says"),
    [
        ({"state": "success", "description": "x" * 141}, None, "description is too long"),
        ({"state": "success"}, UNKNOWN, f"No commit found for SHA: {UNKNOWN}"),
    ],
)
def test_a_bad_status_is_refused(
    hub: GitHubWorld, ask: Client, body: dict[str, str], sha: str | None, says: str
) -> None:
    answer = ask.rest("POST", f"/statuses/{sha or hub.requests[1].head}", body)

    assert answer.status == 422
    assert says in answer.body.decode()
    assert hub.statuses(1) == {}


def test_a_commit_takes_a_thousand_statuses_a_context(hub: GitHubWorld, ask: Client) -> None:
    """Trap 35."""
    head = hub.requests[1].head
    for _ in range(STATUSES_A_CONTEXT):
        hub.model.add_status(head, "busy", "pending", creator=hub.model.actor("ada"))

    assert (
        ask.rest("POST", f"/statuses/{head}", {"state": "success", "context": "busy"}).status == 422
    )
    assert (
        ask.rest("POST", f"/statuses/{head}", {"state": "success", "context": "calm"}).status == 201
    )


def test_a_list_has_pages_with_links(hub: GitHubWorld, ask: Client) -> None:
    for number in range(5):
        hub.status(1, f"ci/{number}", "success")
    path = f"/commits/{hub.requests[1].head}/statuses"
    first = ask.rest("GET", f"{path}?per_page=2")
    last = ask.rest("GET", f"{path}?per_page=2&page=3")

    assert 'page=2>; rel="next"' in first.headers["Link"]
    assert 'page=3>; rel="last"' in first.headers["Link"]
    assert "next" not in last.headers["Link"]
    assert [it["context"] for it in last.json] == ["ci/0"]


def test_comments_are_written_and_edited(hub: GitHubWorld, ask: Client) -> None:
    number = ask.rest("POST", "/issues/1/comments", {"body": "one"}).json["id"]
    answer = ask.rest("PATCH", f"/issues/comments/{number}", {"body": "two"})

    assert (answer.status, hub.comments(1)) == (200, ["two"])
    assert ask.rest("PATCH", "/issues/comments/1", {"body": "x"}).status == 404
    assert ask.rest("POST", "/issues/1/comments", {"body": " "}).status == 422
    assert ask.rest("POST", "/issues/9/comments", {"body": "x"}).status == 404


def test_a_deployment_retires_the_one_before_it(hub: GitHubWorld, ask: Client) -> None:
    body = {"ref": "master", "environment": "staging", "required_contexts": []}
    for _ in range(2):
        answer = ask.rest("POST", "/deployments", body)
        path = f"/deployments/{answer.json['id']}/statuses"
        assert (
            ask.rest("POST", path, {"state": "success", "log_url": "https://x.test"}).status == 201
        )
    states = [[status.state for status in it.statuses] for it in hub.deployments()]

    assert states == [["success", "inactive"], ["success"]]
    assert len(ask.rest("GET", "/deployments?environment=staging").json) == 2


def test_a_deployment_waits_for_checks_and_the_default_branch_unless_told(
    hub: GitHubWorld, ask: Client
) -> None:
    hub.check(1, "lint", "failure")
    head = hub.requests[1].head
    assert ask.rest("POST", "/deployments", {"ref": head}).status == 409
    hub.base({"app.yaml": "image: 2\n"})
    body = {"ref": head, "required_contexts": []}
    assert ask.rest("POST", "/deployments", body).status == 409
    assert ask.rest("POST", "/deployments", {**body, "auto_merge": False}).status == 201


def test_the_same_answer_is_not_sent_twice_and_costs_nothing(hub: GitHubWorld, ask: Client) -> None:
    """Trap 34."""
    first = ask.rest("GET", "/branches/master")
    left = hub.fake.rate.remaining
    again = ask.rest("GET", "/branches/master", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body, hub.fake.rate.remaining) == (304, b"", left)

    hub.base({"app.yaml": "image: 2\n"})
    assert ask.rest("GET", "/branches/master", If_None_Match=first.headers["ETag"]).status == 200
    assert hub.fake.rate.remaining == left - 1


def test_a_spent_limit_refuses_until_it_turns(hub: GitHubWorld, ask: Client) -> None:
    hub.fake.rate.remaining = 1
    assert ask.rest("GET", "").headers["X-RateLimit-Remaining"] == "0"
    assert ask.rest("GET", "").status == 403
    assert ask.graphql("{ viewer { login } }")["errors"][0]["type"] == "RATE_LIMITED"
    hub.fake.rate.resets_at = 0
    assert ask.rest("GET", "").status == 200


@pytest.mark.parametrize("missing", ["statuses", "issues", "deployments"])
def test_a_permission_that_is_missing_is_named(hub: GitHubWorld, missing: str) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"})
    ask = client(hub, hub.tokens.actions({**ACTIONS, missing: "read"}))
    path, body = {
        "statuses": (f"/statuses/{hub.requests[1].head}", {"state": "success"}),
        "issues": ("/issues/1/comments", {"body": "x"}),
        "deployments": ("/deployments", {"ref": "master"}),
    }[missing]
    answer = ask.rest("POST", path, body)

    assert answer.status == 403
    assert answer.json["message"] == "Resource not accessible by integration"
    assert f"{missing}=write" in answer.headers["X-Accepted-GitHub-Permissions"]


def test_who_may_see_what(hub: GitHubWorld, ask: Client) -> None:
    anybody, wrong = stranger(hub), Client(hub, "ghp_wrong")
    assert anybody.rest("GET", "").status == 200
    assert anybody.rest("POST", "/deployments", {"ref": "master"}).status == 401
    assert wrong.rest("GET", "").json["message"] == "Bad credentials"
    hub.model.repository.private = True
    blind = client(hub, hub.tokens.classic())
    assert anybody.rest("GET", "").status == 404
    assert blind.rest("GET", "").status == 404
    assert ask.rest("GET", "").status == 200
    assert ask.rest("GET", "//user").status == 403
    assert blind.rest("GET", "//user").json["login"] == "ada"


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("GET", "/commitz", None, "the fake has no such endpoint"),
        ("GET", "/activity?reff=x", None, "?reff: GitHub does not know it"),
        ("GET", "/activity?direction=up", None, "?direction=up: not one of"),
        ("POST", f"/statuses/{UNKNOWN}", {"state": "good"}, "state: 'good' is not one of"),
        ("POST", f"/statuses/{UNKNOWN}", {"state": "error", "contxt": "x"}, "contxt: GitHub"),
        ("POST", "/issues/1/comments", {}, "'body' is a required property"),
    ],
)
def test_a_request_that_github_does_not_describe_fails_the_test(
    hub: GitHubWorld, *, method: str, path: str, body: object, says: str
) -> None:
    client(hub).rest(method, path, body)

    (violation,) = hub.violations
    assert says in violation
    hub.violations.clear()


def test_an_answer_that_github_does_not_describe_is_found() -> None:
    operation = Operation("POST", "/repos/{owner}/{repo}/statuses/{sha}")

    assert operation.faults_of_reply(201, {"state": "success"})
    assert operation.faults_of_reply(200, {}) == ["GitHub does not answer 200."]
    assert operation.faults_of_reply(422, {"message": "Validation Failed"}) == []
    assert operation.faults_of_reply(422, {"message": 7}) != []
