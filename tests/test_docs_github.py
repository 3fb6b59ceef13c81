"""The pages on GitHub are true: their sessions run, their tables are those of the code."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests import console
from tests.forges.github.workflows import document, settings
from tests.pages import rows
from tests.render import samples
from tests.test_docs import DOCS, EVERY_PAGE, ROOT, assert_same
from understudy.core.answers import answers
from understudy.core.config import OutState
from understudy.core.record import LineState
from understudy.forges.github import workflow, workflow_shape

if TYPE_CHECKING:
    from pathlib import Path

_ACTION = DOCS / "reference/github-action.md"
_WORKFLOW = DOCS / "reference/github-workflow.md"
_PERMISSIONS = DOCS / "reference/github-permissions.md"
_ANSWERS = DOCS / "reference/github-answers.md"
_WITH_SESSIONS = [
    page
    for page in sorted((DOCS / "how-to").glob("*.md"))
    if console.is_on_github(page) and console.typed_in(page.read_text())
]


def test_the_tutorial_on_github_is_what_happens(tmp_path: Path) -> None:
    said, github = console.followed(tmp_path)
    github.close()

    assert_same(console.GITHUB_TUTORIAL, said)


@pytest.mark.parametrize("page", _WITH_SESSIONS, ids=lambda page: page.stem)
def test_the_sessions_of_a_how_to_on_github_are_what_happens(page: Path, tmp_path: Path) -> None:
    _, github = console.followed(tmp_path)
    with closing(github):
        session = console.typed_in(page.read_text())
        start = tmp_path / console.GITHUB_START
        assert_same(page, console.run(session, start, tmp_path, elsewhere=github))


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "of"), [("Inputs", "inputs"), ("Outputs", "outputs")])
def test_the_page_of_the_action_names_what_the_action_has(section: str, of: str) -> None:
    told = rows(_ACTION, section)

    assert [row[0].strip("`") for row in told] == list(
        document((ROOT / "action.yml").read_text())[of]
    )


def test_the_actions_of_the_pages_are_those_that_init_writes() -> None:
    used = [
        (page.name, name)
        for page in EVERY_PAGE
        for name in re.findall(rf"uses: ({workflow.REPOSITORY}@\S+)", page.read_text())
    ]

    assert used
    assert {name for _, name in used} == {workflow.ACTION}


@pytest.mark.parametrize("state", LineState)
def test_the_texts_of_answers_are_those_of_the_code(state: LineState) -> None:
    told = {row[0].strip("`"): row[1:] for row in rows(_ANSWERS, "Texts")}
    reason = None if state is LineState.INCLUDED else "why"
    record = samples.record(pull_requests=(samples.line(7, state, detail=reason),))

    given = [each for out in OutState for each in answers(record, out=out)]

    said = {each.text.replace("staging: why", "staging: …") for each in given}
    assert [*said, *(each.state.value for each in given)] == told[state.value]


def test_no_state_is_left_out_of_the_answers() -> None:
    states = [row[0].strip("`") for row in rows(_ANSWERS, "Texts")]

    assert states == [state.value for state in LineState]


def test_every_event_of_the_workflow_is_told_of() -> None:
    kept = workflow.Kept(schedule=("17 * * * *",))
    events = document(workflow.text(settings("CI", kept=kept)))["on"]
    told = rows(_WORKFLOW, "What starts it")

    assert {re.findall(r"`([a-z_]+)`", row[0])[0] for row in told} == set(events)
    assert all(kind in _WORKFLOW.read_text() for kind in events["pull_request_target"]["types"])


def test_every_permission_of_the_workflow_is_told_of() -> None:
    report = {"comment": True, "deployments": True}
    told = {row[0].strip("`") for row in rows(_PERMISSIONS, "The permissions")}
    for written in (settings("CI"), settings("CI", report=report)):
        asked = document(workflow.text(written))["jobs"][workflow_shape.JOB]["permissions"]
        assert {f"{key}: {level}" for key, level in asked.items()} <= told
