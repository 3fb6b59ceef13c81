"""`understudy diff A B`: what changed between two records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing, selecting

if TYPE_CHECKING:
    from understudy.wiring import Options


@click.command("diff")
@selecting.record_argument("a")
@selecting.record_argument("b", default=selecting.LATEST)
@shared.json_option
@shared.project_options
def command(*, options: Options, a: str, b: str, as_json: bool) -> None:
    """Tell what changed from record A to record B.

    Records are named as for `understudy show`; B is the latest unless given.
    """
    from understudy.wiring import open_project

    with open_project(options) as project:
        records = selecting.all_records(project)
    before, after = selecting.select(records, a), selecting.select(records, b)
    if as_json:
        from understudy.core.record import difference
        from understudy.render.documents import document

        printing.show_text(document(difference(before, after)).decode())
        return
    from understudy.render.history_page import difference_page

    printing.show(difference_page(before, after))
