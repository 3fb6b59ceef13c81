"""`understudy mark SHA`: write the result of a check where there is no forge to keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing

if TYPE_CHECKING:
    from understudy.wiring import Options


def _pairs(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = tuple(value.partition("=") for value in values)
    for (name, _equals, state), value in zip(pairs, values, strict=True):
        if not (name.strip() and state.strip()):
            raise click.BadParameter(f"`{value}` is not NAME=STATE, as in `lint=success`.")
    return tuple((name.strip(), state.strip()) for name, _equals, state in pairs)


@click.command("mark")
@click.argument("commit", metavar="SHA")
@click.option(
    "--check",
    "checks",
    required=True,
    multiple=True,
    callback=_pairs,
    metavar="NAME=STATE",
    help="A check and its state, such as lint=success or test=pending; repeat for more.",
)
@click.option("--source", default="", metavar="NAME", help="What ran the check.")
@click.option("--url", metavar="URL", help="Where its log is.")
@shared.project_options
def command(
    *,
    options: Options,
    commit: str,
    checks: tuple[tuple[str, str], ...],
    source: str,
    url: str | None,
) -> None:
    """Write the result of checks on the commit SHA into the remote's git notes.

    For repositories without a forge: a CI job of any kind reports here, and rebuilds judge by it.
    """
    from understudy.render.page import row
    from understudy.wiring import mark

    marked = mark(options, commit, checks, source=source, url=url)
    said = ", ".join(f"{name} is {state}" for name, state in checks)
    printing.show([row(f"Marked {marked}: {said}")])
