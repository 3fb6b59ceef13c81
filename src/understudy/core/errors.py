"""One tree of failures: what happened, what to do, and the exit code it ends with.

A conflict is not here: it is a value (`model.Conflicted`).
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How the command ends. Conflicts and waiting pull requests are normal: 0."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    WITHHELD = 3
    UNAVAILABLE = 4
    RACED = 5


class UnderstudyError(Exception):
    """Base of all failures. `hint` is the next step for the person who reads it."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(UnderstudyError):
    """The call or its input cannot be right."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """The configuration cannot be right."""


class UnavailableError(UnderstudyError):
    """The forge or the network did not answer."""

    exit_code = ExitCode.UNAVAILABLE


class RacedError(UnderstudyError):
    """The refs moved under us at every attempt."""

    exit_code = ExitCode.RACED


class RefusedError(UnderstudyError):
    """The remote refused what we were asked to write."""

    exit_code = ExitCode.WITHHELD


class ProcessError(UnderstudyError):
    """A program we started failed. The message holds command, exit code and output, redacted."""


class ProcessTimeoutError(ProcessError):
    """A program passed its deadline; its whole process group was killed."""


class MergeError(UnderstudyError):
    """Git could not answer whether two commits merge."""


class DamagedCacheError(UnderstudyError):
    """The cached mirror cannot be used. It is discarded and fetched again."""
