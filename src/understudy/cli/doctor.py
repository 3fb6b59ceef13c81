"""`understudy doctor`: what would stop a rebuild, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing

if TYPE_CHECKING:
    from understudy.core.errors import ExitCode
    from understudy.wiring import Options


@click.command("doctor")
@shared.json_option
@shared.project_options
def command(*, options: Options, as_json: bool) -> ExitCode:
    """Look for what would stop a rebuild, and say how to mend it.

    It looks at git, the remote, the configuration, and on GitHub at credentials, permissions,
    protection, workflows and checks. Nothing is written, there or anywhere else. Where something is
    a problem, the exit code is that of the failure to come.
    """
    from understudy.render.diagnosis_page import diagnosis_document, diagnosis_page
    from understudy.wiring import diagnose

    diagnosis = diagnose(options)
    if as_json:
        printing.show_text(diagnosis_document(diagnosis).decode())
    else:
        printing.show(diagnosis_page(diagnosis))
    return diagnosis.exit_code
