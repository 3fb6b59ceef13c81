"""`understudy schema`: the formats others rely on."""

from __future__ import annotations

import click

from understudy.cli import options as shared
from understudy.cli import printing


@click.command("schema")
@click.argument("what", type=click.Choice(["record", "config"]))
@shared.verbose_option
def command(*, what: str) -> None:
    """Print the JSON Schema (2020-12) of the record or of the configuration."""
    from understudy.core import config, record
    from understudy.render.documents import document

    schema = record.json_schema() if what == "record" else config.json_schema()
    printing.show_text(document(schema).decode())
