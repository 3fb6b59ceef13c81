"""Whatever goes wrong on the way, the next rebuild ends where it would have ended without it.

Each story: a stage stands, the world moves on, one rebuild meets the fault, the next does not.
In between, the stage is as it was or as it should be, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.github.telling import on_stage, rebuild, told
from tests.outcomes import drawn
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.fake.faults import Kind, On
    from tests.github.world import GitHubWorld

AS_IT_WAS = drawn(
    """
    staging: app.yaml, one.yaml, two.yaml
    #1 success On staging
    #2 success On staging
    #3 pending Not yet on staging: waiting for check `lint`
    """
)
AS_IT_SHOULD_BE = drawn(
    """
    staging: app.yaml, one.yaml, three.yaml
    #1 success On staging
    #3 success On staging
    #4 success Not on staging: check `lint` failed; a push that passes lets it in
    """
)

_WHOLE_IN_THE_END = {"slow", "empty-page"}
"""Kinds of fault that lose nothing, however often."""

FOR_GOOD = 1000
"""More often than anybody asks."""


_REFUSED = ("refused-push", "git-push")
_STAGE = {"ref": "refs/heads/staging", "reason": "protected branch hook declined"}
_PROTECTED = "GH006: Protected branch update failed for refs/heads/staging."
_RULESET = "GH013: Repository rule violations found for refs/heads/staging."
_WORKFLOWS = (
    "refusing to allow a GitHub App to create or update workflow"
    " `.github/workflows/ci.yaml` without `workflows` permission"
)

READING: dict[str, tuple[str, str, dict[str, Any]]] = {
    **{f"GraphQL answers {status}": (status, "graphql", {}) for status in ("500", "502", "504")},
    "GraphQL answers 503": ("503", "graphql", {}),
    "too many requests": ("429", "graphql", {"retry_after": 1}),
    "primary limit": ("primary-limit", "graphql", {"reset_in": 1}),
    "secondary limit": ("secondary-limit", "graphql", {"retry_after": 1}),
    "limit told with status 200": ("graphql-rate-limited", "graphql", {}),
    "slow answer": ("slow", "graphql", {"seconds": 1}),
    "cut before it is asked": ("cut-before", "graphql", {}),
    "cut in the answer": ("cut-during", "graphql", {}),
    "cut after it was asked": ("cut-after", "graphql", {}),
    "trap 01: a part of the answer": ("graphql-partial", "graphql", {}),
    "trap 01: an error in place of data": ("graphql-error", "graphql", {}),
    "trap 09: an empty page in between": ("empty-page", "graphql", {}),
    "half an answer": ("truncated-json", "graphql", {}),
    "a page of a proxy": ("html-page", "graphql", {}),
    "git reading answers 500": ("500", "git-read", {}),
    "git reading is cut": ("cut-during", "git-read", {}),
}
WRITING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "pushing answers 500": ("500", "git-push", {}),
    "pushing is cut before": ("cut-before", "git-push", {}),
    "the answer to a push is lost": ("cut-after", "git-push", {}),
    "trap 22: protection refuses the push": (*_REFUSED, {**_STAGE, "says": _PROTECTED}),
    "trap 22: a ruleset refuses the push": (*_REFUSED, {**_STAGE, "says": _RULESET}),
    "trap 20: the workflows permission is missing": (*_REFUSED, {**_STAGE, "reason": _WORKFLOWS}),
    "a status answers 500": ("500", "rest-write", {}),
    "a status answers 502": ("502", "rest-write", {}),
    "too many statuses": ("429", "rest-write", {"retry_after": 1}),
    "secondary limit on statuses": ("secondary-limit", "rest-write", {"retry_after": 1}),
    "a status is cut before": ("cut-before", "rest-write", {}),
    "the answer to a status is lost": ("cut-after", "rest-write", {}),
    "a page of a proxy for a status": ("html-page", "rest-write", {}),
}


@pytest.mark.parametrize("times", [1, FOR_GOOD], ids=["once", "for good"])
@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_the_next_rebuild_makes_up_for_a_fault(hub: GitHubWorld, name: str, times: int) -> None:
    kind, on, details = (READING | WRITING)[name]
    _a_world_that_moved_on(hub)
    hub.fault(cast("Kind", kind), on=cast("On", on), times=times, **details)

    hub.clear_log()

    code = rebuild(hub)

    assert on_stage(hub) in {AS_IT_WAS.splitlines()[0], AS_IT_SHOULD_BE.splitlines()[0]}
    if times == FOR_GOOD and name in READING and kind not in _WHOLE_IN_THE_END:
        assert code == ExitCode.UNAVAILABLE
        assert on_stage(hub) == AS_IT_WAS.splitlines()[0]
        assert hub.writes() == []
    assert code in {ExitCode.DONE, ExitCode.WITHHELD, ExitCode.UNAVAILABLE, ExitCode.RACED}
    hub.fake.faults.clear()
    assert rebuild(hub) == ExitCode.DONE
    assert told(hub) == AS_IT_SHOULD_BE


def test_a_stage_that_somebody_moves_meanwhile_is_never_overwritten_unseen(
    hub: GitHubWorld,
) -> None:
    """Trap 21: the push is pinned to what was read, so a lost race means reading again."""
    _a_world_that_moved_on(hub)
    base = hub.remote_ref("refs/heads/master")
    hub.fault("ref-moved", on="git-push", ref="refs/heads/staging", to=base)
    hub.clear_log()

    assert rebuild(hub) == ExitCode.DONE

    assert len([seen for seen in hub.traffic if seen.group == "git-push"]) > 1
    assert told(hub) == AS_IT_SHOULD_BE


def test_an_old_answer_of_github_is_noticed_by_what_git_has(hub: GitHubWorld) -> None:
    _a_world_that_moved_on(hub)
    hub.freeze_reads(2)
    hub.land(1)
    hub.clear_log()

    assert rebuild(hub) == ExitCode.DONE

    assert on_stage(hub) == "staging: app.yaml, one.yaml, three.yaml"
    assert len(hub.reads()) == 3
    assert "Merge pull request 1" not in hub.messages()


def test_an_old_answer_is_noticed_by_a_stage_that_github_does_not_know_yet(
    hub: GitHubWorld,
) -> None:
    """Else one that was closed since would stay on the stage until something else happens."""
    _a_world_that_moved_on(hub)
    rebuild(hub)
    base = hub.remote_ref("refs/heads/master")
    assert base is not None
    hub.freeze_reads(2)
    hub.close(3)
    hub.move_ref("refs/heads/staging", base)  # a rebuild elsewhere, say
    hub.clear_log()

    assert rebuild(hub) == ExitCode.DONE

    assert on_stage(hub) == "staging: app.yaml, one.yaml"
    assert len(hub.reads()) == 3


def _a_world_that_moved_on(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    hub.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "success"})
    hub.pull_request(3, {"three.yaml": "3\n"}, checks={"lint": "in_progress"})
    assert rebuild(hub) == ExitCode.DONE
    assert told(hub) == AS_IT_WAS
    hub.close(2)
    hub.mark(3, lint="success")
    hub.pull_request(4, {"four.yaml": "4\n"}, checks={"lint": "failure"})
