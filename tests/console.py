"""The console sessions in the documentation: read from a page, typed into a real shell, compared.

`python -m tests.console docs/tutorial.md` writes what the shell says today into the page. Knows
nothing of understudy.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.gitenv import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TUTORIAL = Path("docs/tutorial.md")
START = Path("first-stage/work")
"""Where the tutorial ends, and where every other page begins."""

_BLOCK = re.compile(
    r"^```console\n(?P<session>.*?)^```$"
    r'|^```\w+ title="(?P<file>[^"]+)"\n(?P<content>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
_MARK = "\x1e"
_UNSTABLE = (
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{7,64}(?![0-9a-f])"), "<id>"),
    (re.compile(r"^([a-z-]+: refs/heads/\S+:) .*$", re.MULTILINE), r"\1 <what git said>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\+00:00)?"), "<time>"),
)
_READER = "/home/ada"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of a page with the output the page shows, or a file the page asks for."""

    command: str
    shown: str = ""
    is_file: bool = False


def typed_in(page: str) -> list[Typed]:
    """Return what a reader of the page types and writes, in order."""
    return [typed for match in _BLOCK.finditer(page) for typed in _typed(match)]


def run(session: Sequence[Typed], folder: Path, home: Path) -> list[str]:
    """Type everything into one shell that starts in `folder`; return each command's output."""
    script = "".join(
        f"_status=$?; printf '{_MARK}'; (exit $_status)\n{typed.command}\n" for typed in session
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode().replace(str(home), _READER).split(_MARK)[1:]
    return ["\n".join(line.rstrip() for line in one.splitlines()) for one in said]


def stable(text: str) -> str:
    """Return the text without what differs from one run, or one git, to the next."""
    for pattern, word in _UNSTABLE:
        text = pattern.sub(word, text)
    return text


def with_outputs(page: str, outputs: Sequence[str]) -> str:
    """Return the page with these outputs in place of those it shows."""
    left = iter(outputs)

    def written(match: re.Match[str]) -> str:
        pairs = [(typed, next(left)) for typed in _typed(match)]
        if match["session"] is None:
            return match[0]
        lines = [line for typed, said in pairs for line in (f"$ {typed.command}", said) if line]
        return "\n".join(["```console", *lines, "```"])

    return _BLOCK.sub(written, page)


def continued(done: Path, folder: Path) -> Path:
    """Copy the repositories that the tutorial left in `done`; return the clone among the copies."""
    shutil.copytree(done / START.parts[0], folder / START.parts[0])
    clone = folder / START
    remote = folder / START.parts[0] / "fleet.git"
    subprocess.run(["git", "-C", clone, "remote", "set-url", "origin", remote], check=True)
    return clone


def _typed(match: re.Match[str]) -> Iterator[Typed]:
    if match["file"] is not None:
        name, content = match["file"], match["content"]
        yield Typed(command=f"cat > '{name}' <<'END OF FILE'\n{content}END OF FILE", is_file=True)
        return
    for part in re.split(r"^\$ ", match["session"], flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield Typed(command=command, shown=shown.rstrip("\n"))


def _environment(home: Path) -> dict[str, str]:
    environment = clean_environment(home)
    programs = Path(sys.executable).parent
    return {**environment, "PATH": f"{programs}:{environment['PATH']}", "USER": "ada"}


def _write(pages: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        tutorial = TUTORIAL.read_text()
        _write_page(TUTORIAL, run(typed_in(tutorial), home, home), write=TUTORIAL in pages)
        for index, page in enumerate(page for page in pages if page != TUTORIAL):
            own_home = home / str(index)
            own_home.mkdir()
            clone = continued(home, own_home)
            _write_page(page, run(typed_in(page.read_text()), clone, own_home))


def _write_page(page: Path, outputs: Sequence[str], *, write: bool = True) -> None:
    if write:
        page.write_text(with_outputs(page.read_text(), outputs))


if __name__ == "__main__":
    _write([Path(argument) for argument in sys.argv[1:]])
