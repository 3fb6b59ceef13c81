from __future__ import annotations

from pathlib import Path

import pytest

from tests.render import samples
from understudy.cli.options import repeated
from understudy.cli.rebuilding import exit_code
from understudy.core.decisions import Finding
from understudy.core.errors import ExitCode
from understudy.core.guard import HELD
from understudy.core.record import DecisionWord
from understudy.wiring import Options


def test_suggested_commands_repeat_what_the_call_named() -> None:
    options = Options(repo="/srv/my repo.git", stage="two", config=Path("c.yaml"))

    assert repeated(options) == "--repo '/srv/my repo.git' --stage two --config c.yaml"
    assert not repeated(Options())


def test_suggested_commands_hold_no_secret() -> None:
    assert repeated(Options(repo="https://me:secret@host/r")) == "--repo https://***@host/r"


HELD_FINDING = Finding(rule=HELD, subject="", message="", remedy="")


@pytest.mark.parametrize(
    ("decision", "findings", "code"),
    [
        (DecisionWord.PUBLISHED, (), ExitCode.DONE),
        (DecisionWord.UNCHANGED, (), ExitCode.DONE),
        (DecisionWord.DRY_RUN, (samples.WITHHOLDING,), ExitCode.DONE),
        (DecisionWord.WITHHELD, (HELD_FINDING,), ExitCode.DONE),
        (DecisionWord.WITHHELD, (HELD_FINDING, samples.WITHHOLDING), ExitCode.WITHHELD),
        (DecisionWord.WITHHELD, (samples.WITHHOLDING,), ExitCode.WITHHELD),
        (DecisionWord.REFUSED, (samples.WITHHOLDING,), ExitCode.WITHHELD),
        (DecisionWord.REFUSED, (), ExitCode.WITHHELD),
        (DecisionWord.WITHHELD, (), ExitCode.WITHHELD),
    ],
)
def test_a_hold_is_no_failure_but_a_refusal_is(
    decision: DecisionWord, findings: tuple[Finding, ...], code: ExitCode
) -> None:
    assert exit_code(samples.record(decision=decision, findings=findings)) is code
