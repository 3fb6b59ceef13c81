from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forges.github.workflows import DIGEST, EVERY_KIND, SEVERAL, document, settings
from tests.github.runner.parsing import problems
from tests.github.runner.triggers import Event, events_of, starts
from understudy import __version__
from understudy.forges.github import workflow
from understudy.forges.github.workflow import Kept, Settings

PROGRAMS = Path(sys.executable).parent

every_kind = pytest.mark.parametrize("kind", EVERY_KIND.values(), ids=EVERY_KIND)


# --- others judge the text -----------------------------------------------------------------------


@every_kind
def test_github_s_own_parser_has_nothing_against_it(kind: Settings) -> None:
    assert problems(workflow.text(kind)) == []


def test_github_s_own_parser_would_find_a_mistake() -> None:
    wrong = workflow.text(settings("Lint")).replace("contents: write", "workflows: write")

    assert problems(wrong)


@every_kind
def test_it_fits_the_schema_of_workflows(kind: Settings, tmp_path: Path) -> None:
    file = tmp_path / "staging-deploy.yaml"
    file.write_text(workflow.text(kind))

    said = _run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)
    assert said.returncode == 0, said.stdout


@every_kind
def test_zizmor_finds_no_weakness(kind: Settings, tmp_path: Path) -> None:
    file = tmp_path / ".github/workflows/staging-deploy.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(workflow.text(kind))

    said = _run("zizmor", "--offline", "--no-progress", file)
    assert said.returncode == 0, said.stdout


def test_each_finding_that_is_ignored_has_its_reason() -> None:
    ignored = [line for line in workflow.text(settings("Lint")).splitlines() if "zizmor:" in line]

    assert [line.partition("] ")[2] for line in ignored] == [
        "no code of a pull request is checked out or run",
        "--uses pins a commit",
    ]


def _run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAMS / program, *arguments], capture_output=True, text=True, check=False
    )


# --- what it says --------------------------------------------------------------------------------


def test_trap_12_trap_13_each_ci_workflow_is_named() -> None:
    """`check_suite` is silent about Actions, and `workflow_run` hears only whom it names."""
    events = events_of(document(workflow.text(settings("Lint", "Test"))))

    assert events["workflow_run"] == {"types": ["completed"], "workflows": ["Lint", "Test"]}
    assert events["check_suite"] == {"types": ["completed"]}
    assert "status" in events


def test_without_ci_nothing_is_listened_to_and_it_says_so() -> None:
    text = workflow.text(settings())

    assert "workflow_run" not in events_of(document(text))
    assert "# No workflow here runs on pull requests" in text


def test_trap_18_pull_requests_of_forks_and_dependabot_get_a_token_that_can_write() -> None:
    events = events_of(document(workflow.text(settings("Lint"))))

    assert "pull_request" not in events
    assert set(events["pull_request_target"]) == {"types"}
    assert len(events["pull_request_target"]["types"]) == 9


def test_trap_19_a_push_is_never_cancelled() -> None:
    concurrency = document(workflow.text(settings("Lint")))["concurrency"]

    assert concurrency == {"group": "staging-deploy", "cancel-in-progress": False}


@pytest.mark.parametrize(
    ("report", "differing"),
    [
        ({}, {}),
        ({"comment": True}, {"pull-requests": "write"}),
        ({"deployments": True}, {"deployments": "write"}),
        ({"status": False}, {"statuses": "read"}),
    ],
)
def test_the_job_may_do_what_it_has_to_and_nothing_else(
    report: dict[str, bool], differing: dict[str, str]
) -> None:
    told = document(workflow.text(settings("Lint", report=report)))

    assert told["permissions"] == {}
    assert told["jobs"]["sync-staging"]["permissions"] == {
        "contents": "write",
        "pull-requests": "read",
        "checks": "read",
        "actions": "read",
        "statuses": "write",
        **differing,
    }


@every_kind
def test_nothing_is_checked_out_and_nothing_is_run_but_the_action(kind: Settings) -> None:
    jobs = document(workflow.text(kind))["jobs"]

    assert list(jobs) == ["sync-staging"]
    steps = jobs["sync-staging"]["steps"]
    assert [sorted(step) for step in steps] == [["uses", "with"]]
    assert steps[0]["uses"] == kind.kept.uses


def test_the_action_is_that_of_this_release() -> None:
    step = document(workflow.text(settings("Lint")))["jobs"]["sync-staging"]["steps"][0]

    assert step["uses"] == f"understudy-dev/understudy@v{__version__}"


def test_several_stages_are_one_job_each() -> None:
    job = document(workflow.text(SEVERAL))["jobs"]["sync-staging"]

    assert job["strategy"] == {"fail-fast": False, "matrix": {"stage": ["staging", "preview"]}}
    assert job["steps"][0]["with"]["stage"] == "${{ matrix.stage }}"


def test_names_and_branches_arrive_as_they_are() -> None:
    odd = ('it\'s "quoted": 🚀 #1', "C:\\x", "- @ci@", "tab\tline\u2028end")
    told = document(workflow.text(settings(*odd, base="release/c++'s")))

    assert told["on"]["workflow_run"]["workflows"] == list(odd)
    assert starts(told, _push("release/c++'s"))
    assert not starts(told, _push("release/ccc's"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_quoted_is_read_again(text: str) -> None:
    assert document(workflow.quoted(text)) == text


def test_a_name_cannot_break_out_of_a_comment() -> None:
    told = document(workflow.text(settings("Lint", base="a\u2028jobs:\u0085x")))

    assert list(told["jobs"]) == ["sync-staging"]


# --- which CI ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: Lint\non: pull_request", "Lint"),
        ("name: Lint\non: [push, pull_request]", "Lint"),
        ("name: Lint\non:\n  pull_request:\n", "Lint"),
        ("name: Lint\non: {pull_request: {branches: [main]}}", "Lint"),
        ("name: Lint\n'on': pull_request", "Lint"),
        ("%YAML 1.1\n---\nname: Lint\non: pull_request", "Lint"),
        ("name: Lint\non: pull_request_target", "Lint"),
        ("on: pull_request", ".github/workflows/x.yml"),
        ("name: ''\non: pull_request", ".github/workflows/x.yml"),
        ("name: 7\non: pull_request", "7"),
        ("name: [odd]\non: pull_request", ".github/workflows/x.yml"),
        ("name: staging-deploy\non: pull_request_target", None),
        ("name: Merge\non: merge_group", None),
        ("name: Push\non: push", None),
        ("name: Review\non: pull_request_review", None),
        ("name: Call\non: {workflow_call: }", None),
        ("- just\n- a list", None),
        ("name: Nothing", None),
        ("", None),
    ],
)
def test_ci_is_what_runs_on_pull_requests(text: str, name: str | None) -> None:
    assert workflow.ci_name(document(text), ".github/workflows/x.yml") == name


# --- what is kept --------------------------------------------------------------------------------


@every_kind
def test_a_file_of_ours_keeps_what_its_owner_chose(kind: Settings) -> None:
    kept = workflow.kept(document(workflow.text(kind)))

    assert kept == replace(kind.kept, base=kind.base)
    assert workflow.text(replace(kind, kept=kept)) == workflow.text(kind)


def test_an_older_release_is_brought_up_to_date() -> None:
    older = workflow.text(settings("Lint")).replace(f"@v{__version__}", "@v0.0.1")

    assert workflow.kept(document(older)).uses == workflow.ACTION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "on: push",
        "jobs: {sync-staging: 7}",
        "jobs: {sync-staging: {steps: [{run: x}, {uses: a/b@c}, {uses: d/e@f}]}}",
        "jobs: {sync-staging: {steps: [{uses: actions/checkout@v4, with: {token: x}}, {run: y}]}}",
        "on: {push: {branches: 7}, schedule: [7, {cron: 7}]}",
    ],
)
def test_a_file_of_somebody_else_s_holds_nothing_to_keep(text: str) -> None:
    assert workflow.kept(document(text)) == Kept()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("understudy-dev/understudy@v0.1.0", True),
        (DIGEST, True),
        ("acme/tools/understudy@main", True),
        ("./.github/actions/understudy", False),
        ("understudy-dev/understudy", False),
        ("a/b@c # d", False),
        ("docker://a/b@c", False),
        ("a/b@c\n", False),
    ],
)
def test_what_can_be_used(text: str, *, good: bool) -> None:
    assert workflow.is_action(text) == good


@pytest.mark.parametrize(
    ("text", "good"),
    [("17 * * * *", True), ("*/5 0-6,22 1 JAN MON", True), ("@daily", False), ("1 2 3 4", False)],
)
def test_what_is_a_schedule(text: str, *, good: bool) -> None:
    assert workflow.is_cron(text) == good


def _push(branch: str) -> Event:
    return Event(name="push", payload={"ref": f"refs/heads/{branch}"})
