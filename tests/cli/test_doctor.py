from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
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
    assert told[-1].split()[:2] == ["ok", "push"]


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
