"""`understudy overlay`: the apps of the stage: list them, add one, hold them against the rules."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing

if TYPE_CHECKING:
    from understudy.core.errors import ExitCode
    from understudy.wiring import Options

_STAGE = click.option("--stage", metavar="NAME", help="The stage, where there are several.")


@click.group("overlay", no_args_is_help=True)
def command() -> None:
    """Make and look at the overlays of the stage, one for each app."""


@command.command("list")
@_STAGE
@shared.json_option
@shared.verbose_option
def list_(*, stage: str | None, as_json: bool) -> None:
    """List the apps: which are on the stage, which in production."""
    from understudy.cli.overlay_page import list_document, list_page
    from understudy.cli.overlaying import listed

    apps = listed(stage)
    if as_json:
        printing.show_text(list_document(apps))
    else:
        printing.show(list_page(apps, again=_again(stage)))


@command.command("add")
@click.argument("app")
@click.option(
    "--from",
    "base",
    metavar="FOLDER",
    help="What the app is made of. [default: APP in the folder `base` beside the stage's overlay]",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@_STAGE
@shared.json_option
@shared.verbose_option
def add(*, app: str, base: str | None, dry_run: bool, stage: str | None, as_json: bool) -> None:
    """Make an overlay with which APP is on the stage, and list it.

    It puts the app into a namespace of its own, and patches what would meet production: names that
    the whole cluster shares, references to namespaces, host names, fixed addresses. What it cannot
    settle it tells. Nothing is committed. An overlay that is there stays as it is.

    Once the files are written the exit code is 0, whatever is left to you. As long as that is an
    error, `overlay check` ends with 3.
    """
    from understudy.cli.overlay_page import addition_document, addition_page
    from understudy.cli.overlaying import addition
    from understudy.gitops.titles import TITLES
    from understudy.scaffolding import write

    added = addition(app, base=base, stage=stage)
    if not dry_run:
        write(added.tree, added.files)
    if as_json:
        printing.show_text(addition_document(added, dry_run=dry_run))
    else:
        printing.show(addition_page(added, TITLES, again=_again(stage), dry_run=dry_run))


@command.command("check")
@click.argument("app", required=False)
@shared.json_option
@shared.project_options
def check(*, options: Options, app: str | None, as_json: bool) -> ExitCode:
    """Render the stage as the work tree has it, and hold it, or APP of it, against the rules.

    The same as `understudy check`, which also looks at other revisions. Where an error is left, the
    exit code is 3.
    """
    from understudy.cli.overlaying import checked
    from understudy.gitops.titles import TITLES
    from understudy.render import inspection_page

    inspection = checked(options, app)
    if as_json:
        printing.show_text(inspection_page.inspection_document(inspection).decode())
    else:
        printing.show(inspection_page.inspection_page(inspection, TITLES))
    return inspection.exit_code


def _again(stage: str | None) -> str:
    """Return the option that a suggested command repeats."""
    return f" {shlex.join(('--stage', stage))}" if stage else ""
