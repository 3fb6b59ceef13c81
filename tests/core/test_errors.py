from __future__ import annotations

import pytest

from understudy.core import errors
from understudy.core.errors import ExitCode, UnderstudyError

CODES = {
    errors.UnderstudyError: ExitCode.FAILED,
    errors.UsageError: ExitCode.USAGE,
    errors.ConfigError: ExitCode.USAGE,
    errors.UnavailableError: ExitCode.UNAVAILABLE,
    errors.RacedError: ExitCode.RACED,
    errors.RefusedError: ExitCode.WITHHELD,
    errors.ProcessError: ExitCode.FAILED,
    errors.ProcessTimeoutError: ExitCode.FAILED,
    errors.MergeError: ExitCode.FAILED,
    errors.DamagedCacheError: ExitCode.FAILED,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_each_failure_has_its_exit_code_and_carries_a_hint(
    kind: type[UnderstudyError], code: ExitCode
) -> None:
    error = kind("what happened", hint="what to do")
    assert (error.exit_code, str(error)) == (code, "what happened")
    assert (error.message, error.hint) == ("what happened", "what to do")
    assert kind("no hint").hint == ""


def test_every_failure_is_in_the_table() -> None:
    found = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert found == set(CODES)


def test_exit_codes_are_a_promise() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "WITHHELD": 3,
        "UNAVAILABLE": 4,
        "RACED": 5,
    }
