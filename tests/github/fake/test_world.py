"""The words of the stories: what each does to GitHub, and what understudy finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.github.environments import RUN_ID
from tests.github.fake.asking import Client, client

if TYPE_CHECKING:
    from tests.github.environments import Credential
    from tests.github.world import GitHubWorld

SAYS = "nodes { title body isDraft baseRefName updatedAt headRepository { nameWithOwner } }"


@pytest.fixture
def ask(hub: GitHubWorld) -> Client:
    """A job of Actions, in a repository with one open pull request."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, fork="mallory/fleet")
    return client(hub)


def test_a_pull_request_is_edited(hub: GitHubWorld, ask: Client) -> None:
    (before,) = ask.pull_requests(SAYS)["nodes"]
    hub.edit(1, title="New", body="Depends-On: #2", base="other")
    hub.draft(1)
    hub.delete_fork(1)
    (after,) = ask.pull_requests(SAYS)["nodes"]

    assert after.pop("updatedAt") > before["updatedAt"]
    assert after == {
        "title": "New",
        "body": "Depends-On: #2",
        "isDraft": True,
        "baseRefName": "other",
        "headRepository": None,
    }


def test_labels_come_and_go_with_their_history(hub: GitHubWorld, ask: Client) -> None:
    hub.label(1, "stage")
    hub.unlabel(1, "stage")
    (found,) = ask.pull_requests(
        "nodes { labels(first: 5) { totalCount } timelineItems(last: 5, itemTypes: "
        "[LABELED_EVENT, UNLABELED_EVENT]) { nodes { __typename } } }"
    )["nodes"]

    assert found["labels"] == {"totalCount": 0}
    assert [it["__typename"] for it in found["timelineItems"]["nodes"]] == [
        "LabeledEvent",
        "UnlabeledEvent",
    ]


def test_a_check_goes_on_until_it_ends_and_then_begins_anew(hub: GitHubWorld, ask: Client) -> None:
    del ask
    first = hub.check(1, "lint", "queued")
    same = hub.check(1, "lint", "in_progress")
    hub.check(1, "lint", "success")
    mate = hub.check(1, "build", "success")
    again = hub.check(1, "lint", "queued")
    own = hub.check(1, "sync-staging", "in_progress", workflow="staging-deploy", run=RUN_ID)

    assert first is same
    assert (first.status, first.conclusion) == ("completed", "success")
    assert mate.suite is first.suite
    assert again is not first
    assert again.suite is not first.suite
    assert own.suite.workflow_run is not None
    assert own.suite.workflow_run.id == RUN_ID


def test_a_commit_belongs_to_its_checks(hub: GitHubWorld, ask: Client) -> None:
    """Trap 02."""
    hub.check(1, "lint", "success")
    hub.push(1, {"one.yaml": "2\n"})
    rollup = "nodes { commits(last: 1) { nodes { commit { statusCheckRollup { state } } } } }"
    (found,) = ask.pull_requests(rollup)["nodes"]

    assert found["commits"]["nodes"] == [{"commit": {"statusCheckRollup": None}}]


@pytest.mark.parametrize(
    ("credential", "names"),
    [
        ("fine-grained", {"GITHUB_TOKEN"}),
        ("classic", {"GITHUB_TOKEN"}),
        ("app", {"GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"}),
        ("none", set()),
    ],
)
def test_a_laptop_has_a_credential_only(
    hub: GitHubWorld, credential: Credential, names: set[str]
) -> None:
    assert hub.environment(credential).keys() - {"no_proxy"} == names


def test_a_run_of_the_workflow_has_all_that_actions_gives(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    found = hub.environment(event="push", payload={"ref": "refs/heads/master"})

    assert found["GITHUB_SHA"] == hub.remote_ref("refs/heads/master")
    assert found["GITHUB_EVENT_NAME"] == "push"
    assert json.loads(Path(found["GITHUB_EVENT_PATH"]).read_text()) == {"ref": "refs/heads/master"}
    assert client(hub, hub.tokens.find(found["GITHUB_TOKEN"])).rest("GET", "").status == 200


def test_the_origin_of_the_clone_is_on_github_and_people_go_by_path(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})

    assert hub.git("remote", "get-url", "origin").strip() == hub.address
    assert hub.traffic == []
