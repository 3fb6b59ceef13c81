from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import HOME, OVERLAY, SOURCE, STAGE
from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World


def doctor(world: World, *arguments: str) -> int:
    with world.machine.active():
        return run(["doctor", "--repo", str(world.remote), *arguments])


def test_a_remote_in_order_is_told_as_a_page(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.base({"a": "1\n"})

    assert doctor(world) == ExitCode.DONE

    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Nothing stands in the way of a rebuild"
    assert told[-1].split()[:2] == ["ok", "controllers"]


@pytest.mark.parametrize(
    ("configuration", "row", "code"),
    [
        ("stagse: {}\n", "configuration", ExitCode.USAGE),
        ("base: mian\n", "base", ExitCode.WITHHELD),
    ],
)
def test_a_problem_is_told_as_json_and_by_the_exit_code(
    world: World,
    capsys: pytest.CaptureFixture[str],
    configuration: str,
    row: str,
    code: ExitCode,
) -> None:
    world.base({"understudy.yaml": configuration})

    assert doctor(world, "--json") == code

    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == 1
    assert [each["id"] for each in told["rows"] if each["verdict"] == "problem"] == [row]


# --- what is mended ------------------------------------------------------------------------------

WRONG = HOME[SOURCE].replace("branch: staging", "branch: stage")


def test_a_dry_run_without_a_fix_is_a_mistake(world: World) -> None:
    assert doctor(world, "--dry-run") == ExitCode.USAGE


def test_files_are_mended_in_the_clone_that_is_stood_in(world: World) -> None:
    world.base({**HOME, SOURCE: WRONG})
    world.git("checkout", "--quiet", "-b", "mine")
    extra = world.clone / "notes.txt"
    extra.write_text("not committed\n")

    planned = world.cli("doctor", "--fix", "--dry-run", "--no-cluster")

    assert planned.code == ExitCode.WITHHELD
    assert "Would mend: a dry run" in planned.out
    assert "-    branch: stage" in planned.out
    assert (world.clone / SOURCE).read_text() == WRONG

    mended = world.cli("doctor", "--fix", "--no-cluster")

    assert mended.code == ExitCode.DONE
    assert mended.out.splitlines()[-1].startswith(f"    git add {SOURCE} && git commit")
    assert (world.clone / SOURCE).read_text() == HOME[SOURCE]
    assert extra.read_text() == "not committed\n"
    assert world.git("status", "--porcelain") == f" M {SOURCE}\n?? notes.txt\n"


def test_two_values_of_one_file_are_both_set(world: World) -> None:
    world.base({**HOME, SOURCE: WRONG.replace("interval: 1m0s", "interval: 5h")})

    assert world.cli("doctor", "--fix", "--no-cluster").code == ExitCode.DONE

    text = (world.clone / SOURCE).read_text()
    assert "branch: staging" in text
    assert "5h" not in text


def test_a_remote_that_is_named_has_no_files_that_could_be_mended(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.base({**HOME, SOURCE: WRONG})

    assert doctor(world, "--fix", "--no-cluster") == ExitCode.WITHHELD

    assert capsys.readouterr().out.endswith("Nothing of this can be mended without you\n")


def test_commands_are_for_the_project_that_was_named(world: World) -> None:
    """Each repeats those options that it takes; a file is mended in a clone, without `--repo`."""
    files = {**HOME, SOURCE: WRONG, OVERLAY: "resources: []\n"}
    world.base({path: text for path, text in files.items() if path != STAGE})
    named = ("--repo", str(world.remote), "--stage", "test", "--forge", "plain")
    config = world.folder / "mine.yaml"
    config.write_text("stages: {test: {branch: staging}, live: {branch: live}}\n")

    told = world.cli("doctor", *named, "--config", str(config), "--no-cluster", "--json")

    rows = [row for row in json.loads(told.out)["rows"] if row["id"].startswith(("flux", "stage-"))]
    in_clone = f"--stage test --config {config} --forge plain"
    assert [row["remedy"] for row in rows if row["remedy"]] == [
        "understudy overlay add APP --stage test",
        f"In {SOURCE}, set `spec.ref.branch: staging`: understudy doctor --fix {in_clone}",
        "understudy init --flux --stage test",
    ]
    checked = next(row["evidence"] for row in rows if row["id"] == "stage-namespaces")
    assert checked.endswith(f"is seen by `understudy check --repo {world.remote} {in_clone}`")


def test_files_that_do_not_come_from_here_are_left_alone(world: World, tmp_path: Path) -> None:
    """A file of Flux that is a symbolic link out of the clone is neither read nor written."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(WRONG)
    world.base({path: text for path, text in HOME.items() if path != SOURCE})
    (world.clone / SOURCE).symlink_to(outside)

    world.cli("doctor", "--fix", "--no-cluster")

    assert outside.read_text() == WRONG
