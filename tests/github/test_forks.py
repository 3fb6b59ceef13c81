"""Whose forks are on a stage: people of the project, or a push that a maintainer has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
STRANGER = "it comes from a fork of somebody who is not trusted"


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    hub.base({"app.yaml": "image: 1\n"})
    return hub


def _why_not(hub: GitHubWorld, number: int) -> str | None:
    line = hub.rebuild().line(number)
    return line.detail if line.reason else None


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR"])
def test_people_of_the_project_may_use_forks(fleet: GitHubWorld, association: str) -> None:
    fleet.pull_request(
        1, {"one.yaml": "1\n"}, checks=PASSED, fork="ada/copy", association=association
    )

    assert _why_not(fleet, 1) is None


@pytest.mark.parametrize(
    "association", ["NONE", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "FIRST_TIMER", "MANNEQUIN"]
)
def test_strangers_may_not(fleet: GitHubWorld, association: str) -> None:
    fleet.pull_request(
        1, {"one.yaml": "1\n"}, checks=PASSED, fork="mallory/fleet", association=association
    )

    assert str(_why_not(fleet, 1)).startswith(STRANGER)


def test_trap_37_a_label_vouches_for_what_was_pushed_before_it(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED, fork="mallory/fleet")
    fleet.label(1, "stage")
    assert _why_not(fleet, 1) is None

    fleet.push(1, {"one.yaml": "something else\n"})
    fleet.mark(1, lint="success")
    assert str(_why_not(fleet, 1)).startswith(STRANGER)

    fleet.unlabel(1, "stage")
    fleet.label(1, "stage")
    assert _why_not(fleet, 1) is None


def test_a_label_that_was_taken_off_vouches_for_nothing(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED, fork="mallory/fleet")
    fleet.label(1, "stage")
    fleet.unlabel(1, "stage")

    assert str(_why_not(fleet, 1)).startswith(STRANGER)


def test_a_fork_that_is_gone_is_not_trusted_by_its_label(fleet: GitHubWorld) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED, fork="mallory/fleet")
    fleet.label(1, "stage")
    fleet.delete_fork(1)

    assert str(_why_not(fleet, 1)).startswith(STRANGER)


def test_a_branch_of_a_fork_that_is_named_like_ours_is_nobodys_base(fleet: GitHubWorld) -> None:
    fleet.pull_request(
        1, {"one.yaml": "1\n"}, checks=PASSED, fork="mallory/fleet", branch="release"
    )
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED, base="release")

    assert str(_why_not(fleet, 2)).startswith("it targets `release`")
