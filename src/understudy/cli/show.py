"""`understudy show [RECORD]`: who is in, waiting or out, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing, selecting

if TYPE_CHECKING:
    from understudy.wiring import Options


@click.command("show")
@selecting.record_argument("record", default=selecting.LATEST)
@click.option("--markdown", is_flag=True, help="Print Markdown, as for a step summary.")
@shared.json_option
@shared.project_options
def command(*, options: Options, record: str, markdown: bool, as_json: bool) -> None:
    """Show a record: who is in, waiting or out, and why.

    RECORD is a record's number, `latest` (the default), `latest~2`, or the beginning (7 characters
    or more) of the id of a commit that the stage had then.
    """
    from understudy.wiring import open_project

    if markdown and as_json:
        raise click.UsageError("`--markdown` and `--json` exclude each other.")
    with open_project(options) as project:
        records = selecting.all_records(project)
        chosen = selecting.select(records, record)
    before = selecting.before(records, chosen)
    if as_json:
        from understudy.core.record import to_json

        printing.show_text(to_json(chosen).decode())
    elif markdown:
        from understudy.render.markdown import summary

        printing.show_text(summary(chosen, before))
    else:
        from understudy.render.record_page import record_page

        flags, verbose = shared.repeated(options), shared.verbose()
        printing.show(record_page(chosen, before, flags=flags, verbose=verbose))
