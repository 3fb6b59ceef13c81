"""The fake's git: the real backend, GitHub's permissions, its refusals, and what follows a push."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.fake.asking import Client, client, stranger
from tests.github.fake.tokens import ACTIONS

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

STAGING = "HEAD:refs/heads/staging"


@pytest.fixture
def ask(hub: GitHubWorld) -> Client:
    """A job of Actions, in a repository with one open pull request."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"})
    return client(hub)


def test_a_push_needs_a_token_with_contents_write(hub: GitHubWorld, ask: Client) -> None:
    reader = client(hub, hub.tokens.actions({**ACTIONS, "contents": "read"}))

    denied = reader.git("push", hub.address, STAGING)
    unknown = Client(hub, "wrong").git("push", hub.address, STAGING)

    assert "Permission to ada/fleet.git denied to github-actions[bot]." in denied.stderr
    assert "The requested URL returned error: 403" in denied.stderr
    assert "Authentication failed" in unknown.stderr
    assert stranger(hub).git("push", hub.address, STAGING).returncode != 0
    assert hub.remote_ref("refs/heads/staging") is None
    assert ask.git("push", hub.address, STAGING).returncode == 0
    assert hub.model.repository.branches["staging"] == hub.remote_ref("refs/heads/staging")


def test_a_private_repository_is_not_there_for_strangers(hub: GitHubWorld, ask: Client) -> None:
    assert stranger(hub).git("ls-remote", hub.address).returncode == 0
    hub.model.repository.private = True
    blind = client(hub, hub.tokens.classic())

    assert "could not read Username" in stranger(hub).git("ls-remote", hub.address).stderr
    assert "Repository not found." in blind.git("ls-remote", hub.address).stderr
    assert ask.git("ls-remote", hub.address.removesuffix(".git")).returncode == 0


def test_heads_of_pull_requests_are_advertised_and_cannot_be_pushed(
    hub: GitHubWorld, ask: Client
) -> None:
    listed = ask.git("ls-remote", hub.address, "refs/pull/*").stdout

    assert listed == f"{hub.requests[1].head}\trefs/pull/1/head\n"
    assert ask.git("push", hub.address, "HEAD:refs/pull/1/head").returncode != 0


def test_a_fork_lives_in_refs_pull_only(hub: GitHubWorld, ask: Client) -> None:
    hub.pull_request(2, {"two.yaml": "2\n"}, fork="mallory/fleet")
    hub.push(2, {"two.yaml": "3\n"})
    listed = ask.git("ls-remote", hub.address).stdout

    assert f"{hub.requests[2].head}\trefs/pull/2/head" in listed
    assert "refs/heads/feature/2" not in listed
    assert hub.at(2).head.oid == hub.requests[2].head
    assert ask.git("fetch", hub.address, hub.requests[2].head).returncode == 0


@pytest.mark.parametrize(
    ("rule", "says", "reason"),
    [
        (
            "protection",
            "error: GH006: Protected branch update failed for refs/heads/staging.",
            "(protected branch hook declined)",
        ),
        (
            "ruleset",
            "error: GH013: Repository rule violations found for refs/heads/staging.",
            "(push declined due to repository rule violations)",
        ),
    ],
)
def test_a_protected_branch_refuses_in_githubs_words(
    hub: GitHubWorld, ask: Client, rule: str, says: str, reason: str
) -> None:
    """Trap 22."""
    hub.protect("staging") if rule == "protection" else hub.ruleset("staging")

    pushed = ask.git("push", "--atomic", hub.address, STAGING, "HEAD:refs/understudy/staging")

    assert f"remote: {says}" in pushed.stderr
    assert f"! [remote rejected] HEAD -> staging {reason}" in pushed.stderr
    assert "HEAD -> refs/understudy/staging (atomic push failure)" in pushed.stderr
    assert "hook declined to update" not in pushed.stderr
    assert hub.remote_ref("refs/understudy/staging") is None


@pytest.mark.parametrize("rule", ["protection", "ruleset"])
def test_a_branch_may_refuse_forced_pushes_only(hub: GitHubWorld, ask: Client, rule: str) -> None:
    if rule == "protection":
        hub.protect("staging", pushes=True)
    else:
        hub.ruleset("staging", rules=["non_fast_forward"])

    assert ask.git("push", hub.address, "master:refs/heads/staging").returncode == 0
    assert ask.git("push", hub.address, STAGING).returncode == 0
    forced = ask.git("push", "--force", hub.address, "master:refs/heads/staging")
    assert "Cannot force-push to this branch" in forced.stderr


def test_a_workflow_that_no_branch_has_needs_a_permission(hub: GitHubWorld, ask: Client) -> None:
    """Trap 20."""
    hub.pull_request(2, {".github/workflows/ci.yaml": "on: push\n"})
    hub.git("checkout", "--quiet", "-b", "mix", "master")
    hub.git("merge", "--quiet", "--no-ff", hub.requests[2].head)
    same = ask.git("push", hub.address, STAGING)
    (hub.clone / ".github/workflows/new.yaml").write_text("on: push\n")
    hub.git("add", "--all")
    hub.git("commit", "--quiet", "-m", "New")
    refused = ask.git("push", hub.address, STAGING)
    person = client(hub, hub.tokens.classic("repo")).git("push", hub.address, STAGING)
    allowed = client(hub, hub.tokens.classic("repo", "workflow")).git("push", hub.address, STAGING)

    assert (same.returncode, allowed.returncode) == (0, 0)
    assert (
        "(refusing to allow a GitHub App to create or update workflow "
        "`.github/workflows/new.yaml` without `workflows` permission)"
    ) in refused.stderr
    assert "a Personal Access Token" in person.stderr
    assert "without `workflow` scope)" in person.stderr


def test_what_a_base_contains_is_merged(hub: GitHubWorld, ask: Client) -> None:
    hub.pull_request(2, {"two.yaml": "2\n"})
    assert ask.git("push", hub.address, f"{hub.requests[1].head}:refs/heads/master").returncode == 0

    assert (hub.state(1), hub.state(2)) == ("MERGED", "OPEN")


def test_what_lands_is_merged(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"})
    hub.pull_request(2, {"two.yaml": "2\n"}, on=1, base="feature/1-change")
    hub.land(1)

    assert (hub.state(1), hub.state(2)) == ("MERGED", "OPEN")


def test_a_pull_request_closes_with_its_branch(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"})
    hub.pull_request(2, {"two.yaml": "2\n"})
    head = hub.requests[1].head
    hub.delete_head(1)
    hub.close(2)

    assert (hub.state(1), hub.state(2)) == ("CLOSED", "CLOSED")
    assert hub.remote_ref("refs/pull/1/head") == head
    hub.reopen(2)
    assert hub.state(2) == "OPEN"


def test_the_log_tells_pushes_from_reads(hub: GitHubWorld, ask: Client) -> None:
    hub.clear_log()
    ask.git("fetch", hub.address, "master")
    assert hub.writes() == []
    ask.git("push", hub.address, STAGING)
    assert [it.group for it in hub.writes()] == ["git-push"]
