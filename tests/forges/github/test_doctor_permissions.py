from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from tests.forges.github.examined import examined, healthy, row, troubles
from tests.github.fake.openapi import Operation
from tests.github.fake.tokens import ACTIONS, FINE_GRAINED
from tests.scripted_http import says_json, scripted
from understudy.core import config_file
from understudy.core.errors import ExitCode
from understudy.forges.github.auth import GivenToken
from understudy.forges.github.client import GitHub
from understudy.forges.github.doctor_permissions import (
    INVALID_COMMENT,
    INVALID_DEPLOYMENT,
    INVALID_STATUS,
    permissions,
)
from understudy.forges.github.doctor_subject import Caller, Subject
from understudy.forges.github.forge import Lane
from understudy.forges.github.place import place_of
from understudy.forges.github.reported import OurRun
from understudy.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github.environments import Credential
    from tests.github.world import GitHubWorld
    from understudy.core.diagnosis import Inspected


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ("/repos/{owner}/{repo}/statuses/{sha}", INVALID_STATUS),
        ("/repos/{owner}/{repo}/issues/{issue_number}/comments", INVALID_COMMENT),
        ("/repos/{owner}/{repo}/deployments", INVALID_DEPLOYMENT),
    ],
)
def test_what_is_asked_is_invalid_by_github_s_own_description(
    template: str, body: Mapping[str, object]
) -> None:
    assert Operation("POST", template).faults_of_request({}, dict(body))


@pytest.mark.parametrize(
    ("lacking", "name", "remedy"),
    [
        (
            "contents",
            "read-contents",
            "Add `contents: read` to the job's `permissions:`, or `Contents: read` to the App's.",
        ),
        (
            "pull_requests",
            "read-pull-requests",
            (
                "Add `pull-requests: read` to the job's `permissions:`, or `Pull requests: read` to"
                " the App's."
            ),
        ),
        (
            "checks",
            "read-checks",
            (
                "Add `checks: read` and `statuses: read` to the job's `permissions:`, or"
                " `Checks: read` and `Commit statuses: read` to the App's."
            ),
        ),
        (
            "contents",
            "push",
            "Add `contents: write` to the job's `permissions:`, or `Contents: write` to the App's.",
        ),
        (
            "statuses",
            "write-statuses",
            (
                "Add `statuses: write` to the job's `permissions:`, or `Commit statuses: write` to"
                " the App's."
            ),
        ),
        (
            "deployments",
            "write-deployments",
            (
                "Add `deployments: write` to the job's `permissions:`, or `Deployments: write` to"
                " the App's."
            ),
        ),
    ],
)
def test_a_permission_that_is_missing_is_named_before_anything_fails(
    hub: GitHubWorld, lacking: str, name: str, remedy: str
) -> None:
    healthy(hub)

    seen = examined(hub, hub.tokens.actions({**ACTIONS, lacking: "none"}))

    assert row(seen, name)[::2] == ("problem", remedy)
    assert seen.exit_code is ExitCode.WITHHELD


def test_a_token_that_only_reads_may_not_push_and_may_not_answer(hub: GitHubWorld) -> None:
    healthy(hub)
    reads = dict.fromkeys(ACTIONS, "read")

    seen = examined(hub, hub.tokens.actions(reads))

    bad = {each.partition(":")[0] for each in troubles(seen.observations)}
    assert bad == {
        "problem push",
        "problem write-statuses",
        "problem write-comments",
        "problem write-deployments",
    }


@pytest.mark.parametrize(
    ("credential", "remedy"),
    [
        (
            "app",
            (
                "Give the App the permission `Commit statuses: write`; accept it where it is"
                " installed."
            ),
        ),
        ("fine-grained", "Give the token the permission `Commit statuses: write`."),
        (
            "classic",
            "Give the token the scope `repo`, and its owner the role that this needs.",
        ),
    ],
)
def test_each_kind_of_credential_is_mended_in_its_own_way(
    hub: GitHubWorld, credential: Credential, remedy: str
) -> None:
    healthy(hub)
    if credential == "app":
        hub.tokens.app.permissions["statuses"] = "read"
    elif credential == "fine-grained":
        credential = hub.tokens.fine_grained({**FINE_GRAINED, "statuses": "read"})
    else:
        credential = hub.tokens.classic("public_repo")

    assert row(examined(hub, credential), "write-statuses")[::2] == ("problem", remedy)


def test_trap_39_a_fine_grained_token_cannot_read_check_runs(hub: GitHubWorld) -> None:
    healthy(hub)

    assert row(examined(hub, "fine-grained"), "read-checks") == (
        "problem",
        "checks cannot be read: Resource not accessible by personal access token",
        (
            "Use a GitHub App, a workflow's token or a classic one: no fine-grained token can read"
            " check runs."
        ),
    )


def test_without_an_open_pull_request_comments_are_unknown(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.close(1)

    assert row(examined(hub), "write-comments") == (
        "unknown",
        "no pull request is open that could be asked about",
        "Look again when one is open.",
    )


def test_what_is_not_wanted_is_not_asked(hub: GitHubWorld) -> None:
    healthy(hub, "stages: {staging: {report: {status: false}}}\n")
    hub.clear_log()

    examined(hub)

    assert hub.writes() == []


def test_trap_20_workflow_files_that_are_not_pinned_are_a_warning(hub: GitHubWorld) -> None:
    healthy(hub, "stages: {staging: {pin: []}}\n")

    assert row(examined(hub), "write-workflows") == (
        "warning",
        "workflow files are not pinned, and a job's own token may never push one",
        'Pin them: `pin: [".github/workflows/**"]`, or use a token with `Workflows: write`.',
    )


def test_what_cannot_be_looked_at_hides_nothing_else(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.fault("html-page", on="rest-read", times=1)

    seen = examined(hub)

    assert [each.partition(":")[0] for each in troubles(seen.observations)] == [
        "unknown rate-limit"
    ]
    assert seen.exit_code is ExitCode.DONE


def test_an_invalid_request_that_is_taken_tells_nothing(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.fault("html-page", on="rest-write")

    assert row(examined(hub), "write-statuses")[:2] == (
        "unknown",
        "GitHub took an invalid request for statuses, so it tells nothing",
    )


def test_a_refusal_of_another_kind_tells_nothing() -> None:
    config = config_file.parse({"stages": {"staging": {"report": {"deployments": True}}}})
    lane = Lane(config=config, name="staging", stage=config.stages["staging"], us=OurRun())
    answer = says_json({"message": "Conflict"}, 409)
    with scripted(lambda _: answer) as server, closing(Transport()) as transport:
        place = place_of(f"{server.address}/ada/fleet", {}, certain=True)
        assert place
        token = GivenToken("ghp_x")
        caller = Caller(
            github=GitHub(place, token, transport), credentials=token, now=datetime.now(UTC)
        )
        never_asked = cast("Inspected", None)
        looks = {each.id: each for each in permissions(Subject(caller, never_asked, lane))}

        verdict, evidence, _ = row(looks["write-deployments"].look(), "write-deployments")

    assert verdict == "unknown"
    assert "Conflict" in evidence
