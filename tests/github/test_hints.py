"""Events say "look again": false, lost, late or at once, the stage comes out right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.github.telling import rebuild, told
from tests.outcomes import drawn
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.runner.actions import Actions
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}


def test_trap_15_what_an_event_says_is_not_believed(hub: GitHubWorld, actions: Actions) -> None:
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    hub.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})

    actions.changed(1, "closed")
    actions.ci_ended(2)

    assert "one.yaml" in hub.remote_tree()
    assert "two.yaml" not in hub.remote_tree()


def test_trap_15_one_event_makes_up_for_all_that_were_lost(
    hub: GitHubWorld, actions: Actions
) -> None:
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    hub.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    actions.ci_ended(2)
    hub.close(1)
    hub.push(2, {"two.yaml": "two\n"})
    hub.mark(2, lint="success")
    hub.pull_request(3, {"three.yaml": "3\n"}, checks=PASSED)

    done = actions.deliver("workflow_dispatch")

    assert done.outputs["included"] == "[2, 3]"
    assert hub.remote_tree()["two.yaml"] == "two\n"


def test_trap_16_what_is_normal_does_not_turn_the_base_red(
    hub: GitHubWorld, actions: Actions
) -> None:
    """A run for such an event reports on the tip of the base: red there would block everybody."""
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks=PASSED)
    hub.pull_request(2, {"app.yaml": "image: 3\n"}, checks=PASSED)
    hub.pull_request(3, {"new.yaml": "x\n"}, checks={"lint": "failure"})
    hub.pull_request(4, {"four.yaml": "x\n"}, checks={"lint": "queued"})

    done = actions.ci_ended(2)

    assert done.conclusion == "success"
    assert {level for level, _ in done.annotations} == {"notice"}


def test_two_rebuilds_at_once_come_to_one_result(hub: GitHubWorld) -> None:
    """Trap 19: were two ever to run side by side, the pinned push decides between them."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    hub.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})
    machines = [hub.machine, hub.other_machine()]

    with ThreadPoolExecutor() as pool:
        printed = list(
            pool.map(lambda each: hub.cli("rebuild", "--repo", hub.address, on=each), machines)
        )

    assert [each.code for each in printed] == [ExitCode.DONE, ExitCode.DONE]
    assert told(hub) == drawn(
        """
        staging: app.yaml, one.yaml
        #1 success On staging
        #2 success Not on staging: check `lint` failed; a push that passes lets it in
        """
    )


def test_trap_28_29_and_31_one_that_conflicts_holds_nobody_up(hub: GitHubWorld) -> None:
    """All others are ancestors of the stage, which is made anew when the conflict is gone."""
    hub.base({"app.yaml": "image: 1\n"})
    for number in range(1, 6):
        path = "same.yaml" if number in {2, 4} else f"{number}.yaml"
        hub.pull_request(number, {path: f"{number}\n"}, checks=PASSED)
    rebuild(hub)

    for number in (1, 2, 3, 5):
        hub.git("fetch", "--quiet", "origin", "staging")
        hub.git("merge-base", "--is-ancestor", hub.requests[number].head, "FETCH_HEAD")
    hub.close(2)
    rebuild(hub)

    assert hub.remote_tree()["same.yaml"] == "4\n"
    assert hub.statuses(4)["understudy/staging"].description == "On staging"
