"""How measured programs are run: the same clean environment for all, and a clock around them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
_DATE = "1700000000 +0000"

_CONFIG = {
    "user.name": "Benchmark",
    "user.email": "benchmark@example.invalid",
    "init.defaultBranch": "main",
    "gc.auto": "0",  # a collection in the background would be measured by chance
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return git without settings of the machine, and nothing that switches Python's caches off."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    config = {"GIT_CONFIG_COUNT": str(len(_CONFIG))}
    for index, (key, value) in enumerate(_CONFIG.items()):
        config[f"GIT_CONFIG_KEY_{index}"] = key
        config[f"GIT_CONFIG_VALUE_{index}"] = value
    return {
        **kept,
        **config,
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_DATE": _DATE,
        "GIT_COMMITTER_DATE": _DATE,
        **(extra or {}),
    }


def git(where: Path, *arguments: str, stdin: str = "") -> str:
    """Run git where nothing is measured, and return what it says."""
    done = subprocess.run(
        ["git", "-C", str(where), *arguments],
        input=stdin,
        env=environment(),
        check=True,
        text=True,
        errors="surrogateescape",  # paths of a repository may be in any encoding
        capture_output=True,
    )
    return done.stdout.rstrip("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A program that ended well: seconds on the wall, of the processor (children too), output."""

    seconds: float
    cpu: float
    stdout: str
    stderr: str


def timed(
    argv: Sequence[str],
    *,
    cwd: Path,
    stdin: str = "",
    extra: Mapping[str, str] | None = None,
) -> Timed:
    """Run one program to its end, its input and output in files, so that nobody waits for us."""
    with _file(cwd) as given, _file(cwd) as said, _file(cwd) as complained:
        given.write_text(stdin)
        with given.open() as read, said.open("w") as out, complained.open("w") as errors:
            began = perf_counter()
            process = subprocess.Popen(
                argv, cwd=cwd, env=environment(extra), stdin=read, stdout=out, stderr=errors
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            message = f"{' '.join(argv)} ended with {process.returncode}: {complained.read_text()}"
            raise RuntimeError(message)
        return Timed(
            seconds=seconds,
            cpu=usage.ru_utime + usage.ru_stime,
            stdout=said.read_text(errors="surrogateescape"),
            stderr=complained.read_text(errors="replace"),
        )


def understudy() -> list[str]:
    """Return the command as people start it, from the environment that runs the benchmark."""
    script = Path(sys.executable).parent / "understudy"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "understudy"]


def script(name: str) -> list[str]:
    """Return the command that runs one of the shell scripts that we are compared with."""
    return ["bash", str(Path(__file__).parent / "scripts" / name)]


@contextmanager
def workshop() -> Iterator[Path]:
    """Open a folder in TMPDIR for everything that is built, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="understudy-bench-")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _file(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=folder.parent)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
