"""`understudy doctor`: what would stop a stage, before it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing
from understudy.cli.cluster_options import cluster_options

if TYPE_CHECKING:
    from understudy.core.errors import ExitCode
    from understudy.deployment_wiring import ClusterOptions
    from understudy.wiring import Options


@click.command("doctor")
@click.option(
    "--fix", is_flag=True, help="Mend what can do no harm: see below. Nothing is committed."
)
@click.option("--dry-run", is_flag=True, help="With --fix: show what would be mended.")
@cluster_options(may_do_without=True)
@shared.json_option
@shared.listing_option
@shared.project_options
def command(
    *,
    options: Options,
    fix: bool,
    dry_run: bool,
    as_json: bool,
    where: ClusterOptions,
) -> ExitCode:
    """Look for what would stop a rebuild or keep the stage from being deployed; say what mends it.

    It looks at git, the remote, the configuration; on GitHub at credentials, permissions,
    protection, workflows and checks; at what the records say of the stage and of each pull request
    that is out; at what the files tell Flux or Argo CD; and at Flux's objects, if a kubeconfig
    names a cluster. Nothing is written, there or anywhere else. Where something is a problem, the
    exit code is that of the failure to come.

    With --fix it looks at the files of your work tree in place of the default branch's, and sets
    the values there that are wrong. Flux is asked to look again where it is behind. All else, and
    every commit, is left to you.
    """
    from understudy.diagnosing import mend
    from understudy.diagnosis_wiring import Look, diagnosis_of
    from understudy.render.diagnosis_page import diagnosis_document, diagnosis_page

    if dry_run and not fix:
        raise click.UsageError("`--dry-run` goes with `--fix`.")
    look = Look(
        flags=shared.repeated(options),
        kubeconfig=where.kubeconfig,
        context=where.context,
        ask_cluster=where.ask,
        work_tree=Path.cwd() if fix and options.repo is None else None,
    )
    with diagnosis_of(options, look) as diagnosis:
        mended = mend(diagnosis, dry_run=dry_run) if fix else None
    if as_json:
        printing.show_text(diagnosis_document(diagnosis, mended).decode())
    else:
        printing.show(diagnosis_page(diagnosis, mended))
    return diagnosis.exit_code if mended is None else mended.exit_code
