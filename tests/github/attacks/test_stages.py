"""Stages that do not follow: held, refused, restored; and several stages on one head."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

from tests.github.fake.tokens import ACTIONS
from tests.github.telling import rebuild, told
from tests.outcomes import drawn
from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
ALL = "report: {comment: true, deployments: true}"


def test_who_asks_is_told_why_the_stage_does_not_follow(hub: GitHubWorld) -> None:
    """A refusal after a hold, and a hold after a refusal, are told as what they are."""
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": f"stages: {{staging: {{{ALL}}}}}\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    env = hub.environment(hub.tokens.actions({**ACTIONS, "pull_requests": "write"}))
    rebuild(hub, env=env)
    hub.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    rebuild(hub, env=env)

    with mock.patch.dict("os.environ", {**hub.machine.environment(), **env}, clear=True):
        assert run(["restore", "1", "--repo", hub.address]) == ExitCode.DONE
    assert rebuild(hub, env=env) == ExitCode.DONE
    held = "pending Would be on staging (held at record 1)"
    assert told(hub).splitlines()[1:] == [f"#1 {held}", f"#2 {held}"]
    hub.clear_log()
    assert rebuild(hub, env=env) == ExitCode.DONE
    assert hub.writes() == []

    hub.protect("staging")
    assert rebuild(hub, "--resume", env=env) == ExitCode.WITHHELD
    refused = "pending Would be on staging (push refused: protected-branch)"
    assert told(hub).splitlines()[1:] == [f"#1 {refused}", f"#2 {refused}"]

    hub.model.repository.protections.clear()
    assert rebuild(hub, "--resume", env=env) == ExitCode.DONE
    assert told(hub) == drawn(
        """
        staging: app.yaml, one.yaml, two.yaml, understudy.yaml
        #1 success On staging
        #2 success On staging
        """
    )
    shown = [it.commit.oid for it in hub.deployments() if it.statuses[-1].state == "success"]
    assert shown == [hub.remote_ref("refs/heads/staging")]
    assert [len(hub.comments(number)) for number in hub.requests] == [1, 1]


def test_stages_with_branches_in_folders_speak_side_by_side(hub: GitHubWorld) -> None:
    wanted = f"{{{ALL}, branch: env/staging}}"
    other = f"{{{ALL}, branch: env/preview, labels: {{require: [qa]}}}}"
    stages = f"stages: {{staging: {wanted}, preview: {other}}}\n"
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": stages})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    env = hub.environment(hub.tokens.actions({**ACTIONS, "pull_requests": "write"}))

    for _ in range(2):
        hub.clear_log()
        for stage in ("staging", "preview"):
            assert rebuild(hub, "--stage", stage, env=env) == ExitCode.DONE

    assert hub.writes() == []
    assert {name: it.description for name, it in hub.statuses(1).items()} == {
        "understudy/staging": "On env/staging",
        "understudy/preview": "Not on env/preview: it lacks the label `qa`; add it to let it in",
    }
    assert len(hub.comments(1)) == 2
    assert {it.environment for it in hub.deployments()} == {"staging", "preview"}
