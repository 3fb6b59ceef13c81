"""Who is on a stage on GitHub, and who is not: each story is one state of the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.outcomes import drawn

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    hub.base({"app.yaml": "image: 1\n"})
    return hub


def _configured(hub: GitHubWorld, text: str) -> None:
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": f"stages: {{staging: {text}}}\n"})


def test_green_is_in_red_is_out_running_waits(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})
    fleet.pull_request(3, {"three.yaml": "3\n"}, checks={"lint": "in_progress"})
    fleet.pull_request(4, {"one.yaml": "4\n"}, checks=PASSED)
    fleet.pull_request(5, {"five.yaml": "5\n"}, checks=PASSED, draft=True)
    fleet.pull_request(6, {"six.yaml": "6\n"}, checks=PASSED, labels=["no-stage"])

    assert fleet.rebuild().text == drawn(
        """
        published  master + #1 #5
        #1  included
        #2  excluded  checks-failed
        #3  waiting  checks-pending
        #4  conflicted  conflicts-with-pull-request  one.yaml add/add with #1
        #5  included
        #6  excluded  label-excluded
        """
    )


def test_trap_02_what_is_merged_is_the_head_whose_checks_were_read(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "checked\n"}, checks=PASSED)
    fleet.freeze_reads(1)
    fleet.push(1, {"one.yaml": "unchecked\n"})

    assert fleet.rebuild().text.startswith("published  master + #1")

    assert fleet.remote_tree()["one.yaml"] == "checked\n"


def test_trap_03_check_runs_and_commit_statuses_both_count(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.status(1, "ci/build", "failure")
    fleet.pull_request(2, {"two.yaml": "2\n"})
    fleet.status(2, "ci/build", "success")
    fleet.check(2, "lint", "failure")
    fleet.pull_request(3, {"three.yaml": "3\n"})
    fleet.status(3, "ci/build", "success")

    assert fleet.rebuild().text == drawn(
        """
        published  master + #3
        #1  excluded  checks-failed
        #2  excluded  checks-failed
        #3  included
        """
    )


def test_trap_04_a_newer_run_replaces_an_older_one_of_the_same_event(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "failure"})
    fleet.check(1, "lint", "success")
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    fleet.check(2, "lint", "failure")
    fleet.pull_request(3, {"three.yaml": "3\n"})
    fleet.check(3, "lint", "failure", event="push")
    fleet.check(3, "lint", "success", event="pull_request")

    assert fleet.rebuild().text == drawn(
        """
        published  master + #1
        #1  included
        #2  excluded  checks-failed
        #3  excluded  checks-failed
        """
    )


def test_trap_05_none_yet_is_not_none(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"})
    fleet.pull_request(2, {"two.yaml": "2\n"})
    fleet.at(1).updated_at = datetime.now(UTC) - timedelta(hours=1)
    fleet.at(2).updated_at = datetime.now(UTC)

    assert fleet.rebuild().text == drawn(
        """
        published  master + #1
        #1  included
        #2  waiting  no-checks-yet
        """
    )


def test_trap_06_a_required_check_that_never_reports_is_named(hub: GitHubWorld) -> None:
    _configured(hub, "{checks: {required: [lint, deploy]}}")
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)

    outcome = hub.rebuild()

    assert outcome.line(1).detail == (
        "required check `deploy` has not reported; is it spelt as the forge shows it?"
    )


@pytest.mark.parametrize("system", ["protection", "ruleset"])
def test_the_base_itself_can_say_which_checks_are_required(hub: GitHubWorld, system: str) -> None:
    _configured(hub, "{checks: {required: branch-protection}}")
    if system == "protection":
        hub.protect("master", required=["lint"])
    else:
        hub.ruleset("master", required=["lint"])
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={**PASSED, "nice-to-have": "failure"})
    hub.pull_request(2, {"two.yaml": "2\n"}, checks={"nice-to-have": "success"})

    assert hub.rebuild().text == drawn(
        """
        published  master + #1
        #1  included
        #2  waiting  checks-missing
        """
    )


def test_trap_09_lists_are_read_to_their_end(fleet: GitHubWorld) -> None:
    start = fleet.remote_ref("refs/heads/master")
    assert start is not None
    for number in range(1, 131):
        fleet.model.add_pull_request(number, start, labels=["no-stage"])
    many = {f"check-{number:03}": "success" for number in range(120)}
    fleet.pull_request(131, {"a.yaml": "1\n"}, checks={**many, "the-last": "failure"})
    labels = [f"label-{number:03}" for number in range(120)]
    fleet.pull_request(132, {"b.yaml": "1\n"}, checks=PASSED, labels=[*labels, "no-stage"])
    fleet.pull_request(133, {"c.yaml": "1\n"}, checks=PASSED)

    lines = fleet.rebuild().record.pull_requests

    assert len(lines) == 133
    assert [(line.number, line.detail) for line in lines[-3:]] == [
        (131, "check `the-last` failed; a push that passes lets it in"),
        (132, "it has the label `no-stage`; take it off to let it in"),
        (133, None),
    ]


def test_trap_10_and_35_own_marks_and_those_of_flux_do_not_gate(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    fleet.check(1, "sync-staging", "in_progress", workflow="staging-deploy")
    fleet.check(1, "another-job", "failure", workflow="staging-deploy")
    fleet.status(1, "understudy/staging", "failure")
    fleet.status(1, "kustomization/apps-staging/0a1b2c3d", "failure")

    outcome = fleet.rebuild()

    assert outcome.text == "published  master + #1\n#1  included"
    assert [check.name for check in outcome.line(1).checks] == ["lint"]


def test_trap_11_even_one_pull_request_makes_a_merge_commit(fleet: GitHubWorld) -> None:
    request = fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)

    fleet.rebuild()

    assert fleet.remote_ref("refs/heads/staging") != request.head
    assert len(fleet.log()) == 1


def test_trap_20_workflows_stay_as_the_base_has_them(fleet: GitHubWorld) -> None:
    """The token of a workflow may not push them, so one such pull request would stop all."""
    path = ".github/workflows/ci.yaml"
    fleet.base({path: "on: push\n"})
    fleet.pull_request(1, {path: "on: pull_request\n", "one.yaml": "1\n"}, checks=PASSED)

    outcome = fleet.rebuild()

    assert outcome.text == "published  master + #1\n#1  included  pinned"
    assert fleet.remote_tree()[path] == "on: push\n"


def test_trap_26_nothing_in_a_merge_message_acts_on_github(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED, title="Fixes #2, thanks @ada")

    fleet.rebuild()

    assert "fixes" not in fleet.messages().lower()
    assert "@" not in fleet.messages()
    assert "#" not in fleet.messages()


def test_one_that_stands_on_another_needs_it(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "failure"})
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED, on=1, base="feature/1-change")
    fleet.pull_request(3, {"three.yaml": "3\n"}, checks=PASSED, body="Depends-On: #1\n")
    fleet.pull_request(4, {"four.yaml": "4\n"}, checks=PASSED, base="release")

    assert fleet.rebuild().text == drawn(
        """
        published  master
        #1  excluded  checks-failed
        #2  excluded  dependency
        #3  excluded  dependency
        #4  excluded  other-base
        """
    )
