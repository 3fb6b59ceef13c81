"""`understudy init` where it was run before: nothing changes, or somebody agrees to the change."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cli.clones import WORKFLOW
from tests.gitenv import clean_environment
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.clones import Clone


@pytest.mark.parametrize(
    "arguments", [[], ["--schedule", "17 * * * *"], ["--uses", f"acme/understudy@{'a' * 40}"]]
)
def test_again_it_changes_nothing(clone: Clone, arguments: list[str]) -> None:
    clone.init(*arguments)
    before = clone.files()

    told = clone.init()

    assert told.startswith(f"Wrote nothing\n  unchanged     {WORKFLOW}\n")
    assert "git commit" not in told
    assert clone.files() == before


def test_again_on_windows_it_changes_nothing(clone: Clone) -> None:
    clone.init()
    clone.write(WORKFLOW, clone.read().replace("\n", "\r\n"))
    before = clone.files()

    clone.init()

    assert clone.files() == before


def test_a_new_ci_workflow_is_the_only_difference(clone: Clone) -> None:
    clone.init()
    before = clone.read()
    clone.write(".github/workflows/test.yaml", "name: Test\non: pull_request\n")

    told = clone.init("--dry-run")

    changed = [line for line in told.splitlines() if line[:1] in {"+", "-"}]
    assert changed == [f"--- a/{WORKFLOW}", f"+++ b/{WORKFLOW}", '+      - "Test"']
    assert clone.read() == before
    assert '+      - "Test"\n' in clone.init("--yes")
    assert clone.read() == before.replace('"Lint"\n', '"Lint"\n      - "Test"\n')


def test_an_edited_file_is_not_lost_where_nobody_can_be_asked(clone: Clone) -> None:
    clone.init()
    edited = clone.read().replace("timeout-minutes: 15", "timeout-minutes: 30")
    clone.write(WORKFLOW, edited)
    (clone.folder / "understudy.yaml").unlink()
    before = clone.files()

    told = clone.init(code=ExitCode.USAGE)

    assert told == (
        f"error: `{WORKFLOW}` would change, and there is no terminal to ask on. Nothing was"
        " written.\n"
        "hint: See the difference with `understudy init --dry-run`; write it with `--yes`.\n"
    )
    assert clone.files() == before
    assert clone.init("--json", code=ExitCode.USAGE) == told


def test_a_file_that_is_no_workflow_is_shown_and_replaced_only_when_asked(clone: Clone) -> None:
    clone.write(WORKFLOW, "a: b: c\n\x1b[2J")

    assert "-\\x1b[2J\n" in clone.init("--dry-run")
    clone.init(code=ExitCode.USAGE)
    clone.init("--yes")

    assert clone.read().startswith("# Keeps staging at main")


def test_what_the_owner_chose_is_kept(clone: Clone) -> None:
    clone.init()
    chosen = clone.read().replace("ubuntu-latest", "[self-hosted, linux]")
    chosen += "          app-id: ${{ vars.APP_ID }}\n"
    clone.write(WORKFLOW, chosen)

    assert clone.init().startswith("Wrote nothing\n")
    assert clone.read() == chosen


@pytest.mark.parametrize(
    ("typed", "left"),
    [("y\n", False), ("n\n", True), ("\n", True)],
)
def test_on_a_terminal_it_shows_the_difference_and_asks(
    clone: Clone, typed: str, *, left: bool
) -> None:
    clone.init()
    before = clone.read()
    clone.write(".github/workflows/test.yaml", "name: Test\non: pull_request\n")

    told, code = _typed_on_a_terminal(clone.folder, typed)

    assert code == 0
    assert '+      - "Test"' in told
    assert f"Change {WORKFLOW}? [y/N]" in told
    assert (clone.read() == before) == left
    assert ("left as it is" in told) == left


def test_an_interrupted_question_writes_nothing(clone: Clone) -> None:
    clone.init()
    clone.write(".github/workflows/test.yaml", "name: Test\non: pull_request\n")
    before = clone.files()

    _told, code = _typed_on_a_terminal(clone.folder, "\x03")

    assert code == 130
    assert clone.files() == before


def _typed_on_a_terminal(folder: Path, typed: str) -> tuple[str, int]:
    """Run it on a terminal of its own; `typed` is typed when it asks."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "understudy", "init"],
        cwd=folder,
        env={**clean_environment(folder.parent), "TERM": "xterm"},
        preexec_fn=partial(os.login_tty, theirs),  # noqa: PLW1509 - so that ^C reaches it
    ) as process:
        os.close(theirs)
        told = _read_until("[y/N]", ours)
        while process.poll() is None:
            # ^C between the question and the reading of its answer is not noticed: once more.
            os.write(ours, typed.encode())
            told += _read_until(None, ours, patience=1.0)
    os.close(ours)
    return told, process.returncode


def _read_until(words: str | None, terminal: int, *, patience: float = 30.0) -> str:
    """Read until these words are shown, the other side is closed, or nothing comes any more."""
    told = ""
    while words is None or words not in told:
        if not select.select([terminal], [], [], patience)[0]:
            break
        try:
            told += os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # so Linux says that the other side was closed
            break
    return told
