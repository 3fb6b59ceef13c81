"""The generated workflow without one of its permissions: it is named, and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.github.fake.tokens import ACTIONS
from tests.github.telling import on_stage, rebuild, told
from tests.outcomes import drawn
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
ALL = {**ACTIONS, "pull_requests": "write"}
BEFORE = "staging: app.yaml, one.yaml, two.yaml, understudy.yaml"
AFTER = "staging: app.yaml, one.yaml, three.yaml, understudy.yaml"


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A permission at a level that is too low, and what comes of it."""

    permission: str
    level: str
    code: ExitCode
    stage: str = BEFORE
    said: str


@pytest.mark.parametrize(
    "missing",
    [
        Missing(permission="contents", level="none", code=ExitCode.USAGE, said="`Contents: read`"),
        Missing(permission="contents", level="read", code=ExitCode.WITHHELD, said="write access"),
        Missing(
            permission="pull_requests",
            level="none",
            code=ExitCode.WITHHELD,
            said="`understudy doctor` tells which permission",
        ),
        Missing(
            permission="deployments",
            level="read",
            code=ExitCode.DONE,
            stage=AFTER,
            said="`deployments=write`",
        ),
    ],
    ids=lambda missing: f"{missing.permission}: {missing.level}",
)
def test_a_permission_that_is_missing_is_named_and_nothing_is_lost(
    hub: GitHubWorld, missing: Missing, capsys: pytest.CaptureFixture[str]
) -> None:
    _a_world_that_moved_on(hub)
    before = len(hub.deployments())

    given = {missing.permission: missing.level}
    assert rebuild(hub, env=_environment(hub, **given)) == missing.code

    assert missing.said in capsys.readouterr().err
    assert on_stage(hub) == missing.stage
    assert rebuild(hub, env=_environment(hub)) == ExitCode.DONE
    assert told(hub) == drawn(
        f"""
        {AFTER}
        #1 success On staging
        #3 success On staging
        """
    )
    assert [len(hub.comments(number)) for number in hub.requests] == [1, 1]
    assert len(hub.deployments()) == before + 1


def _environment(hub: GitHubWorld, **changed: str) -> dict[str, str]:
    return hub.environment(hub.tokens.actions({**ALL, **changed}))


def _a_world_that_moved_on(hub: GitHubWorld) -> None:
    report = "stages: {staging: {report: {comment: true, deployments: true}}}\n"
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": report})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks=PASSED)
    hub.pull_request(2, {"two.yaml": "2\n"}, checks=PASSED)
    assert rebuild(hub, env=_environment(hub)) == ExitCode.DONE
    hub.close(2)
    hub.pull_request(3, {"three.yaml": "3\n"}, checks=PASSED)
