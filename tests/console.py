"""The console sessions in the documentation: read from a page, typed into a real shell, compared.

`python -m tests.console docs/tutorial.md` writes what the shell says today into the page. Knows
nothing of understudy. A page on GitHub is played with a GitHub around it.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tests.gitenv import clean_environment
from tests.github.on_pages import GitHubOnPages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = Path("docs/tutorial.md")
START = Path("first-stage/work")
"""Where the tutorial ends, and where every other page begins."""

FLUX_TUTORIAL = Path("docs/tutorial-flux.md")
FLUX_REMOTE = Path("flux-stage/fleet.git")
"""The remote that its reader makes."""

GITHUB_TUTORIAL = Path("docs/tutorial-github.md")
GITHUB_START = Path("fleet")
"""The same for the pages on GitHub."""

_BLOCK = re.compile(
    r"^```console\n(?P<session>.*?)^```$"
    r'|^```\w+ title="(?P<file>[^"]+)"\n(?P<content>.*?)^```$'
    r"|^<!-- elsewhere: (?P<event>[^\n]+) -->$"
    r"(?:\n\n^```text\n(?P<told>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_MARK = "\x1e"
_UNSTABLE = (
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{7,64}(?![0-9a-f])"), "<id>"),
    (re.compile(r"^([a-z-]+: refs/heads/\S+:) .*$", re.MULTILINE), r"\1 <what git said>"),
    (re.compile(r"\b(git|gidgethub) \d+(\.\d+)+"), r"\1 <version>"),
    (re.compile(r"\b\d+ of 5000 for"), "<some> of 5000 for"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\+00:00)?"), "<time>"),
)
_READER = "/home/ada"


class Elsewhere(Protocol):
    """A server on which things happen while a session goes on."""

    def environment(self, home: Path) -> Mapping[str, str]:
        """Return what the reader's shell knows of it."""

    def happen(self, event: str) -> str:
        """Let something happen there; return what the server shows then."""

    def as_readers_see(self, text: str) -> str:
        """Return the text as it would be were the server the real one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of a page with the output the page shows, or a file the page asks for.

    `elsewhere`: no command, but what happens on a server.
    """

    command: str
    shown: str = ""
    elsewhere: bool = False


def is_on_github(page: Path) -> bool:
    """Tell whether a page's sessions go on from the tutorial on GitHub."""
    return "github" in page.stem


def typed_in(page: str) -> list[Typed]:
    """Return what a reader of the page types and writes, in order."""
    return [typed for match in _BLOCK.finditer(page) for typed in _typed(match)]


def run(
    session: Sequence[Typed], folder: Path, home: Path, *, elsewhere: Elsewhere | None = None
) -> list[str]:
    """Type everything into a shell that starts in `folder`; return each command's output."""
    environment = _environment(home)
    if elsewhere:
        environment |= elsewhere.environment(home)
    said: list[str] = []
    for happens, part in itertools.groupby(session, key=lambda typed: typed.elsewhere):
        if happens:
            assert elsewhere
            said += [elsewhere.happen(typed.command) for typed in part]
        else:
            outputs, folder = _typed_into_shell(part, folder, environment)
            said += outputs
    said = [elsewhere.as_readers_see(one) if elsewhere else one for one in said]
    said = [one.replace(str(home), _READER) for one in said]
    return ["\n".join(line.rstrip() for line in one.splitlines()) for one in said]


def _typed_into_shell(
    session: Iterable[Typed], folder: Path, environment: Mapping[str, str]
) -> tuple[list[str], Path]:
    """Return each command's output, and the folder in which the last one left the shell."""
    script = "".join(
        f"_status=$?; printf '{_MARK}'; (exit $_status)\n{typed.command}\n" for typed in session
    )
    done = subprocess.run(
        ["bash", "-c", f"{script}printf '{_MARK}'; pwd"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    *said, where = done.stdout.decode().split(_MARK)[1:]
    return said, Path(where.rstrip("\n"))


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
        if match["told"] is not None:
            before = match[0][: match.start("told") - match.start()]
            return f"{before}{pairs[0][1]}\n```"
        if match["session"] is None:
            return match[0]
        lines = [line for typed, said in pairs for line in (f"$ {typed.command}", said) if line]
        return "\n".join(["```console", *lines, "```"])

    return _BLOCK.sub(written, page)


def followed(folder: Path) -> tuple[list[str], GitHubOnPages]:
    """Follow the tutorial on GitHub in a folder; return what was said, and that GitHub.

    Whoever gets it closes it.
    """
    github = GitHubOnPages(folder / "github")
    session = typed_in((ROOT / GITHUB_TUTORIAL).read_text())
    return run(session, folder, folder, elsewhere=github), github


def followed_on_flux(folder: Path) -> list[str]:
    """Follow the tutorial on Flux in a folder, beside which its cluster is."""
    from tests.cluster.on_pages import flux_on_pages  # noqa: PLC0415 - this page alone has one

    session = typed_in((ROOT / FLUX_TUTORIAL).read_text())
    with flux_on_pages(home=folder, remote=folder / FLUX_REMOTE) as flux:
        return run(session, folder, folder, elsewhere=flux)


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
        yield Typed(command=f"cat > '{name}' <<'END OF FILE'\n{content}END OF FILE")
        return
    if match["event"] is not None:
        told = match["told"] or ""
        yield Typed(command=match["event"], shown=told.rstrip("\n"), elsewhere=True)
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
            if is_on_github(page):
                _write_on_github(page, own_home)
            elif page == FLUX_TUTORIAL:
                _write_page(page, followed_on_flux(own_home))
            else:
                clone = continued(home, own_home)
                _write_page(page, run(typed_in(page.read_text()), clone, own_home))


def _write_on_github(page: Path, home: Path) -> None:
    said, github = followed(home)
    with closing(github):
        if page != GITHUB_TUTORIAL:
            session = typed_in(page.read_text())
            said = run(session, home / GITHUB_START, home, elsewhere=github)
    _write_page(page, said)


def _write_page(page: Path, outputs: Sequence[str], *, write: bool = True) -> None:
    if write:
        page.write_text(with_outputs(page.read_text(), outputs))


if __name__ == "__main__":
    _write([Path(argument) for argument in sys.argv[1:]])
