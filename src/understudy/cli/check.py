"""`understudy check`: what a revision would do on the stage, before it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import actions, printing
from understudy.cli import options as shared

if TYPE_CHECKING:
    from understudy.core.errors import ExitCode
    from understudy.core.inspection import Inspection
    from understudy.wiring import Options

FORMATS = ("terminal", "json", "sarif", "github")


@click.command("check")
@click.argument("revision", metavar="[REV]", required=False)
@click.option(
    "--against",
    metavar="REV",
    help="Compare with this revision, for what was made and for what is on the stage now."
    " [default: where REV left the base, and the published stage]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How to tell it. [default: github where a workflow runs, else terminal]",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--sarif", "form", flag_value="sarif", help="The same as --format sarif.")
@shared.project_options
def command(
    *, options: Options, revision: str | None, against: str | None, form: str | None
) -> ExitCode:
    """Render the overlays of a revision and hold them against the rules.

    REV is the work tree as it is, or a revision of the clone: a branch, a tag, a commit. A pull
    request of the remote (`pull/42/head`, or any ref or commit with --repo) is merged into the base
    first, as a rebuild would.

    What the base has too is told and does not count. Where an error is left, the exit code is 3.
    """
    from understudy.cli.checking import check

    inspection = check(options, revision, against=against)
    _tell(inspection, form or ("github" if actions.inside_actions() else "terminal"))
    return inspection.exit_code


def _tell(inspection: Inspection, form: str) -> None:
    from understudy import __version__
    from understudy.gitops.titles import TITLES
    from understudy.render import annotations, inspection_page, sarif

    match form:
        case "json":
            printing.show_text(inspection_page.inspection_document(inspection).decode())
        case "sarif":
            printing.show_text(sarif.sarif(inspection, TITLES, version=__version__).decode())
        case "github":
            log = annotations.annotated_log(inspection, TITLES)
            actions.tell_inspection(log, annotations.summary(inspection, TITLES))
        case _:
            printing.show(inspection_page.inspection_page(inspection, TITLES))
