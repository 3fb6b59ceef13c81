"""The demo as it is told: real rebuilds through the functions that the commands use."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.cli import printing, rebuilding
from understudy.cli.demo.contents import BASE, PULL_REQUESTS
from understudy.cli.demo.remote import DemoRemote, build
from understudy.cli.rebuilding import Request
from understudy.cli.why import explain
from understudy.core.errors import UsageError
from understudy.render.page import Page, Span, Tone, indented, row
from understudy.render.why_page import why_page
from understudy.wiring import Options

if TYPE_CHECKING:
    from understudy.render.page import Row

_CONFLICTING = 5


def tell(folder: Path | None) -> None:
    """Build the remote, then rebuild, explain, land one, rebuild again, and say what to try."""
    remote = build(_empty_folder(folder))
    options = Options(
        repo=str(remote.bare), pull_requests=remote.listing, cache=remote.cache, config=None
    )
    say(
        "A remote with nine pull requests",
        "A small GitOps repository, somebody's clone of it, and a listing that stands for a forge.",
    )
    printing.show([row(str(path)) for path in (remote.bare, remote.clone, remote.listing)])
    say(
        "The first rebuild",
        "Each pull request is judged by its checks and merged in order; what cannot be in is"
        " stepped over and says why.",
    )
    _rebuild(options)
    say(f"Why is #{_CONFLICTING} out?", "In the order in which people ask.")
    printing.show(why_page(explain(options, _CONFLICTING)))
    landed = PULL_REQUESTS[0]
    say(
        f"#{landed.number} lands on {BASE}",
        f"It is merged and closed. The stage had it already: {BASE} and one pull request less have"
        " the same content, so the branch is not pushed and nothing is deployed anew. The record is"
        f" written all the same, and #{_CONFLICTING} now gets another answer.",
    )
    remote.land(landed)
    _rebuild(options)
    say("What to try next", "The folder stays as it is until you remove it.")
    printing.show(_what_to_try(remote))


def say(title: str, text: str) -> None:
    """Print the heading of a chapter, and what happens in it."""
    heading = row(Span(f"== {title}", Tone.TITLE))
    printing.show([row(), heading, row(Span(text, Tone.QUIET)), row()])


def _empty_folder(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="understudy-demo-"))
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty.", hint="Name a folder that does not exist yet.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.absolute()


def _rebuild(options: Options) -> None:
    done = rebuilding.rebuild(options, Request(by="demo"))
    printing.show(rebuilding.as_page(done, options))


def _what_to_try(remote: DemoRemote) -> Page:
    listing = "--pull-requests ../pull-requests.yaml"
    passing = 's/"flux-test": "pending"/"flux-test": "success"/'
    return [
        *_typed("", *_set_up(remote)),
        *_typed("See it again:", "understudy show", "understudy log", "understudy diff 1 2"),
        *_typed("Ask about each:", *(f"understudy why {one.number}" for one in PULL_REQUESTS[1:4])),
        *_typed(
            "Let the check of #2 pass:",
            f"sed -i.before '{passing}' ../pull-requests.yaml",
            f"understudy rebuild {listing}",
        ),
        *_typed(
            "Put the stage back, see it held, let it go on:",
            "understudy restore 1",
            f"understudy rebuild {listing}",
            f"understudy rebuild --resume {listing}",
        ),
        *_typed("Remove it all:", f"cd / && rm -rf {shlex.quote(str(remote.folder))}"),
    ]


def _set_up(remote: DemoRemote) -> list[str]:
    lines = [
        f"cd {shlex.quote(str(remote.clone))}",
        f"export UNDERSTUDY_CACHE={shlex.quote(str(remote.cache))}",
    ]
    if shutil.which("understudy") is None:
        programs = Path(sys.executable).parent
        lines.append(f'export PATH={shlex.quote(str(programs))}:"$PATH"')
    return lines


def _typed(purpose: str, *commands: str) -> list[Row]:
    heading = [row(purpose)] if purpose else []
    return [*heading, *(indented(4, Span(command, Tone.COMMAND)) for command in commands)]
