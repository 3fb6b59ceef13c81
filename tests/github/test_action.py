"""The action as a runner runs it: from an event to the stage, the answers and the summary."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.github.fake.tokens import APP_ID
from tests.github.runner.job import ROOT
from tests.github.runner.parsing import problems
from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.forges.github.workflow import PATH

if TYPE_CHECKING:
    from tests.github.runner.actions import Actions
    from tests.github.world import GitHubWorld

ACTION = ROOT / "action.yml"


STEPS = ["Set up Python", "Install", "Restore the mirror", "Rebuild"]


def test_from_an_event_to_the_summary(hub: GitHubWorld, actions: Actions) -> None:
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks={"lint": "success"})
    hub.pull_request(2, {"app.yaml": "image: 3\n"}, checks={"lint": "success"})
    hub.pull_request(3, {"new.yaml": "x\n"}, checks={"lint": "in_progress"})

    done = actions.ci_ended(1)

    assert done.conclusion == "success", done.log
    assert [step for step in done.steps if "@" not in step] == [*STEPS, "Keep the mirror"]
    assert done.outputs == {
        "decision": "published",
        "sha": hub.remote_ref("refs/heads/staging"),
        "included": "[1]",
        "record": "1",
    }
    assert {number: hub.statuses(number)["understudy/staging"].state for number in (1, 2, 3)} == {
        1: "success",
        2: "success",
        3: "pending",
    }
    assert "Change 2" in done.summary
    assert ("notice", "staging: published") in [
        (level, said[: len("staging: published")]) for level, said in done.annotations
    ]


def test_again_nothing_is_written_and_the_mirror_is_there(
    hub: GitHubWorld, actions: Actions
) -> None:
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks={"lint": "success"})
    actions.ci_ended(1)
    hub.clear_log()

    done = actions.changed(1, "labeled")

    assert done.conclusion == "success", done.log
    assert done.outputs["decision"] == "unchanged"
    assert hub.writes() == []
    assert [step for step in done.steps if "@" not in step] == STEPS


def test_a_workflow_that_others_can_start_keeps_no_cache(
    hub: GitHubWorld, actions: Actions
) -> None:
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks={"lint": "success"})

    done = actions.changed(1, "opened")

    assert done.outputs["decision"] == "published", done.log
    assert "Keep the mirror" not in done.steps


def test_a_person_may_ask_for_a_dry_run(hub: GitHubWorld, actions: Actions) -> None:
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks={"lint": "success"})

    done = actions.deliver("workflow_dispatch", inputs={"dry-run": True})

    assert done.outputs["decision"] == "dry-run", done.log
    assert hub.remote_ref("refs/heads/staging") is None
    assert hub.statuses(1) == {}


def test_trap_35_what_understudy_says_itself_starts_nothing(actions: Actions) -> None:
    done = actions.deliver("status", context="understudy/staging", state="success")

    assert (done.conclusion, done.steps) == ("skipped", [])


def test_trap_22_a_refused_push_fails_the_job_and_names_the_rule(
    hub: GitHubWorld, actions: Actions
) -> None:
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks={"lint": "success"})
    hub.ruleset("staging", rules=("creation", "update"))

    done = actions.ci_ended(1)

    assert done.conclusion == "failure"
    assert "error" in [level for level, _ in done.annotations]
    assert done.outputs["decision"] == "refused"
    assert "Keep the mirror" not in done.steps


def test_no_input_becomes_part_of_a_script(actions: Actions) -> None:
    actions.give(stage="x\"; touch 'ran'; echo `touch ran` $(touch ran)", config="$(touch ran)")

    done = actions.deliver("workflow_dispatch")

    assert done.conclusion == "failure"
    assert "$(touch ran)" in done.log
    assert not list(actions.hub.folder.rglob("ran"))


def test_trap_17_as_a_github_app_it_acts_as_that(hub: GitHubWorld, actions: Actions) -> None:
    """What an app pushes starts workflows, what the job's own token pushes does not."""
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, checks={"lint": "success"})
    actions.give(app_id=str(APP_ID), app_private_key="${{ secrets.KEY }}")

    done = actions.ci_ended(1)

    assert done.outputs["decision"] == "published", done.log
    [status] = hub.at(1).head.newest_statuses()
    assert status.creator.login == hub.tokens.app.slug


def test_several_stages_are_built_by_one_job_each(hub: GitHubWorld, actions: Actions) -> None:
    hub.base({"understudy.yaml": "stages: {staging: {}, preview: {drafts: exclude}}\n"})
    (hub.clone / PATH).unlink()
    actions.install()
    hub.pull_request(1, {"app.yaml": "image: 2\n"}, draft=True, checks={"lint": "success"})

    done = actions.deliver_to_all("workflow_dispatch")

    assert [job.outputs["included"] for job in done] == ["[1]", "[]"]
    assert set(hub.statuses(1)) == {"understudy/staging", "understudy/preview"}


# --- the file itself -----------------------------------------------------------------------------


def test_github_s_own_parser_has_nothing_against_it() -> None:
    assert problems(ACTION.read_text(), "action") == []


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions"],
        ["zizmor", "--offline", "--no-progress"],
    ],
)
def test_others_have_nothing_against_it(command: list[str]) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run([program, *command[1:], ACTION], capture_output=True, check=False)

    assert done.returncode == 0, done.stdout.decode()


def test_every_action_is_pinned_to_a_commit() -> None:
    used = [step["uses"] for step in _steps() if "uses" in step]

    assert used
    assert all(re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", each) for each in used)


def test_no_expression_is_put_into_a_script() -> None:
    scripts = [step["run"] for step in _steps() if "run" in step]

    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_its_uv_is_that_of_the_makefile() -> None:
    version = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert version
    assert f"uv=={version[1]}\n" in ACTION.read_text()


def _steps() -> list[dict[str, Any]]:
    definition: Any = load(ACTION.read_bytes(), where="action.yml", failure=UsageError)
    return list(definition["runs"]["steps"])
