from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.clones import LINT, WORKFLOW
from understudy.core.config import NAMES
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.clones import Clone


# --- the first time ------------------------------------------------------------------------------


def test_both_files_are_written_and_the_next_step_is_told(clone: Clone) -> None:
    told = clone.init()

    assert told == (
        "Wrote 2 files\n"
        f"  created       {WORKFLOW}\n"
        "  created       understudy.yaml\n"
        "\n"
        "Base          main\n"
        "CI workflows  Lint\n"
        "\n"
        "Bring it to the default branch; from then on the stage builds itself. Nothing has to be"
        " set up on GitHub: the workflow asks for the permissions it needs.\n"
        f"    git add {WORKFLOW} understudy.yaml && git commit --message 'Build a staging branch'"
        " && git push\n"
    )
    assert '      - "Lint"\n' in clone.read()
    assert '    branches: ["main"]\n' in clone.read()
    assert clone.read("understudy.yaml").startswith("# yaml-language-server: $schema=")


def test_it_works_from_any_folder_of_the_clone(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.write("apps/x.yaml", "")
    monkeypatch.chdir(clone.folder / "apps")

    clone.init()

    assert '"Lint"' in clone.read()


def test_a_dry_run_writes_nothing(clone: Clone) -> None:
    before = clone.files()

    told = clone.init("--dry-run")

    assert told.startswith(f"Would write 2 files: a dry run\n  created       {WORKFLOW}\n")
    assert "git commit" not in told
    assert clone.files() == before


def test_the_whole_is_told_as_json(clone: Clone) -> None:
    assert clone.json("--dry-run") == {
        "base": "main",
        "ci": ["Lint"],
        "unread": [],
        "dry_run": True,
        "files": [
            {"path": WORKFLOW, "change": "created", "written": False},
            {"path": "understudy.yaml", "change": "created", "written": False},
        ],
    }


def test_without_ci_in_actions_it_says_so(clone: Clone) -> None:
    (clone.folder / ".github/workflows/lint.yaml").unlink()

    told = clone.init()

    assert "CI workflows  none that runs on pull requests, so no CI in Actions starts" in told
    assert "workflow_run:" not in clone.read()


def test_without_a_folder_for_forges_it_is_made(clone: Clone) -> None:
    (clone.folder / ".github/workflows/lint.yaml").unlink()
    (clone.folder / ".github/workflows").rmdir()
    (clone.folder / ".github").rmdir()

    clone.init()

    assert set(clone.files()) == {WORKFLOW, "understudy.yaml"}


# --- what is found -------------------------------------------------------------------------------


def test_every_shape_of_trigger_and_name_is_found(clone: Clone) -> None:
    clone.write(".github/workflows/a.yml", "on: pull_request\njobs: {}\n")
    clone.write(".github/workflows/b.yml", "name: 'it''s: \"b\" 🚀'\non:\n  pull_request:\n")
    clone.write(".github/workflows/c.yml", LINT.replace("\n", "\r\n").replace("Lint", "CRLF"))
    clone.write(".github/workflows/d.yml", "name: Lint\non: {pull_request: {types: [opened]}}\n")
    clone.write(".github/workflows/release.yml", "name: Release\non: push\n")
    clone.write(".github/workflows/own.yml", "name: staging-deploy\non: pull_request_target\n")
    clone.write(".github/workflows/README.md", "on: pull_request\n")

    assert clone.json()["ci"] == [".github/workflows/a.yml", "CRLF", "Lint", 'it\'s: "b" 🚀']


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"on: pull_request\n  jobs: x\n", "is no YAML, line 2, column 7"),
        (b"\xff\xfe", "is no UTF-8 text"),
    ],
)
def test_a_workflow_that_cannot_be_read_is_named_and_left_out(
    clone: Clone, content: bytes, why: str
) -> None:
    clone.write(".github/workflows/broken.yaml", content)

    told = clone.init()

    assert "CI workflows  Lint\n" in told
    assert f"Not read      .github/workflows/broken.yaml {why}" in told


def test_a_workflow_outside_the_clone_is_not_read(clone: Clone) -> None:
    (clone.folder.parent / "outside.yaml").write_text(LINT.replace("Lint", "Outside"))
    (clone.folder / ".github/workflows/x.yaml").symlink_to("../../../outside.yaml")

    told = clone.json()

    assert told["ci"] == ["Lint"]
    assert "leads out of the work tree" in told["unread"][0]


def test_the_base_is_that_of_the_configuration(clone: Clone) -> None:
    clone.write("understudy.yaml", "base: trunk\n")

    assert clone.json()["base"] == "trunk"


def test_a_guessed_base_is_told_once_and_kept(clone: Clone) -> None:
    clone.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")

    first = clone.init()
    clone.git("symbolic-ref", "HEAD", "refs/heads/another")
    second = clone.init()

    assert "Base          topic\n" in first
    assert "git remote set-head origin --auto" in first
    assert second.startswith("Wrote nothing\n")
    assert "set-head" not in second


def test_with_no_branch_at_all_it_asks_for_one(clone: Clone) -> None:
    clone.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    (clone.folder / ".git/HEAD").write_text("4b825dc642cb6eb9a060e54bf8d69288fbee4904\n")

    assert "No telling which branch is the base" in clone.init(code=ExitCode.USAGE)


def test_a_stage_on_its_own_base_is_refused(clone: Clone) -> None:
    clone.write("understudy.yaml", "stages: {main: {}}\n")

    assert "must be two branches" in clone.init(code=ExitCode.USAGE)
    assert not (clone.folder / WORKFLOW).exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_that_exists_is_left_alone(clone: Clone, name: str) -> None:
    clone.write(name, "stages:\n  staging: {report: {comment: true, deployments: true}}\n")
    before = clone.read(name)

    told = clone.json()

    assert [file["path"] for file in told["files"]] == [WORKFLOW]
    assert clone.read(name) == before
    assert "pull-requests: write" in clone.read()
    assert "deployments: write" in clone.read()


# --- what stands in the way ----------------------------------------------------------------------


def test_outside_a_clone_it_says_so(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone.folder.parent)

    assert clone.init(code=ExitCode.USAGE) == (
        "error: There is no work tree of a Git repository here.\n"
        "hint: Run it inside a clone of your repository.\n"
    )


def test_a_link_out_of_the_clone_is_refused(clone: Clone) -> None:
    outside = clone.folder.parent / "outside"
    (clone.folder / ".github").rename(outside)
    (clone.folder / ".github").symlink_to(outside)

    told = clone.init(code=ExitCode.USAGE)

    assert "leads out of the work tree" in told
    assert [each.name for each in outside.rglob("*.yaml")] == ["lint.yaml"]


def test_a_file_that_may_not_be_written_is_named(clone: Clone) -> None:
    clone.init()
    (clone.folder / WORKFLOW).chmod(0o444)
    clone.write(".github/workflows/test.yaml", "name: Test\non: pull_request\n")
    # Root may write what nobody may write, until that power is taken away.
    humbled = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override"]

    done = subprocess.run(
        [*humbled, sys.executable, "-m", "understudy", "init", "--yes"],
        cwd=clone.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == ExitCode.USAGE
    assert f"error: `{WORKFLOW}` cannot be written: Permission denied." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--schedule", "daily"], "`daily` has not the five fields of cron"),
        (["--uses", "./here"], "`./here` does not name an action"),
        (["--forge", "gitlab"], "'gitlab' is not 'github'"),
    ],
)
def test_a_wrong_option_is_refused(clone: Clone, arguments: list[str], why: str) -> None:
    assert why in clone.init(*arguments, code=ExitCode.USAGE)


def test_trap_14_a_schedule_is_written_where_it_is_wanted(clone: Clone) -> None:
    clone.init("--schedule", "17 * * * *")

    assert '    - cron: "17 * * * *"\n' in clone.read()
