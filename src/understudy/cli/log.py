"""`understudy log`: the records, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing, selecting

if TYPE_CHECKING:
    from understudy.wiring import Options


@click.command("log")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show this many.",
)
@shared.json_option
@shared.project_options
def command(*, options: Options, limit: int, as_json: bool) -> None:
    """List the records, newest first.

    Each line has the record's number, its time in UTC, the decision, the base, who entered the
    stage (+), who left it (-), who was pushed to while in it (~), and what asked for it.
    """
    from understudy.wiring import open_project

    with open_project(options) as project:
        records = selecting.newest(project, limit + 1)
    if as_json:
        from understudy.render.documents import log_document

        printing.show_text(log_document(records, limit=limit).decode())
        return
    from understudy.render.history_page import log_page

    printing.show(log_page(records, limit=limit))
