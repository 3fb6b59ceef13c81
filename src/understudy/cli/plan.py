"""`understudy plan`: what a rebuild would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import rebuilding

if TYPE_CHECKING:
    from understudy.wiring import Options


@click.command("plan")
@click.option("--resume", is_flag=True, help="As if a hold had ended.")
@shared.listing_option
@shared.json_option
@shared.project_options
def command(*, options: Options, resume: bool, as_json: bool) -> int:
    """Say what a rebuild would do now.

    The same as `understudy rebuild --dry-run`: everything is judged and merged, nothing is pushed.
    """
    done = rebuilding.rebuild(options, rebuilding.Request(dry_run=True, resume=resume))
    rebuilding.show(done, options, as_json=as_json)
    return rebuilding.exit_code(done.record)
