"""The one door to other programs: scrubbed environment, deadline, redaction.

No other module imports `subprocess`. Programs get no terminal and no standard input of ours.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import IO, TYPE_CHECKING, Self

from understudy.core.errors import ProcessError, ProcessTimeoutError
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEADLINE = 600.0
"""Seconds a program may take unless the caller knows better."""

_READ = 1 << 16
_LOOKS = 16
_TAIL = 4000

_PASSED_ON = frozenset(
    ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A program that ended by itself."""

    code: int
    stdout: bytes
    stderr: bytes


def scrubbed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the few variables every program needs, in the C locale and UTC, plus `extra`."""
    environment = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    return {**environment, "LC_ALL": "C", "TZ": "UTC", **(extra or {})}


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    deadline: float = DEADLINE,
) -> bytes:
    """Run to the end and return standard output. `env` is added to the scrubbed environment.

    Raises:
        ProcessError: it could not be started, or its exit code is not 0.
        ProcessTimeoutError: it took longer than `deadline` seconds.
    """
    completed = attempt(argv, cwd=cwd, env=env, stdin=stdin, deadline=deadline)
    if completed.code != 0:
        raise failure(argv, completed)
    return completed.stdout


def attempt(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    deadline: float = DEADLINE,
) -> Completed:
    """Like `run`, for callers to whom an exit code is an answer."""
    process = _start(argv, cwd=cwd, env=env, stderr=subprocess.PIPE)
    try:
        stdout, stderr = process.communicate(stdin, timeout=deadline)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        message = f"{_shown(argv)} did not end within {deadline:g} seconds and was stopped."
        raise ProcessTimeoutError(message) from None
    except BaseException:
        _kill_group(process)
        raise
    return Completed(code=process.returncode, stdout=stdout, stderr=stderr)


def failure(argv: Sequence[str], completed: Completed) -> ProcessError:
    """Return the error that tells of a failed program in one fixed shape."""
    said = redacted((completed.stderr or completed.stdout).decode(errors="replace")).strip()
    return ProcessError(f"{_shown(argv)} ended with exit code {completed.code}: {said[-_TAIL:]}")


class Coprocess:
    """A program that answers on standard output what is asked on its standard input."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        errors: IO[bytes] | None = None,
    ) -> None:
        """Start it. `errors` is an open file that takes standard error; None drops it."""
        self._argv = argv
        self._process = _start(argv, cwd=cwd, env=env, stderr=errors or subprocess.DEVNULL)
        if self._process.stdin is None or self._process.stdout is None:  # pragma: no cover
            raise ProcessError(f"{_shown(argv)} has no pipes.")
        self._input = self._process.stdin
        self._descriptor = self._process.stdout.fileno()
        os.set_blocking(self._descriptor, False)
        self._readable = select.poll()
        self._readable.register(self._descriptor, select.POLLIN)

    def ask(self, question: bytes) -> None:
        """Send a question. A program that has ended is noticed at the next `read`."""
        left = memoryview(question)
        with suppress(BrokenPipeError):
            while left:
                left = left[self._input.write(left) :]

    def end_questions(self) -> None:
        """Close the program's input: for one that answers when it has been asked everything."""
        with suppress(BrokenPipeError):
            self._input.close()

    def read(self, deadline: float = DEADLINE) -> bytes:
        """Return the next bytes of the answer as they come; empty when the program has ended.

        Raises:
            ProcessTimeoutError: nothing came within `deadline` seconds; the program was killed.
        """
        # An answer may come in pieces, microseconds apart: looking again is quicker than sleeping.
        for _ in range(_LOOKS):
            with suppress(BlockingIOError):
                return os.read(self._descriptor, _READ)
            os.sched_yield()  # it may be waiting for this very processor
        if not self._readable.poll(deadline * 1000):
            _kill_group(self._process)
            message = f"{_shown(self._argv)} gave no answer within {deadline:g} seconds."
            raise ProcessTimeoutError(message)
        return os.read(self._descriptor, _READ)

    def close(self) -> int:
        """End the program's input, wait for it and return its exit code."""
        self.end_questions()
        if self._process.stdout is not None:
            self._process.stdout.close()
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=10)
        _kill_group(self._process)
        return self._process.returncode

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def _start(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stderr: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=scrubbed_environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        message = f"`{argv[0]}` could not be started: {error.strerror}."
        raise ProcessError(message, hint=f"Install {argv[0]} or put it on the PATH.") from error


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # The program may have children of its own (git starts ssh): the whole group goes.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    end = monotonic() + 5
    while process.poll() is None and monotonic() < end:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _shown(argv: Sequence[str]) -> str:
    return "`" + redacted(shlex.join(argv)) + "`"
