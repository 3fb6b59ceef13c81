from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.render import samples
from tests.render.parsed import parsed
from tests.render.runner import commands
from tests.render.test_fragments import VIEW
from understudy.cli import actions
from understudy.core.answers import Report
from understudy.core.decisions import Finding
from understudy.core.record import DecisionWord, LineState
from understudy.render.markdown import LIMIT
from understudy.wiring import Options, open_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World
    from understudy.core.record import Record

UNSENT = Finding(rule="status", subject="#4", message="403", remedy="Allow `statuses: write`.")
HEREDOC = re.compile(r"(?P<name>\w+)<<(?P<end>\S+)\n(?P<value>.*?)\n(?P=end)\n", re.DOTALL)


class Step:
    """One step of a job, as a runner starts it."""

    def __init__(self, folder: Path) -> None:
        self.summary = folder / "summary.md"
        self.output = folder / "output"

    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
        }

    def outputs(self) -> dict[str, str]:
        text = self.output.read_text(encoding="utf-8")
        assert HEREDOC.sub("", text) == ""
        ends = [found["end"] for found in HEREDOC.finditer(text)]
        assert all(len(end) > 30 for end in ends)
        return {found["name"]: found["value"] for found in HEREDOC.finditer(text)}


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    started = Step(tmp_path)
    for name, value in started.environment().items():
        monkeypatch.setenv(name, value)
    return started


def test_a_step_gets_log_summary_and_outputs(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    step.summary.write_text("Written before.\n", encoding="utf-8")

    actions.tell(samples.record(), None, conflicts={14: (VIEW,)}, report=Report(unsent=(UNSENT,)))

    page = step.summary.read_text(encoding="utf-8")
    assert page.startswith("Written before.\n### staging\\: published ccccccc")
    assert "Both sides of the conflicts" in page
    assert "Some answers could not be sent" in page
    assert step.outputs() == {
        "decision": "published",
        "sha": "c" * 40,
        "included": "[4, 9]",
        "record": "17",
    }
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [command.name for command in commands(printed.err)][0::7] == ["notice", "warning"]


def test_outputs_of_a_stage_that_does_not_exist(step: Step) -> None:
    record = samples.record(
        decision=DecisionWord.REFUSED, candidate=None, published=None, pull_requests=()
    )

    actions.tell(record, None)

    assert step.outputs() == {"decision": "refused", "sha": "", "included": "[]", "record": "17"}
    assert json.loads(step.outputs()["included"]) == []


def test_outside_a_runner_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    actions.tell(samples.record(), None)
    actions.tell_failure("no", "")

    assert not actions.inside_actions()
    assert not actions.wants_summary()
    assert actions.harmless("::error::x") == "::error::x"
    assert capsys.readouterr() == ("", "")


def test_a_file_that_cannot_be_written_is_a_warning(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    step.summary.mkdir()
    step.output.mkdir()

    actions.tell(samples.record(), None)

    warnings = [each.data for each in commands(capsys.readouterr().err) if each.name == "warning"]
    assert warnings == [
        "GITHUB_STEP_SUMMARY cannot be written: Is a directory",
        "GITHUB_OUTPUT cannot be written: Is a directory",
    ]


def test_without_a_runner_a_warning_is_plain(
    step: Step, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    monkeypatch.delenv("GITHUB_OUTPUT")
    step.summary.mkdir()

    actions.tell(samples.record(), None)

    told = capsys.readouterr().err
    assert told == "warning: GITHUB_STEP_SUMMARY cannot be written: Is a directory\n"


def test_what_the_step_wrote_before_counts_for_the_limit(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tuple(samples.line(n, LineState.INCLUDED, "long " * 40) for n in range(1, 900))
    step.summary.write_text("x" * (LIMIT - 40_000), encoding="utf-8")

    actions.tell(samples.record(pull_requests=lines), None)

    page = step.summary.read_text(encoding="utf-8")
    assert LIMIT - 20_000 < len(page.encode()) <= LIMIT
    assert "more: `understudy show 17`" in page
    assert parsed(page.lstrip("x")).is_well_formed()

    actions.tell(samples.record(pull_requests=lines), None)
    step.summary.write_text("x" * LIMIT, encoding="utf-8")
    actions.tell(samples.record(), None)

    assert step.summary.stat().st_size == LIMIT
    assert "summary is full already" in capsys.readouterr().err


def test_a_failure_is_an_annotation_and_a_page(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    actions.tell_failure("No x.\n::set-output name=a::b", "Look there.")

    (command,) = commands(capsys.readouterr().err)
    assert (command.name, command.properties) == ("error", {"title": "understudy failed"})
    assert command.data == "No x.\n\\::set-output name=a::b\nLook there."
    assert "### understudy failed\n\nNo x\\." in step.summary.read_text(encoding="utf-8")


@pytest.mark.usefixtures("step")
def test_what_a_command_prints_in_a_step_holds_no_command() -> None:
    page = "#1  in  ##[set-output name=sha]evil\n::error::evil\n"
    assert actions.harmless(page) == "#1  in  # #[set-output name=sha]evil\n\\::error::evil\n"


# --- both sides of real conflicts ----------------------------------------------------------------

APP = "image: app\nreplicas: 1\nport: 80\n"


def conflicting(world: World, count: int) -> tuple[Record, Options]:
    world.base({"app.yaml": APP})
    for number in range(1, count + 2):
        world.pull_request(number, {"app.yaml": APP.replace("1", f"1{number}")})
    record = world.rebuild().record
    return record, Options(
        repo=str(world.remote), pull_requests=world.listing, cache=world.machine.cache
    )


def test_conflicts_are_merged_anew_as_many_as_a_page_takes_trap_27(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, options = conflicting(world, 3)
    monkeypatch.setattr(actions, "MOST_CONFLICTS", 2)

    with world.machine.active(), open_project(options) as project:
        shown = actions.conflicts_to_show(project, record)

    assert list(shown) == [2, 3]
    (view,) = shown[3]
    (hunk,) = view.hunks
    assert (view.path, view.with_) == ("app.yaml", (1,))
    assert (hunk.ours.text, hunk.theirs.text) == ("replicas: 11\n", "replicas: 13\n")


def test_no_conflict_is_merged_anew_when_time_is_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, options = conflicting(world, 1)
    monkeypatch.setattr(actions, "PATIENCE", -1.0)

    with world.machine.active(), open_project(options) as project:
        assert actions.conflicts_to_show(project, record) == {}


def test_a_conflict_that_cannot_be_shown_fails_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    record, options = conflicting(world, 2)

    with world.machine.active(), open_project(options) as project:
        shutil.rmtree(world.machine.cache)
        shown = actions.conflicts_to_show(project, record)

    assert shown == {}
    (told,) = re.findall("^warning: .*", capsys.readouterr().err, re.MULTILINE)
    assert told.startswith("warning: the conflict of #2 cannot be shown: ")
