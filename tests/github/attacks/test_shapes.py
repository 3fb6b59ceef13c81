"""Pull requests of every odd shape: heads, bases, branches, checks and dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.telling import on_stage, rebuild, told
from tests.outcomes import drawn
from tests.world import Request
from understudy.core.errors import ExitCode
from understudy.core.model import CommitSha

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    return hub


def _open_at(hub: GitHubWorld, number: int, head: str | None, branch: str) -> None:
    """Open a pull request at a commit that is there already."""
    assert head
    hub.model.add_pull_request(number, head, branch=branch)
    hub.fake.git.set_pull_heads({number: head})
    hub.requests[number] = Request(number, branch, CommitSha(head), "At a known commit")
    hub.check(number, "lint", "success")


def test_a_stage_does_not_feed_on_itself(fleet: GitHubWorld) -> None:
    """Who opens a pull request from the stage, to land all of it, must not keep it as it is."""
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    rebuild(fleet)
    _open_at(fleet, 9, fleet.remote_ref("refs/heads/staging"), "staging")
    fleet.pull_request(10, {"ten.yaml": "10\n"}, checks=PASSED, base="staging")
    rebuild(fleet)

    fleet.close(1)
    rebuild(fleet)

    fleet.close(9)
    rebuild(fleet)
    assert told(fleet) == drawn(
        """
        staging: app.yaml, two.yaml
        #2 success On staging
        #10 success Not on staging: it targets `staging`, not `master`; change its target branch
        """
    )


def test_one_that_comes_from_the_stage_is_told_so(fleet: GitHubWorld) -> None:
    rebuild(fleet)
    _open_at(fleet, 9, fleet.remote_ref("refs/heads/staging"), "staging")

    rebuild(fleet)

    assert told(fleet) == drawn(
        """
        staging: app.yaml, one.yaml
        #1 success On staging
        #9 success Not on staging: it comes from `staging`, a stage itself; open it from another branch
        """  # noqa: E501 - as it is told
    )


def test_of_two_with_one_head_the_one_that_is_in_speaks(fleet: GitHubWorld) -> None:
    _open_at(fleet, 4, fleet.requests[1].head, "the-same-again")
    fleet.label(1, "no-stage")

    rebuild(fleet)

    assert told(fleet) == drawn(
        """
        staging: app.yaml, one.yaml
        #1 success On staging
        #4 success On staging
        """
    )
    fleet.clear_log()
    rebuild(fleet)
    assert fleet.writes() == []


def test_who_was_told_of_the_stage_is_told_when_that_is_over(fleet: GitHubWorld) -> None:
    """One that targets another branch from the beginning is not told of a stage at all."""
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED, base="release")
    rebuild(fleet)
    fleet.edit(1, base="release")

    rebuild(fleet)

    assert told(fleet) == drawn(
        """
        staging: app.yaml
        #1 success Not on staging: it targets `release`, not `master`; change its target branch
        #2 -
        """
    )
    fleet.clear_log()
    rebuild(fleet)
    assert fleet.writes() == []


def test_heads_that_bring_nothing_are_in(fleet: GitHubWorld) -> None:
    rebuild(fleet)
    _open_at(fleet, 5, fleet.remote_ref("refs/heads/master"), "empty")
    _open_at(fleet, 6, fleet.remote_ref("refs/heads/staging"), "a-commit-of-the-stage")

    rebuild(fleet)

    assert told(fleet) == drawn(
        """
        staging: app.yaml, one.yaml
        #1 success On staging
        #5 success On staging: master already contains it
        #6 success On staging: what is there already contains it
        """
    )


def test_dependencies_that_cannot_be_met_keep_nobody_else_out(fleet: GitHubWorld) -> None:
    bodies = {
        2: f"Depends-On: #1{'0' * 30}",
        3: "Depends-On: #4",
        4: "depends-on:\t#3 and #1",
        5: "Depends-On: #0, #99\r\nDepends-On: #5",
        6: f"Depends-On: {', '.join(f'#{number}' for number in range(1, 10_000))}",
    }
    for number, body in bodies.items():
        fleet.pull_request(number, {f"{number}.yaml": "x\n"}, checks=PASSED, body=body)

    rebuild(fleet)

    circle = "Not on staging: it depends on itself through others; take one `Depends-On` away"
    assert told(fleet) == drawn(
        f"""
        staging: 2.yaml, 5.yaml, app.yaml, one.yaml
        #1 success On staging
        #2 success On staging
        #3 success {circle}
        #4 success {circle}
        #5 success On staging
        #6 success Not on staging: it depends on #3, which is out
        """
    )


@pytest.mark.parametrize("branch", ["staging", "refs/heads/staging", "understudy/x", "HEAD"])
def test_a_fork_may_call_its_branch_as_it_likes(fleet: GitHubWorld, branch: str) -> None:
    fleet.pull_request(2, {"2.yaml": "x\n"}, checks=PASSED, fork="ada/copy", association="OWNER")
    fleet.pull_request(3, {"3.yaml": "x\n"}, checks=PASSED, base=branch)
    fleet.at(2).head_ref = branch

    rebuild(fleet)

    assert on_stage(fleet) == "staging: 2.yaml, app.yaml, one.yaml"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("understudy/staging", True),
        ("understudy/", True),
        ("sync-staging", True),
        ("kustomization/a/01234567", True),
        ("Understudy/staging", False),
        ("kustomization/a/0123456", False),
        ("sync-staging ", False),
    ],
)
def test_a_check_is_taken_for_ours_by_its_whole_name(
    fleet: GitHubWorld, name: str, *, ours: bool
) -> None:
    fleet.check(1, name, "failure")

    rebuild(fleet)

    assert ("one.yaml" in on_stage(fleet)) == ours


def test_two_stages_do_not_feed_each_other(hub: GitHubWorld) -> None:
    """Else what one has would stay on the other, and come back from there, for good."""
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": "stages: {staging: {}, next: {}}\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    rebuild(hub, "--stage", "next")
    tip = hub.remote_ref("refs/heads/next")
    assert tip is not None
    hub.model.add_pull_request(2, tip, branch="next")
    hub.close(1)

    assert rebuild(hub, "--stage", "staging") == ExitCode.DONE

    assert "one.yaml" not in hub.remote_tree()
