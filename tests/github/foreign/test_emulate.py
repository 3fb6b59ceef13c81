"""Our client against a GitHub that others wrote. What it lacks, or does otherwise, is said here."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.github.fake.openapi import description
from tests.github.fake.tokens import GitHubApp
from tests.github.foreign import emulated
from tests.github.foreign.emulated import (
    ADA,
    BASE,
    MALLORY,
    OTHER,
    QUIET,
    Emulated,
    Time,
    faults,
    missing,
)
from tests.render import samples
from understudy.core.config import Reporting, Stage
from understudy.core.errors import RefusedError, UsageError
from understudy.core.record import LineState
from understudy.forges.github.auth import GivenToken
from understudy.forges.github.client import MayNotError
from understudy.forges.github.comments import put_comment
from understudy.forges.github.doctor import of_access
from understudy.forges.github.doctor_subject import Caller
from understudy.forges.github.limits import told_to_wait
from understudy.forges.github.protection import Branch, required_checks
from understudy.forges.github.reading import read_open_pull_requests
from understudy.forges.github.reporting import Reporter, Voice
from understudy.transport import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from understudy.forges.github.client import GitHub

REPOSITORY = "/repos/{owner}/{repo}"
NOBODY = "eyJ-token-of-nobody"


@pytest.fixture(scope="module")
def server() -> Iterator[Emulated]:
    with Emulated() as running:
        yield running


@pytest.fixture
def foreign(server: Emulated, monkeypatch: pytest.MonkeyPatch) -> Emulated:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.reset()
    return server


@pytest.fixture
def github(foreign: Emulated) -> Iterator[GitHub]:
    with foreign.opened() as opened:
        yield opened


def test_what_is_told_here_is_told_of_this_version() -> None:
    assert emulated.version() == "0.12.2"


# --- reading --------------------------------------------------------------------------------------


def test_doctor_finds_the_repository_and_what_is_left_of_the_limit(github: GitHub) -> None:
    caller = Caller(github=github, credentials=GivenToken(ADA), now=datetime.now(UTC))
    looks = {it.id: it.look for it in of_access(caller)}

    [limit], [repository] = looks["rate-limit"](), looks["repository"]()

    assert limit.evidence == "requests left: 4999 of 5000 for REST, 4999 of 5000 for GraphQL"
    assert repository.evidence.endswith("/ada/fleet is there, and neither archived nor disabled")


def test_a_branch_is_read_with_the_checks_that_its_protection_demands(
    foreign: Emulated, github: GitHub
) -> None:
    before = github.get(github.path("branches", BASE), Branch)
    foreign.protect("lint", "unit / linux")
    after = github.get(github.path("branches", BASE), Branch)

    demanded = after.protection and after.protection.required_status_checks
    assert before.protection is None
    assert demanded
    assert demanded.contexts == ("lint", "unit / linux")


def test_trap_09_a_list_is_read_to_its_end_by_its_links(foreign: Emulated, github: GitHub) -> None:
    for number in range(4):
        foreign.branch(f"feature/{number}")
    assert github.get(github.path("branches", "feature/3"), Branch) == Branch()

    pages = list(github.pages(github.path("branches"), list[dict[str, Any]], per_page="2"))

    assert [[it["name"] for it in page] for page in pages] == [
        ["feature/0", "feature/1"],
        ["feature/2", "feature/3"],
        ["master"],
    ]


def test_an_answer_without_etag_is_asked_for_again(github: GitHub) -> None:
    """It sends none; GitHub sends one with everything that is read."""
    url, headers = github.place.rest + github.path(), {"authorization": f"token {ADA}"}
    asked = Request(method="GET", url=url, headers=headers)

    first, second = github.transport.request(asked), github.transport.request(asked)

    assert "etag" not in first.headers
    left = "x-ratelimit-remaining"
    assert int(second.headers[left]) == int(first.headers[left]) - 1
    assert told_to_wait(second) is None


# --- telling --------------------------------------------------------------------------------------


def test_a_comment_is_made_and_edited(foreign: Emulated, github: GitHub) -> None:
    comments = github.path("issues", foreign.pull_request(), "comments")

    number = github.create(comments, {"body": "<!-- mark -->\nWaiting"})
    edited = github.path("issues", "comments", number)
    github.write("PATCH", edited, {"body": "<!-- mark -->\nOn staging"})

    [page] = github.pages(comments, list[dict[str, Any]])
    assert [(it["id"], it["body"], it["user"]["login"]) for it in page] == [
        (number, "<!-- mark -->\nOn staging", "ada")
    ]


def test_without_commit_statuses_a_report_says_so_once_and_fails_nothing(github: GitHub) -> None:
    lines = tuple(samples.line(number, LineState.INCLUDED) for number in (1, 2, 3))
    wanted = Stage(report=Reporting(comment=True, deployments=True))
    voice = Voice(page=github.place.url, comment=lambda *_: "<!-- mark -->\nOn staging")

    report = Reporter(github, "staging", wanted, voice).report(
        samples.record(pull_requests=lines), None
    )

    told = [it.subject for it in report.unsent]
    assert (report.sent, told) == (0, ["the comment on #1, staging", "#1, #2, #3"])


# --- who asks -------------------------------------------------------------------------------------


def test_an_app_asks_for_a_token_that_is_good_for_this_repository_alone(foreign: Emulated) -> None:
    with foreign.app() as credentials, foreign.opened(credentials) as github:
        before = datetime.now(UTC)
        assert github.get(github.path(), dict[str, Any])["full_name"] == "ada/fleet"
        path = github.path("issues", foreign.pull_request(), "comments")
        comment = github.create(path, {"body": "Hello"})
        shown = github.get(github.path("issues", "comments", comment), dict[str, Any])
        given = github.get("/_emulate/installation-tokens", dict[str, Any])["installation_tokens"]
        with pytest.raises(MayNotError), foreign.opened(credentials, name=QUIET) as other:
            other.get(other.path(), dict[str, Any])

    assert shown["user"]["login"] == "stagehand[bot]"
    assert [len(it["repository_ids"]) for it in given] == [1]
    lasts = datetime.fromisoformat(given[0]["expires_at"]) - before
    assert timedelta(minutes=59) < lasts <= timedelta(minutes=61)


def test_an_app_gets_another_token_before_the_first_runs_out(foreign: Emulated) -> None:
    time = Time()
    with foreign.app(time=time) as credentials:
        first = credentials.token()
        again = credentials.token()
        time.ahead = timedelta(minutes=56)
        later = credentials.token()

    assert first == again != later


def test_an_app_that_is_not_installed_is_told_so(foreign: Emulated) -> None:
    with (
        foreign.app(name=OTHER) as credentials,
        pytest.raises(UsageError, match=r"App 4242 is not installed on mallory/other"),
    ):
        credentials.token()


def test_an_app_with_another_key_is_refused(foreign: Emulated) -> None:
    """It shows an installation to everybody and refuses the token; GitHub refuses both."""
    key = GitHubApp().private_key
    with foreign.app(key) as credentials, pytest.raises(RefusedError) as caught:
        credentials.token()

    assert "(401): A JSON web token could not be decoded." in str(caught.value)
    assert key.splitlines()[1] not in str(caught.value)


def test_a_token_that_is_not_accepted(foreign: Emulated) -> None:
    """It takes one that it does not know for that of its first user; GitHub answers 401."""
    with foreign.opened("token-of-nobody") as github:
        assert github.get("/user", dict[str, Any])["login"] == "ada"
    with foreign.opened(NOBODY) as github, pytest.raises(UsageError) as caught:
        github.get("/user", dict[str, Any])

    assert "does not accept the token" in str(caught.value)
    assert NOBODY not in str(caught.value)


def test_a_repository_that_is_not_there(foreign: Emulated) -> None:
    with (
        foreign.opened(name="ada/nothing") as github,
        pytest.raises(MayNotError, match="shows this"),
    ):
        github.get(github.path(), dict[str, Any])


def test_a_repository_that_is_not_shown(foreign: Emulated) -> None:
    """It answers 403 where GitHub, which does not tell what there is, answers 404."""
    with (
        foreign.opened(MALLORY, name=QUIET) as github,
        pytest.raises(MayNotError, match="may not GET /repos/ada/quiet: Forbidden"),
    ):
        github.get(github.path(), dict[str, Any])


# --- what it lacks --------------------------------------------------------------------------------

LACKING = {
    "statuses/{sha}": "POST",
    "deployments": "POST",
    "deployments/{deployment_id}/statuses": "POST",
    "rules/branches/{branch}": "GET",
    "rulesets/{ruleset_id}": "GET",
    "activity": "GET",
}


@pytest.mark.parametrize("template", LACKING)
def test_endpoints_that_github_has_and_this_server_has_not(github: GitHub, template: str) -> None:
    method, path = LACKING[template], github.path(*re.sub(r"{\w+}", "1", template).split("/"))
    assert method.lower() in description()["paths"][f"{REPOSITORY}/{template}"]

    with pytest.raises(MayNotError, match=rf"nothing at {method} {path}: Not Found"):
        github.get(path, list[Any]) if method == "GET" else github.create(path, {})


def test_what_needs_graphql_or_rulesets_is_refused(github: GitHub) -> None:
    """It has neither, so pull requests, old comments and required checks are not read from it."""
    needs: list[Callable[[], object]] = [
        lambda: read_open_pull_requests(github, BASE, stage_ref="staging"),
        lambda: put_comment(github, 1, "<!-- mark -->\nOn staging"),
        lambda: required_checks(github, BASE),
    ]
    for need in needs:
        with pytest.raises(MayNotError):
            need()


# --- where its answers differ from GitHub's description -------------------------------------------


_OF_A_COMMIT = {"author", "comments_url", "commit", "committer", "html_url", "node_id", "parents"}


def test_a_repository_lacks_two_counts(github: GitHub) -> None:
    found = github.get(github.path(), dict[str, Any])

    assert missing(REPOSITORY, found) == {("body", "network_count"), ("body", "subscribers_count")}


def test_a_branch_lacks_most_of_its_commit(foreign: Emulated, github: GitHub) -> None:
    path, template = github.path("branches", BASE), f"{REPOSITORY}/branches/{{branch}}"
    always = {("commit", name) for name in _OF_A_COMMIT} | {("body", "_links")}

    bare = github.get(path, dict[str, Any])
    assert missing(template, bare) == always | {("body", "protection")}

    foreign.protect("lint")
    assert missing(template, github.get(path, dict[str, Any])) == always


def test_comments_lists_and_limits_are_as_described(foreign: Emulated, github: GitHub) -> None:
    comments = github.path("issues", foreign.pull_request(), "comments")
    github.create(comments, {"body": "Hello"})

    [page] = github.pages(comments, list[Any])
    [branches] = github.pages(github.path("branches"), list[Any])
    limits, user = github.get("/rate_limit", dict[str, Any]), github.get("/user", dict[str, Any])

    assert not faults(f"{REPOSITORY}/issues/{{issue_number}}/comments", page)
    assert not faults(f"{REPOSITORY}/issues/comments/{{comment_id}}", page[0])
    assert not faults(f"{REPOSITORY}/branches", branches)
    assert not faults("/rate_limit", limits)
    assert not faults("/user", user)


def test_an_installation_lacks_most_of_its_account(github: GitHub) -> None:
    found = github.get(github.path("installation"), dict[str, Any])
    account = found.pop("account")

    assert found["id"] == emulated.INSTALLATION_ID
    assert account.keys() == {"login", "id", "node_id", "type", "avatar_url", "url"}
    gaps = missing(f"{REPOSITORY}/installation", found)
    assert gaps == {("body", "account"), ("body", "target_id")}
