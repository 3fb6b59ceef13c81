"""A rebuild that is killed between any two things that it writes leaves nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.github.fake.tokens import ACTIONS
from tests.github.telling import rebuild, told
from tests.machines import Machine
from tests.outcomes import drawn
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.fake.messages import Request
    from tests.github.world import GitHubWorld

KILLED = -signal.SIGKILL
WRITES, MOST = 7, 20
"""The push, a comment and a status for each, a deployment and its status."""
REPORTING = "stages: {staging: {report: {comment: true, deployments: true}}}\n"
AS_IT_SHOULD_BE = drawn(
    """
    staging: app.yaml, one.yaml, understudy.yaml
    #1 success On staging
    #2 success Not on staging: conflicts with #1 in one.yaml
    """
)


@dataclass
class Killer:
    """Kills a process at the write that is `fatal`: as GitHub hears of it."""

    hub: GitHubWorld
    fatal: int
    counted: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    def __call__(self, request: Request) -> bool:
        self.counted += request.writes
        if not request.writes or self.counted != self.fatal or self.process is None:
            return False
        os.kill(self.process.pid, signal.SIGKILL)
        return True

    def run(self, machine: Machine) -> int:
        """Run the command and return how it ended."""
        environment = {**machine.environment(), **_environment(self.hub)}
        self.process = subprocess.Popen(
            self.hub.command("rebuild", "--repo", self.hub.address),
            cwd=self.hub.clone,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self.process.wait()


def test_killed_at_any_write_the_next_rebuild_ends_right(hub: GitHubWorld) -> None:
    """What was asked last did happen, and nobody was there to hear of it."""
    _a_world(hub)
    code = KILLED
    for fatal in range(1, MOST):
        _as_if_nothing_had_happened(hub)
        killer = Killer(hub, fatal)
        hub.fault("cut-after", on=killer)

        code = killer.run(Machine(hub.folder / f"machine {fatal}"))

        hub.fake.faults.clear()
        _ends_right(hub)
        if code != KILLED:
            break
    assert (code, fatal) == (ExitCode.DONE, WRITES + 1)


def _a_world(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": REPORTING})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    hub.pull_request(2, {"one.yaml": "2\n"}, checks={"lint": "success"})


def _as_if_nothing_had_happened(hub: GitHubWorld) -> None:
    for ref in ("refs/heads/staging", "refs/understudy/staging"):
        if hub.remote_ref(ref):
            hub.git("push", "--quiet", "origin", "--delete", ref)
    hub.model.repository.deployments.clear()
    for number in hub.requests:
        hub.at(number).comments.clear()
        hub.at(number).head.statuses.clear()


def _environment(hub: GitHubWorld) -> dict[str, str]:
    return hub.environment(hub.tokens.actions({**ACTIONS, "pull_requests": "write"}))


def _ends_right(hub: GitHubWorld) -> None:
    branch, record = (hub.remote_ref(f"refs/{it}/staging") for it in ("heads", "understudy"))
    assert (branch is None) == (record is None)
    assert rebuild(hub, env=_environment(hub)) == ExitCode.DONE
    assert told(hub) == AS_IT_SHOULD_BE
    assert [len(hub.comments(number)) for number in hub.requests] == [1, 1]
    assert [it.commit.oid for it in hub.deployments()] == [hub.remote_ref("refs/heads/staging")]
    assert [it.state for it in hub.deployments()[0].statuses] == ["success"]
