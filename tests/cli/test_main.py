from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from jsonschema import Draft202012Validator

from tests.render import samples
from understudy.cli import main
from understudy.cli.main import COMMANDS, run
from understudy.core.errors import ExitCode, UnavailableError
from understudy.core.record import to_json

if TYPE_CHECKING:
    from pathlib import Path

    Captured = pytest.CaptureFixture[str]


def test_help_lists_every_command(capsys: Captured) -> None:
    assert run(["--help"]) == 0

    told = capsys.readouterr().out
    for name, short_help in COMMANDS.items():
        assert f"  {name} " in told
        assert short_help in told


def test_a_bare_call_shows_the_help(capsys: Captured) -> None:
    assert run([]) == ExitCode.USAGE
    assert "Usage: understudy" in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_own_help(name: str, capsys: Captured) -> None:
    assert run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: understudy {name} ")


@pytest.mark.parametrize("arguments", [["--help"], ["rebuild", "--help"], ["why", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from understudy.cli.main import run
run({arguments!r})
print(sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = {name.strip("[]',").split(".")[0] for name in done.stderr.split()}
    assert "click" in loaded
    assert not loaded & {"rich", "msgspec", "ruamel", "importlib_metadata", "asyncio"}
    assert "understudy.wiring" not in done.stderr
    assert "'subprocess'" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (
            ["rebiuld"],
            "No such command 'rebiuld'. Did you mean 'rebuild'?",
            "See `understudy --help`.",
        ),
        (["why"], "Missing argument 'N'.", "See `understudy why --help`."),
        (
            ["why", "twelve"],
            "Invalid value for 'N': `twelve` is not the number of a pull request.",
            "See `understudy why --help`.",
        ),
        (["log", "--xyz"], "No such option '--xyz'.", "See `understudy log --help`."),
        (
            ["mark", "abc", "--check", "lint"],
            "Invalid value for '--check': `lint` is not NAME=STATE, as in `lint=success`.",
            "See `understudy mark --help`.",
        ),
        (
            ["show", "--json", "--markdown", "--repo", "/nowhere"],
            "`--markdown` and `--json` exclude each other.",
            "See `understudy show --help`.",
        ),
        (
            ["log", "--repo", "/nowhere"],
            "There is no Git repository at /nowhere.",
            "Give the path or URL of one with --repo.",
        ),
        (
            ["log", "--json", "--repo", "/nowhere"],
            "There is no Git repository at /nowhere.",
            "Give the path or URL of one with --repo.",
        ),
    ],
)
def test_a_wrong_call_is_told_in_two_lines(
    arguments: list[str], error: str, hint: str, capsys: Captured
) -> None:
    assert run(arguments) == ExitCode.USAGE

    told = capsys.readouterr()
    assert told.err == f"error: {error}\nhint: {hint}\n"
    assert not told.out


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A command called `version` that raises what the test puts here."""
    errors: list[BaseException] = []

    @click.command("version")
    @click.option("-v", "verbose", is_flag=True)
    @click.pass_obj
    def command(session: object, *, verbose: bool) -> None:
        session.verbose = verbose  # type: ignore[attr-defined] # it is a Session
        raise errors[0]

    monkeypatch.setattr(main.LazyGroup, "get_command", lambda *_: command)
    return errors


def test_a_failure_ends_with_its_message_hint_and_code(
    failing: list[BaseException], capsys: Captured
) -> None:
    failing.append(UnavailableError("git said:\nno route\x1b[2J", hint="Try later."))

    assert run(["version"]) == ExitCode.UNAVAILABLE
    assert capsys.readouterr().err == "error: git said:\nno route\\x1b[2J\nhint: Try later.\n"


def test_a_mistake_of_ours_is_short_and_names_the_way_to_more(
    failing: list[BaseException], capsys: Captured
) -> None:
    failing.append(KeyError("oops"))

    assert run(["version"]) == ExitCode.FAILED
    short = capsys.readouterr().err
    assert run(["version", "-v"]) == ExitCode.FAILED
    long = capsys.readouterr().err

    assert short.startswith("error: unexpected: KeyError: 'oops'\nhint: This is a mistake")
    assert "-v" in short
    assert long.startswith("Traceback ")
    assert long.endswith(short)


def test_an_interrupted_command_ends_like_one_that_a_shell_interrupts(
    failing: list[BaseException],
) -> None:
    failing.append(KeyboardInterrupt())

    assert run(["version"]) == 130


def test_a_reader_that_leaves_is_no_failure() -> None:
    program = [sys.executable, "-m", "understudy", "schema", "record"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        errors = process.stderr.read()

    assert errors == b""
    assert process.returncode == 0


def test_a_terminal_that_cannot_show_a_character_shows_its_code() -> None:
    code = "from understudy.cli import printing; printing.never_fail_to_encode(); print('été')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii"},
    )

    assert done.stdout == b"\\xe9t\\xe9\n"


@pytest.mark.parametrize("what", ["record", "config"])
def test_the_schemas_are_schemas(what: str, capsys: Captured) -> None:
    assert run(["schema", what]) == 0

    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_the_schema_fits_a_record(capsys: Captured) -> None:
    run(["schema", "record"])

    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema).validate(json.loads(to_json(samples.record())))


def test_version_names_what_matters(capsys: Captured) -> None:
    assert run(["version", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["understudy", "git", "python"]
    assert all(told.values())


def test_commands_are_completed_without_being_loaded(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_UNDERSTUDY_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "understudy re")
    monkeypatch.setenv("COMP_CWORD", "1")

    with pytest.raises(SystemExit):
        run([])

    assert capsys.readouterr().out == "plain,rebuild\nplain,reconcile\nplain,restore\n"


def test_a_missing_listing_is_a_wrong_call(tmp_path: Path, capsys: Captured) -> None:
    assert run(["rebuild", "--pull-requests", str(tmp_path / "none.yaml")]) == ExitCode.USAGE
    assert "does not exist" in capsys.readouterr().err
