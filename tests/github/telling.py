"""The real command against the fake, in this process, and what it left behind as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

from understudy.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github.world import GitHubWorld


def rebuild(hub: GitHubWorld, *arguments: str, env: Mapping[str, str] | None = None) -> int:
    """Run `understudy rebuild` as a workflow does, or with other credentials; return its code."""
    environment = {
        **hub.machine.environment(),
        **(hub.environment() if env is None else env),
        "UNDERSTUDY_DEADLINE": "2",
    }
    with mock.patch.dict("os.environ", environment, clear=True):
        return run(["rebuild", "--repo", hub.address, *arguments])


def told(hub: GitHubWorld) -> str:
    """Return what the stage has, and what each open pull request was told."""
    lines = [on_stage(hub)]
    for number in sorted(hub.requests):
        status = hub.statuses(number).get("understudy/staging")
        lines.append(f"#{number} {status.state} {status.description}" if status else f"#{number} -")
    return "\n".join(lines)


def on_stage(hub: GitHubWorld) -> str:
    """Return the files that the stage has."""
    return "staging: " + ", ".join(hub.remote_tree())
