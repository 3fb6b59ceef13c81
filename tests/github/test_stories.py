"""What a stage on GitHub is made of: each story is one state of pull requests and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.outcomes import drawn

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld


def test_green_is_in_red_is_out_running_waits(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    hub.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})
    hub.pull_request(3, {"three.yaml": "3\n"}, checks={"lint": "in_progress"})
    hub.pull_request(4, {"one.yaml": "4\n"}, checks={"lint": "success"})

    assert hub.rebuild().text == drawn(
        """
        published  master + #1
        #1  included
        #2  excluded  checks-failed
        #3  waiting  checks-pending
        #4  conflicted  conflicts-with-pull-request  one.yaml add/add with #1
        """
    )


def test_the_command_tells_each_pull_request(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    hub.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "failure"})

    printed = hub.cli("rebuild", "--repo", hub.address)

    print(printed.out, printed.err)
    assert printed.code == 0
    print(hub.statuses(1), hub.statuses(2), hub.traffic)
    hub.clear_log()
    printed = hub.cli("rebuild", "--repo", hub.address)
    print(printed.out, printed.err)
    print(hub.traffic)
    assert hub.writes() == []
