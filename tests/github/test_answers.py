"""What each pull request is told: when it is told, when it is not, and when it is told again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.github.environments import RUN_ID
from tests.github.telling import rebuild, told
from tests.outcomes import drawn
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
PERMISSIONS = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "checks": "read",
    "actions": "read",
    "statuses": "write",
    "deployments": "write",
}


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    hub.base({"app.yaml": "image: 1\n"})
    return hub


def _reporting(hub: GitHubWorld, text: str) -> None:
    configuration = f"stages: {{staging: {{report: {text}}}}}\n"
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": configuration})


def test_each_pull_request_gets_its_answer_that_leads_to_the_run(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})
    fleet.pull_request(3, {"three.yaml": "3\n"}, checks={"lint": "queued"})
    fleet.pull_request(4, {"one.yaml": "4\n"}, checks=PASSED)
    fleet.pull_request(5, {"five.yaml": "5\n"}, checks=PASSED, base="release")

    assert rebuild(fleet) == ExitCode.DONE

    assert told(fleet) == drawn(
        """
        staging: app.yaml, one.yaml
        #1 success On staging
        #2 success Not on staging: check `lint` failed; a push that passes lets it in
        #3 pending Not yet on staging: waiting for check `lint`
        #4 success Not on staging: conflicts with #1 in one.yaml
        #5 -
        """
    )
    page = fleet.statuses(1)["understudy/staging"].target_url
    assert page == f"{fleet.fake.root}/ada/fleet/actions/runs/{RUN_ID}"


def test_what_is_out_can_be_a_failure_if_that_is_wanted(hub: GitHubWorld) -> None:
    _reporting(hub, "{out: failure}")
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "failure"})

    rebuild(hub)

    assert hub.statuses(1)["understudy/staging"].state == "failure"


def test_trap_34_and_35_where_nothing_changed_nothing_is_written(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})
    rebuild(fleet)
    fleet.clear_log()

    assert rebuild(fleet) == ExitCode.DONE

    assert fleet.writes() == []
    assert [seen.operation for seen in fleet.reads()] == ["OpenPullRequests"]


def test_trap_24_one_that_changes_no_tree_is_answered_all_the_same(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(fleet)
    tip = fleet.remote_ref("refs/heads/staging")
    fleet.pull_request(2, {"one.yaml": "2\n"}, checks=PASSED)
    fleet.clear_log()

    rebuild(fleet)

    assert fleet.remote_ref("refs/heads/staging") == tip
    assert fleet.statuses(2)["understudy/staging"].description == (
        "Not on staging: conflicts with #1 in one.yaml"
    )
    assert [seen.group for seen in fleet.writes()] == ["git-push", "rest-write"]


def test_an_answer_that_was_lost_is_given_by_the_next_rebuild(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.fault("500", on="rest-write", times=99)

    assert rebuild(fleet) == ExitCode.DONE

    assert fleet.statuses(1) == {}
    fleet.fake.faults.clear()
    fleet.clear_log()
    rebuild(fleet)
    assert fleet.statuses(1)["understudy/staging"].state == "success"
    assert [seen.group for seen in fleet.writes()] == ["rest-write"]


def test_a_token_that_may_not_write_statuses_loses_no_publication(
    fleet: GitHubWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    given = {**PERMISSIONS, "statuses": "read"}
    env = fleet.environment(fleet.tokens.actions(given))
    fleet.clear_log()

    assert rebuild(fleet, env=env) == ExitCode.DONE

    assert "one.yaml" in fleet.remote_tree()
    assert len([seen for seen in fleet.writes() if seen.group == "rest-write"]) == 1
    assert "statuses=write" in capsys.readouterr().err


def test_trap_30_one_comment_is_edited_and_never_repeated(hub: GitHubWorld) -> None:
    _reporting(hub, "{comment: true}")
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "queued"})
    env = hub.environment(hub.tokens.actions(PERMISSIONS))
    rebuild(hub, env=env)
    (waiting,) = hub.comments(1)

    hub.mark(1, lint="success")
    rebuild(hub, env=env)
    hub.clear_log()
    rebuild(hub, env=env)

    (comment,) = hub.comments(1)
    assert "waiting" in waiting.lower()
    assert comment != waiting
    assert hub.writes() == []


def test_a_comment_that_only_looks_like_ours_is_left_alone(hub: GitHubWorld) -> None:
    _reporting(hub, "{comment: true}")
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    mallory = hub.model.actor("mallory")
    hub.model.comment(hub.at(1), mallory, "<!-- understudy:staging -->\nAll is well.")
    env = hub.environment(hub.tokens.actions(PERMISSIONS))

    rebuild(hub, env=env)

    assert len(hub.comments(1)) == 2
    assert hub.comments(1)[0].endswith("All is well.")


def test_the_stage_can_be_shown_as_an_environment(hub: GitHubWorld) -> None:
    _reporting(hub, "{deployments: true}")
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    env = hub.environment(hub.tokens.actions(PERMISSIONS))

    rebuild(hub, env=env)
    rebuild(hub, env=env)

    (deployment,) = hub.deployments()
    assert deployment.commit.oid == hub.remote_ref("refs/heads/staging")
    assert deployment.environment == "staging"


def test_trap_36_and_39_what_cannot_be_read_stays_as_it_was(fleet: GitHubWorld) -> None:
    """A fine-grained token reads no check runs: nobody drops out for it, and nobody comes in."""
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(fleet)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    may = ("contents", "statuses")
    token = fleet.tokens.fine_grained(
        {"metadata": "read", "pull_requests": "read", **dict.fromkeys(may, "write")}
    )

    env = {**fleet.environment(token), "GITHUB_SERVER_URL": fleet.fake.root}
    assert rebuild(fleet, env=env) == ExitCode.DONE

    waiting = fleet.statuses(2)["understudy/staging"]
    assert waiting.state == "pending"
    assert "fine-grained" in str(waiting.description)
    assert list(fleet.remote_tree()) == ["app.yaml", "one.yaml"]


def test_trap_05_it_looks_again_when_the_grace_after_a_push_is_over(hub: GitHubWorld) -> None:
    """Where a repository has no checks at all, no event would tell that there are none."""
    checks = "stages: {staging: {checks: {grace: 1s}}}\n"
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": checks})
    hub.pull_request(1, {"one.yaml": "1\n"})
    hub.at(1).updated_at = datetime.now(UTC) + timedelta(seconds=1)

    assert rebuild(hub, "--after-grace") == ExitCode.DONE

    assert hub.statuses(1)["understudy/staging"].state == "success"


def test_a_token_that_may_not_read_workflow_runs_is_told_which_permission_it_lacks(
    fleet: GitHubWorld,
) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    token = fleet.tokens.actions({**PERMISSIONS, "actions": "none"})

    assert rebuild(fleet, env=fleet.environment(token)) == ExitCode.DONE

    assert "`Actions: read`" in str(fleet.statuses(1)["understudy/staging"].description)


def test_a_github_app_does_it_all_by_itself(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)

    env = {**fleet.environment("app"), "GITHUB_SERVER_URL": fleet.fake.root}
    assert rebuild(fleet, env=env) == ExitCode.DONE

    assert told(fleet) == "staging: app.yaml, one.yaml\n#1 success On staging"


def test_a_token_that_nobody_knows_is_told_from_a_network_that_is_down(
    fleet: GitHubWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {**fleet.environment(), "GITHUB_TOKEN": "ghs_nobody_knows_it"}

    assert rebuild(fleet, env=env) == ExitCode.UNAVAILABLE

    said = capsys.readouterr().err
    assert "check GITHUB_TOKEN" in said
    assert "ghs_nobody_knows_it" not in said


def test_a_laptop_that_does_not_know_the_server_takes_no_branches_for_pull_requests(
    hub: GitHubWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """Branches have no checks that are read, so they would all be let in unseen."""
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": "forge: github\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "failure"})
    laptop = hub.environment("classic")

    assert rebuild(hub, env=laptop) == ExitCode.USAGE
    assert "`--forge github`" in capsys.readouterr().err
    assert rebuild(hub, "--forge", "github", env=laptop) == ExitCode.DONE
    assert "one.yaml" not in hub.remote_tree()


def test_a_grace_that_no_job_can_wait_for_is_not_waited_for(hub: GitHubWorld) -> None:
    """It would hold up every rebuild behind it, until the job's own time is over."""
    checks = "stages: {staging: {checks: {grace: 1h}}}\n"
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": checks})
    hub.pull_request(1, {"one.yaml": "1\n"})
    hub.at(1).updated_at = datetime.now(UTC)
    hub.clear_log()

    assert rebuild(hub, "--after-grace") == ExitCode.DONE

    assert len(hub.reads()) == 1
    assert hub.statuses(1)["understudy/staging"].state == "pending"


def test_a_failure_is_told_once_in_the_log_of_a_run(
    fleet: GitHubWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {**fleet.environment(), "GITHUB_TOKEN": ""}

    assert rebuild(fleet, env=env) == ExitCode.USAGE

    assert capsys.readouterr().err.count("There is no token") == 1
