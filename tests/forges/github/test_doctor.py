from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from tests.forges.github.examined import EVERYTHING, examined, healthy, row, troubles
from tests.scripted_http import Answer, Asked, says_json, scripted
from understudy.core.config import ForgeKind
from understudy.core.diagnosis import fine, problem, unknown
from understudy.core.errors import ExitCode
from understudy.diagnosis_wiring import diagnosis_of
from understudy.forges.github.auth import GivenToken
from understudy.forges.github.client import GitHub
from understudy.forges.github.doctor import Repository, has_access, of_access, of_repository
from understudy.forges.github.doctor_subject import Caller
from understudy.forges.github.place import place_of
from understudy.transport import Transport
from understudy.wiring import Options

if TYPE_CHECKING:
    from tests.github.environments import Credential
    from tests.github.world import GitHubWorld
    from understudy.core.diagnosis import Observation

# --- a repository as it should be ----------------------------------------------------------------


@pytest.mark.parametrize("credential", ["actions", "app", "classic"])
def test_a_healthy_repository_has_no_trouble(hub: GitHubWorld, credential: Credential) -> None:
    healthy(hub)
    hub.rebuild()

    seen = examined(hub, credential)

    assert troubles(seen.observations) == []
    assert seen.exit_code is ExitCode.DONE


def test_looking_writes_nothing(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.rebuild()
    hub.deployments().clear()
    before, told = hub.fake.git.run("for-each-ref"), hub.statuses(1)
    comments, model = hub.comments(1), hub.model.clock.now
    hub.clear_log()

    examined(hub)

    assert hub.fake.git.run("for-each-ref") == before
    assert (hub.statuses(1), hub.comments(1), hub.deployments()) == (told, comments, [])
    assert hub.model.clock.now == model, "something happened on GitHub"
    assert [seen.status for seen in hub.writes()] == [422, 422, 422]


# --- who we are ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("credential", "evidence"),
    [
        (
            "actions",
            (
                "GitHub accepts the token of a workflow's job or of a GitHub App,"
                " as `github-actions[bot]`"
            ),
        ),
        ("app", "GitHub accepts a GitHub App, as `stagehand[bot]`"),
        ("fine-grained", "GitHub accepts a fine-grained personal access token, as `ada`"),
        ("classic", "GitHub accepts a classic personal access token, as `ada`"),
    ],
)
def test_the_credential_is_named_and_not_shown(
    hub: GitHubWorld, credential: Credential, evidence: str
) -> None:
    healthy(hub)

    seen = examined(hub, credential)

    assert row(seen, "credentials") == ("ok", evidence, "")
    secrets = [token.text for token in hub.tokens.given]
    assert not any(secret in str(seen) for secret in secrets)


def test_without_a_token_nothing_on_github_is_looked_at(hub: GitHubWorld) -> None:
    healthy(hub)

    seen = examined(hub, "none")

    verdict, evidence, remedy = row(seen, "forge")
    assert (verdict, evidence) == (
        "problem",
        f"There is no token to read {hub.fake.root}/ada/fleet with.",
    )
    assert remedy.startswith("Set GITHUB_TOKEN")


def test_a_token_that_has_expired_is_told_where_git_cannot_read_either(hub: GitHubWorld) -> None:
    healthy(hub)
    token = hub.tokens.actions()
    hub.tokens.expire(token)

    seen = examined(hub, token)

    assert seen.exit_code is ExitCode.UNAVAILABLE
    assert row(seen, "remote")[0] == "problem"
    verdict, evidence, remedy = row(seen, "credentials")
    assert (verdict, remedy) == ("problem", "It may have expired: set GITHUB_TOKEN to a new one.")
    assert "does not accept the token" in evidence


@pytest.mark.parametrize(
    ("seen", "goes_on"),
    [
        (fine("credentials", ""), True),
        (unknown("credentials", ""), False),
        (problem("credentials", "", remedy=""), False),
        (problem("repository", "", remedy=""), True),
    ],
)
def test_without_access_no_more_is_asked(seen: Observation, *, goes_on: bool) -> None:
    assert has_access([seen]) is goes_on


def test_an_app_that_is_not_installed_is_told(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.tokens.app_installed = False

    seen = examined(hub, "app")

    assert row(seen, "credentials") == (
        "problem",
        "The GitHub App 4242 is not installed on ada/fleet.",
        "Install it there, with the permissions it needs.",
    )


def test_half_an_app_is_told_before_anything_is_asked(hub: GitHubWorld) -> None:
    options = Options(repo=hub.address, cache=hub.machine.cache, forge=ForgeKind.GITHUB)

    here = mock.patch.dict(os.environ, {"GITHUB_APP_ID": "4242"})
    with hub.machine.active(), here, diagnosis_of(options) as seen:
        pass

    assert row(seen, "credentials")[1].endswith("one is set without the other.")
    assert hub.traffic == []


def test_few_requests_that_are_left_are_a_warning(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.fake.rate.remaining = 150

    verdict, evidence, remedy = row(examined(hub), "rate-limit")

    assert (verdict, remedy) == ("warning", "Wait an hour, or use a token that nothing else uses.")
    assert evidence.startswith("few requests are left: 14")


def test_a_repository_that_the_token_does_not_see_is_told(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.model.repository.private = True

    seen = examined(hub, hub.tokens.fine_grained({}))

    verdict, evidence, remedy = row(seen, "credentials")
    assert (verdict, remedy) == ("problem", "Check the address, and what the token may read.")
    assert evidence.startswith("GitHub shows this token no repository ada/fleet")


@pytest.mark.parametrize(
    ("found", "evidence", "remedy"),
    [
        (
            Repository(archived=True),
            "ada/fleet is archived: nothing can be pushed",
            "Take it out of the archive: https://github.com/ada/fleet/settings",
        ),
        (
            Repository(disabled=True),
            "GitHub has disabled ada/fleet",
            "Ask GitHub's support why.",
        ),
    ],
)
def test_a_repository_that_nobody_can_push_to_is_a_problem(
    found: Repository, evidence: str, remedy: str
) -> None:
    place = place_of("https://github.com/ada/fleet", {})
    assert place

    assert row([of_repository(found, place)], "repository") == ("problem", evidence, remedy)


# --- the rest of the way to the remote -----------------------------------------------------------


def test_a_configuration_that_is_wrong_ends_as_every_command_does(hub: GitHubWorld) -> None:
    healthy(hub, "stages: {staging: {brnch: x}}\n")

    seen = examined(hub)

    assert row(seen, "configuration")[1].startswith("`stages.staging` has the key `brnch`")
    assert row(seen, "credentials")[0] == "ok"
    assert seen.exit_code is ExitCode.USAGE


def test_the_configuration_s_place_is_told(hub: GitHubWorld) -> None:
    healthy(hub, EVERYTHING)

    assert row(examined(hub), "configuration")[1] == "understudy.yaml on the default branch"


def test_workflows_are_read_from_the_default_branch(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.base(
        {
            ".github/workflows/lint.yml": "name: Lint\non: pull_request\n",
            ".github/workflows/x.txt": "[",
        }
    )

    assert row(examined(hub), "workflow-ci")[:2] == (
        "warning",
        "pull requests run `Lint`, after which nothing is rebuilt",
    )


def test_a_workflow_that_is_no_yaml_hides_no_other(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.base({".github/workflows/broken.yaml": "on: [push\n"})

    seen = examined(hub)

    verdict, evidence, _ = row(seen, "workflow")
    assert verdict == "unknown"
    assert evidence.startswith(".github/workflows/broken.yaml is no YAML")
    assert row(seen, "workflow-ci")[0] == "ok"


def test_a_repository_without_workflows_is_told(hub: GitHubWorld) -> None:
    hub.base({"a": "1\n"})

    assert row(examined(hub), "workflow")[0] == "warning"


def test_a_server_without_limits_is_fine() -> None:
    def script(asked: Asked) -> Answer:
        assert asked.path == "/api/v3/rate_limit"
        return says_json({"message": "Rate limiting is not enabled."}, 404)

    with scripted(script) as server, closing(Transport()) as transport:
        place = place_of(f"{server.address}/ada/fleet", {}, certain=True)
        assert place
        token = GivenToken("ghp_x")
        caller = Caller(
            github=GitHub(place, token, transport), credentials=token, now=datetime.now(UTC)
        )
        looks = {each.id: each for each in of_access(caller)}

        assert row(looks["rate-limit"].look(), "rate-limit") == ("ok", "GitHub sets no limit", "")
