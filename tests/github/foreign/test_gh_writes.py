"""GitHub's own command line beside understudy: each sees what the other wrote, or was refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.github.foreign.gh import HOST, Gh

if TYPE_CHECKING:
    from tests.github.fake.faults import Kind
    from tests.github.world import GitHubWorld

OURS = "understudy/staging"
REPORTING = "stages: {staging: {report: {comment: true, deployments: true, out: failure}}}\n"
NOT_MODELLED = "The fake GitHub does not model"
NO_ENDPOINT = "the fake has no such endpoint"


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": REPORTING})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    return hub


@pytest.fixture
def gh(fleet: GitHubWorld) -> Gh:
    return Gh(fleet, fleet.tokens.classic("repo", "workflow"))


def _rebuild(fleet: GitHubWorld) -> None:
    printed = fleet.cli("rebuild")
    assert printed.code == 0, printed.err


# --- what understudy wrote ------------------------------------------------------------------------


def test_gh_shows_the_answers_of_understudy(fleet: GitHubWorld, gh: Gh) -> None:
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "queued"})
    fleet.pull_request(3, {"three.yaml": "3\n"}, checks={"lint": "failure"})

    _rebuild(fleet)

    assert gh.checks(1) == (True, [("lint", "pass"), (OURS, "pass")])
    assert gh.checks(2) == (False, [("lint", "pending"), (OURS, "pending")])
    assert gh.checks(3) == (False, [("lint", "fail"), (OURS, "fail")])
    for number in (1, 2, 3):
        rollup = gh.viewed(number, "statusCheckRollup")["statusCheckRollup"]
        [told] = [it["targetUrl"] for it in rollup if it.get("context") == OURS]
        assert told == fleet.statuses(number)[OURS].target_url


def test_gh_shows_the_comment_of_understudy(fleet: GitHubWorld, gh: Gh) -> None:
    asked = """{ repository(owner: "ada", name: "fleet") { pullRequest(number: 1) {
        comments(last: 9) { nodes { author { login } body viewerDidAuthor } } } } }"""
    found = ".data.repository.pullRequest.comments.nodes"

    _rebuild(fleet)

    shown = json.loads(gh.api("graphql", "--jq", found, "--raw-field", f"query={asked}"))
    [body] = fleet.comments(1)
    bot = {"login": "github-actions"}
    assert shown == [{"author": bot, "body": body, "viewerDidAuthor": False}]


def test_gh_shows_the_stage_and_where_it_is_deployed(fleet: GitHubWorld, gh: Gh) -> None:
    _rebuild(fleet)

    tip = fleet.remote_ref("refs/heads/staging")
    branch = json.loads(gh.api("repos/ada/fleet/branches/staging"))
    [deployment] = json.loads(gh.api("repos/ada/fleet/deployments"))
    assert branch["commit"]["sha"] == deployment["sha"] == tip
    assert deployment["environment"] == "staging"


# --- what somebody wrote with gh ------------------------------------------------------------------


def test_a_status_that_gh_sets_counts(fleet: GitHubWorld, gh: Gh) -> None:
    path = f"repos/ada/fleet/statuses/{fleet.at(1).head.oid}"

    gh.api(path, "--raw-field", "state=failure", "--raw-field", "context=qa")
    assert fleet.rebuild().text.splitlines()[1] == "#1  excluded  checks-failed"

    gh.api(path, "--raw-field", "state=success", "--raw-field", "context=qa")
    assert fleet.rebuild().text.splitlines()[1] == "#1  included"


def test_trap_30_a_comment_that_only_looks_like_ours_is_left_alone(
    fleet: GitHubWorld, gh: Gh
) -> None:
    _rebuild(fleet)
    [ours] = fleet.comments(1)
    path = "repos/ada/fleet/issues/1/comments"
    gh.api(path, "--raw-field", f"body={ours.splitlines()[0]}\nMine")

    fleet.mark(1, lint="failure")
    _rebuild(fleet)

    edited, theirs = fleet.comments(1)
    assert edited != ours
    assert theirs.endswith("Mine")


def test_the_token_that_gh_prints_is_good_for_us(fleet: GitHubWorld, gh: Gh) -> None:
    told = gh.run("auth", "token", "--hostname", HOST).out.strip()

    printed = fleet.cli(
        "rebuild", "--forge", "github", env={"GITHUB_TOKEN": told, "no_proxy": "127.0.0.1"}
    )

    assert printed.code == 0, printed.err
    assert gh.checks(1) == (True, [("lint", "pass"), (OURS, "pass")])
    assert told not in printed.out + printed.err


# --- what the fake refuses ------------------------------------------------------------------------

LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
FAULTS: dict[Kind, str] = {
    "500": "HTTP 500: 500 Internal Server Error",
    "502": "HTTP 502: 502 Bad Gateway",
    "429": f"HTTP 429: {LIMIT}",
    "secondary-limit": f"HTTP 403: {LIMIT}",
    "primary-limit": "HTTP 403: API rate limit exceeded for ",
    "graphql-rate-limited": "GraphQL: API rate limit exceeded for ",
    "graphql-error": "GraphQL: Something went wrong while executing your query.",
    "truncated-json": "unexpected end of JSON input",
    "html-page": "invalid character '<' looking for beginning of value",
    "cut-before": "EOF",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_gh_reads_each_fault_as_one_of_github(fleet: GitHubWorld, gh: Gh, fault: Kind) -> None:
    fleet.fault(fault, on="graphql")

    said = gh.inside("pr", "list")

    assert (said.code, said.out) == (1, "")
    assert FAULTS[fault] in said.err
    assert gh.listed("--json", "number") == [{"number": 1}]


def test_gh_reads_each_refusal_as_one_of_github(fleet: GitHubWorld, gh: Gh) -> None:
    stranger = Gh(fleet, replace(gh.token, text="a-token-of-nobody"))
    blind = Gh(fleet, fleet.tokens.actions({"metadata": "read"}))
    told = {
        "HTTP 401: Bad credentials": stranger.inside("pr", "list"),
        "Bad credentials (HTTP 401)": stranger.run("api", "user"),
        "Resource not accessible by integration (repository": blind.inside("pr", "list"),
        "Resource not accessible by integration (HTTP 403)": blind.run("api", "user"),
        "to a PullRequest with the number of 9.": gh.inside("pr", "checks", "9"),
        "to a Repository with the name 'ada/none'.": gh.run("pr", "list", "-R", f"{HOST}/ada/none"),
        "Not Found (HTTP 404)": gh.run("api", "repos/ada/none"),
    }

    assert {words: said.code for words, said in told.items()} == dict.fromkeys(told, 1)
    assert [words for words, said in told.items() if words not in said.err] == []


# What fails first is by chance where gh asks for several such fields: it writes them in any order.
UNKNOWN = {
    "pr view 1": "The fake GitHub ",
    "pr view 1 --json comments": f"{NOT_MODELLED} IssueComment.",
    "pr edit 1 --add-label big": f"{NOT_MODELLED} PullRequest.",
    "pr merge 1 --merge": f"{NOT_MODELLED} PullRequest.",
    "pr comment 1 --body Hello": f"{NOT_MODELLED} Mutation.addComment",
    "pr close 1": f"{NOT_MODELLED} Mutation.closePullRequest",
    "pr ready 2": f"{NOT_MODELLED} Mutation.markPullRequestReadyForReview",
    "pr reopen 3": f"{NOT_MODELLED} Mutation.reopenPullRequest",
    "pr list --label big": f"{NOT_MODELLED} Query.search",
    "pr status": f"{NOT_MODELLED} Query.search",
    "label list": f"{NOT_MODELLED} Repository.labels",
    "workflow run staging-deploy.yaml": f"{NOT_MODELLED} Repository.hasIssuesEnabled",
    "pr diff 1": f"GET /repos/ada/fleet/pulls/1: {NO_ENDPOINT}",
    "workflow list": f"GET /repos/ada/fleet/actions/workflows: {NO_ENDPOINT}",
    "run list": f"GET /repos/ada/fleet/actions/runs: {NO_ENDPOINT}",
}


@pytest.mark.parametrize("command", UNKNOWN)
def test_what_the_fake_does_not_model_fails_loudly(
    fleet: GitHubWorld, gh: Gh, command: str
) -> None:
    fleet.pull_request(2, {"two.yaml": "2\n"}, draft=True)
    fleet.pull_request(3, {"three.yaml": "3\n"})
    fleet.close(3)
    gh.api("repos/ada/fleet/issues/1/comments", "--raw-field", "body=Hello")
    shown = fleet.state(1), fleet.at(2).draft, fleet.state(3), fleet.comments(1)

    said = gh.inside(*command.split())

    noted = "\n".join(fleet.violations)
    fleet.violations.clear()
    assert said.code == 1
    assert UNKNOWN[command] in noted
    assert shown == (fleet.state(1), fleet.at(2).draft, fleet.state(3), fleet.comments(1))
