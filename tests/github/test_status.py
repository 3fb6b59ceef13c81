"""`understudy status` of a stage on GitHub, where Flux sets statuses and no cluster is named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest

from tests.github.telling import rebuild
from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.fake.values import StatusState
    from tests.github.world import GitHubWorld


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    """A stage with #1."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, title="two replicas", checks={"lint": "success"})
    rebuild(hub)
    return hub


def status(fleet: GitHubWorld, *arguments: str, env: dict[str, str] | None = None) -> int:
    """Type it on somebody's machine."""
    environment = {**fleet.machine.environment(), **(env or fleet.environment())}
    with mock.patch.dict("os.environ", environment, clear=True):
        return run(["status", "--repo", fleet.address, *arguments])


@pytest.mark.parametrize(
    ("state", "reason", "code", "said", "presence"),
    [
        ("success", "reconciliation succeeded", ExitCode.DONE, "is deployed", "deployed"),
        ("failure", "health check failed", ExitCode.WITHHELD, "cannot go on by itself", "failing"),
        ("success", "dependency not ready", ExitCode.UNAVAILABLE, "waiting for", "on the way"),
    ],
)
def test_what_flux_says_on_github_is_told(  # noqa: PLR0913 - a row of the table
    fleet: GitHubWorld,
    capsys: pytest.CaptureFixture[str],
    *,
    state: StatusState,
    reason: str,
    code: ExitCode,
    said: str,
    presence: str,
) -> None:
    fleet.flux("apps-staging", state, reason)

    assert status(fleet, "--wait", "--timeout", "0s") == code

    told = capsys.readouterr().out
    assert "Flux, as the forge tells: " in told
    assert said in told
    assert f"  #1  {presence.ljust(10)}  two replicas" in told
    assert (reason in told) is (presence != "deployed")


def test_a_token_that_may_not_read_it_hides_nothing_else(
    fleet: GitHubWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.flux("apps-staging", "success", "reconciliation succeeded")
    may = dict.fromkeys(("pull_requests", "checks", "actions", "metadata", "contents"), "read")
    token = fleet.tokens.actions(may)

    code = status(fleet, env=fleet.environment(token))

    told = capsys.readouterr().out
    assert code == ExitCode.WITHHELD
    assert "The token may not read the statuses of" in told
    assert "`Commit statuses: read`" in told
    assert "In (1)\n  #1  in          two replicas" in told
