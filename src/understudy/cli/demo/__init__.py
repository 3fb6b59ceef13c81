"""`understudy demo`: a small remote in a folder of its own, and the real commands run on it."""

from __future__ import annotations

from pathlib import Path

import click

from understudy.cli import options as shared


@click.command("demo")
@click.option(
    "--keep",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Build it in this new folder. [default: a temporary folder]",
)
@shared.verbose_option
def command(*, folder: Path | None) -> None:
    """Build a small remote in a temporary folder and show everything there.

    A GitOps repository with nine pull requests, one for each thing that can happen to one. The
    stage is rebuilt, a pull request lands, the stage is rebuilt again. The folder stays, for you to
    try more; nothing outside it is touched.
    """
    from understudy.cli.demo.story import tell

    tell(folder)
