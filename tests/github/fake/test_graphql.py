"""The fake's GraphQL: the official schema, GitHub's limits, and no silence about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.fake.asking import Client, client, stranger

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

REPOSITORY = 'repository(owner: "ada", name: "fleet")'
CONTEXTS = """commits(last: 1) { nodes { commit { statusCheckRollup { state contexts(first: 100) {
  totalCount nodes { __typename
    ... on CheckRun { name status conclusion checkSuite { app { slug } workflowRun { event
      workflow { name resourcePath } } } }
    ... on StatusContext { context state description creator { login } } } } } } } }"""


@pytest.fixture
def ask(hub: GitHubWorld) -> Client:
    """A job of Actions, in a repository with three open pull requests."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, labels=["stage"])
    hub.pull_request(2, {"two.yaml": "2\n"}, draft=True, base="other")
    hub.pull_request(3, {"three.yaml": "3\n"}, fork="mallory/fleet", body="Depends-On: #1")
    return client(hub)


def test_what_a_pull_request_says(hub: GitHubWorld, ask: Client) -> None:
    found = ask.pull_requests(
        "nodes { number isDraft isCrossRepository authorAssociation author { login } body"
        " headRefOid headRepository { nameWithOwner } labels(first: 5) { nodes { name } }"
        " mergeable }"
    )["nodes"]

    assert [it["number"] for it in found] == [1, 2, 3]
    assert [it["isDraft"] for it in found] == [False, True, False]
    assert [it["isCrossRepository"] for it in found] == [False, False, True]
    assert found[0]["labels"] == {"nodes": [{"name": "stage"}]}
    assert found[2] == {
        "number": 3,
        "isDraft": False,
        "isCrossRepository": True,
        "authorAssociation": "NONE",
        "author": {"login": "mallory"},
        "body": "Depends-On: #1",
        "headRefOid": hub.requests[3].head,
        "headRepository": {"nameWithOwner": "mallory/fleet"},
        "labels": {"nodes": []},
        "mergeable": "UNKNOWN",
    }


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ("first: 2", [1, 2]),
        ("last: 2", [2, 3]),
        ('first: 9, baseRefName: "master"', [1, 3]),
        ("first: 9, states: CLOSED", []),
        ('first: 9, labels: ["stage"]', [1]),
        ('first: 9, headRefName: "feature/2-change"', [2]),
        ("first: 2, orderBy: {field: CREATED_AT, direction: DESC}", [3, 2]),
        ("first: 1, orderBy: {field: UPDATED_AT, direction: DESC}", [3]),
    ],
)
def test_arguments_choose(ask: Client, arguments: str, numbers: list[int]) -> None:
    found = ask.pull_requests("nodes { number }", arguments)["nodes"]

    assert [it["number"] for it in found] == numbers


def test_pages_go_on_where_they_ended_though_the_list_changed(
    hub: GitHubWorld, ask: Client
) -> None:
    fields = "nodes { number } pageInfo { hasNextPage endCursor }"
    first = ask.pull_requests(fields, "first: 2, states: OPEN")
    hub.close(1)
    cursor = first["pageInfo"]["endCursor"]
    rest = ask.pull_requests(fields, f'first: 2, states: OPEN, after: "{cursor}"')

    assert first["pageInfo"]["hasNextPage"]
    assert [it["number"] for it in rest["nodes"]] == [3]
    assert not rest["pageInfo"]["hasNextPage"]


def test_checks_of_both_kinds_and_superseded_runs_stay_in_the_rollup(
    hub: GitHubWorld, ask: Client
) -> None:
    """Trap 03, trap 04."""
    hub.check(1, "lint", "failure")
    hub.check(1, "lint", "success")
    hub.check(1, "build", "queued", app="circle")
    hub.status(1, "ci/old", "pending")
    hub.status(1, "ci/old", "success", "done")
    commit = ask.pull_requests(f"nodes {{ {CONTEXTS} }}")["nodes"][0]["commits"]["nodes"][0]
    rollup = commit["commit"]["statusCheckRollup"]
    lint, again, build, status = rollup["contexts"]["nodes"]

    assert rollup["state"] == "FAILURE"
    assert [lint["conclusion"], again["conclusion"]] == ["FAILURE", "SUCCESS"]
    assert lint["checkSuite"]["workflowRun"]["workflow"] == {
        "name": "CI",
        "resourcePath": "/ada/fleet/actions/workflows/ci.yaml",
    }
    assert build["checkSuite"] == {"app": {"slug": "circle"}, "workflowRun": None}
    assert (build["status"], build["conclusion"]) == ("QUEUED", None)
    assert status == {
        "__typename": "StatusContext",
        "context": "ci/old",
        "state": "SUCCESS",
        "description": "done",
        "creator": {"login": "some-ci"},
    }


def test_no_checks_is_no_rollup(ask: Client) -> None:
    nodes = ask.pull_requests(f"nodes {{ {CONTEXTS} }}")["nodes"]

    assert nodes[0]["commits"]["nodes"][0]["commit"] == {"statusCheckRollup": None}


def test_nodes_by_id_aliases_fragments_and_variables(hub: GitHubWorld, ask: Client) -> None:
    hub.label(2, "late")
    one, two = (it["id"] for it in ask.pull_requests("nodes { id }", "first: 2")["nodes"])
    answer = ask.graphql(
        """query Q($ids: [ID!]!, $one: ID!, $no: Boolean!) {
          it: node(id: $one) { ...Number id @include(if: $no) }
          nodes(ids: $ids) { ...Number ... on PullRequest {
            timelineItems(last: 5, itemTypes: [LABELED_EVENT]) {
              nodes { ... on LabeledEvent { label { name } } } } } }
          viewer { login } rateLimit { cost remaining }
        } fragment Number on PullRequest { number }""",
        ids=[two],
        one=one,
        no=False,
    )

    assert answer["data"]["it"] == {"number": 1}
    assert answer["data"]["nodes"] == [
        {"number": 2, "timelineItems": {"nodes": [{"label": {"name": "late"}}]}}
    ]
    assert answer["data"]["viewer"] == {"login": "github-actions[bot]"}
    assert answer["data"]["rateLimit"]["remaining"] < 5000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("first: 101", "exceeds the `first` limit of 100 records"),
        ("states: OPEN", "You must provide a `first` or `last` value"),
        ("first: -1", "cannot be less than zero"),
        ("first: 1, last: 1", "Passing both"),
    ],
)
def test_pages_have_a_size(ask: Client, arguments: str, says: str) -> None:
    """Trap 09."""
    answer = ask.graphql(f"{{ {REPOSITORY} {{ pullRequests({arguments}) {{ nodes {{ id }} }} }} }}")

    assert says in answer["errors"][0]["message"]
    assert "data" not in answer


def test_the_size_may_be_a_variable(ask: Client) -> None:
    query = f"query Q($n: Int!) {{ {REPOSITORY} {{ pullRequests(first: $n) {{ totalCount }} }} }}"

    assert ask.graphql(query, n=100)["data"]["repository"]["pullRequests"]["totalCount"] == 3
    assert ask.graphql(query, n=101)["errors"][0]["type"] == "EXCESSIVE_PAGINATION"


def test_too_many_nodes_are_refused(ask: Client) -> None:
    deep = "nodes { labels(first: 100) { nodes { id } } comments(first: 100) { nodes { id } } }"
    contexts = "contexts(first: 100) { nodes { __typename } }"
    rollup = f"commits(last: 1) {{ nodes {{ commit {{ statusCheckRollup {{ {contexts} }} }} }} }}"
    fine = f"{{ {REPOSITORY} {{ pullRequests(first: 100) {{ {deep} nodes {{ {rollup} }} }} }} }}"
    again = " ".join(f"p{n}: pullRequests(first: 100) {{ {deep} }}" for n in range(30))

    assert "errors" not in ask.graphql(fine)
    answer = ask.graphql(f"{{ {REPOSITORY} {{ {again} }} }}")
    assert answer["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"


def test_what_the_model_does_not_know_is_an_error_and_fails_the_test(
    hub: GitHubWorld, ask: Client
) -> None:
    answer = ask.graphql(f"{{ {REPOSITORY} {{ stargazerCount }} }}")

    assert answer["errors"][0]["message"] == (
        "The fake GitHub does not model Repository.stargazerCount."
    )
    assert hub.violations == [f"GraphQL: {answer['errors'][0]['message']}"]
    hub.violations.clear()


def test_what_github_does_not_know_is_an_error_and_fails_the_test(
    hub: GitHubWorld, ask: Client
) -> None:
    answer = ask.graphql(f"{{ {REPOSITORY} {{ pullRequestz(first: 1) {{ totalCount }} }} }}")

    assert "Cannot query field 'pullRequestz'" in answer["errors"][0]["message"]
    assert len(hub.violations) == 1
    hub.violations.clear()


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ('{ repository(owner: "ada", name: "none") { id } }', "NOT_FOUND"),
        ('{ node(id: "PR_nothing") { id } }', "NOT_FOUND"),
        (f"{{ {REPOSITORY} {{ pullRequest(number: 99) {{ id }} }} }}", "NOT_FOUND"),
        (
            f'{{ {REPOSITORY} {{ pullRequests(first: 1, after: "x") {{ totalCount }} }} }}',
            "INVALID_CURSOR_ARGUMENTS",
        ),
    ],
)
def test_errors_have_githubs_types(ask: Client, query: str, kind: str) -> None:
    assert ask.graphql(query)["errors"][0]["type"] == kind


def test_a_token_that_may_not_read_checks_gets_the_rest(hub: GitHubWorld, ask: Client) -> None:
    """Trap 39."""
    hub.check(1, "lint", "success")
    query = f"{{ {REPOSITORY} {{ pullRequests(first: 1) {{ nodes {{ number {CONTEXTS} }} }} }} }}"
    expected = {
        "type": "FORBIDDEN",
        "path": [
            *("repository", "pullRequests", "nodes", 0),
            *("commits", "nodes", 0, "commit", "statusCheckRollup"),
        ],
        "message": "Resource not accessible by personal access token",
    }

    answer = client(hub, hub.tokens.fine_grained()).graphql(query)

    (error,) = answer["errors"]
    assert {key: error[key] for key in expected} == expected
    (node,) = answer["data"]["repository"]["pullRequests"]["nodes"]
    assert node["number"] == 1
    assert node["commits"]["nodes"][0]["commit"]["statusCheckRollup"] is None
    assert "errors" not in ask.graphql(query)


def test_without_a_token_there_is_no_graphql(hub: GitHubWorld) -> None:
    assert stranger(hub).graphql("{ viewer { login } }")["status"] == "401"


def test_the_log_names_the_operation(hub: GitHubWorld, ask: Client) -> None:
    hub.clear_log()
    ask.graphql("query Who { viewer { login } }")

    (seen,) = hub.reads()
    assert (seen.group, seen.operation, seen.kind, seen.status) == ("graphql", "Who", "read", 200)
