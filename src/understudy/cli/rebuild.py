"""`understudy rebuild`: bring the stage up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import rebuilding

if TYPE_CHECKING:
    from understudy.wiring import Options


@click.command("rebuild")
@click.option("--dry-run", is_flag=True, help="Say what would be done; push nothing.")
@click.option("--resume", is_flag=True, help="End a hold: follow the pull requests again.")
@click.option(
    "--after-grace",
    is_flag=True,
    help="Wait and rebuild again where a push is too recent to tell that it has no checks.",
)
@shared.listing_option
@shared.trigger_options
@shared.json_option
@shared.project_options
def command(
    *,
    options: Options,
    dry_run: bool,
    resume: bool,
    after_grace: bool,
    kind: str | None,
    by: str,
    as_json: bool,
) -> int:
    """Bring the stage up to date.

    The stage becomes the base branch plus every open pull request whose checks pass. The branch is
    pushed only if its content changes; who is in, waiting or out is recorded in any case. Conflicts
    and waiting pull requests are no failure.
    """
    request = rebuilding.Request(
        kind=kind, by=by, dry_run=dry_run, resume=resume, after_grace=after_grace
    )
    done = rebuilding.rebuild(options, request)
    rebuilding.show(done, options, as_json=as_json)
    return rebuilding.exit_code(done.record)
