"""The lifecycle of a change, as somebody lives it who has just added the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.telling import told

if TYPE_CHECKING:
    from tests.github.runner.actions import Actions
    from tests.github.runner.job import JobRun
    from tests.github.world import GitHubWorld


def test_the_lifecycle_of_a_change(hub: GitHubWorld, actions: Actions) -> None:
    # `actions`: an empty repository, a base with one CI workflow, `understudy init`, committed.

    # A branch from master, pushed, and a pull request. CI begins.
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, title="New image")
    hub.check(1, "lint", "in_progress")
    opened = actions.changed(1, "opened")
    assert _answers(hub) == ["#1 pending Not yet on staging: waiting for check `lint`"]
    assert _said(opened) == "published = master + 0 pull requests"

    # CI passes: it is merged into staging by itself.
    hub.mark(1, lint="success")
    passed = actions.ci_ended(1)
    assert _on_stage(hub, "app.yaml") == "image: 2\n"
    assert _answers(hub) == ["#1 success On staging"]
    assert _said(passed) == "published = master + 1 pull request"
    assert f"1]({hub.fake.root}/ada/fleet/pull/1) | New image" in passed.summary

    # Two others come. One touches the same line, one fails.
    hub.pull_request(2, {"app.yaml": "image: 3\n"}, checks={"lint": "success"})
    hub.pull_request(3, {"new.yaml": "x\n"}, checks={"lint": "failure"})
    conflicted = actions.ci_ended(2)
    assert _answers(hub) == [
        "#1 success On staging",
        "#2 success Not on staging: conflicts with #1 in app.yaml",
        "#3 success Not on staging: check `lint` failed; a push that passes lets it in",
    ]
    assert _said(conflicted) == "unchanged has the content of master + 1 pull request"
    assert "image: 3" in conflicted.summary  # both sides are shown

    # A push mends the third.
    hub.push(3, {"new.yaml": "y\n"})
    hub.check(3, "lint", "queued")
    actions.changed(3, "synchronize")
    assert "new.yaml" not in hub.remote_tree()
    hub.mark(3, lint="success")
    actions.ci_ended(3)
    assert _on_stage(hub, "new.yaml") == "y\n"

    # It was seen to work: the first one lands. It is part of the base now; #2 conflicts with that.
    hub.land(1)
    landed = actions.deliver("push", ref="refs/heads/master")
    assert _said(landed) == "unchanged has the content of master + 1 pull request"
    assert landed.outputs["included"] == "[3]"
    assert _answers(hub) == [
        "#2 success Not on staging: conflicts with the base in app.yaml",
        "#3 success On staging",
    ]

    # The third is given up: it leaves the stage.
    hub.close(3)
    closed = actions.changed(3, "closed")
    assert _said(closed) == "published = master + 0 pull requests"
    assert "new.yaml" not in hub.remote_tree()

    # Nothing happens any more, so nothing is written any more.
    hub.clear_log()
    again = actions.deliver("workflow_dispatch")
    assert again.outputs["decision"] == "unchanged"
    assert hub.writes() == []


def _answers(hub: GitHubWorld) -> list[str]:
    return told(hub).splitlines()[1:]


def _on_stage(hub: GitHubWorld, path: str) -> str:
    return hub.remote_tree()[path]


def _said(job: JobRun) -> str:
    """Return the headline of the summary, without what is another each time."""
    assert job.conclusion == "success", job.log
    headline = job.summary.splitlines()[0].replace("\\", "")
    words = headline.removeprefix("### staging: ").replace(",", "").split()
    return " ".join(word for word in words if not _is_id(word))


def _is_id(word: str) -> bool:
    return len(word) == 7 and set(word) <= set("0123456789abcdef")
