"""`understudy doctor`: what would stop a stage, before it does."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing
from understudy.cli.cluster_options import cluster_options

if TYPE_CHECKING:
    from understudy.core.errors import ExitCode
    from understudy.deployment_wiring import ClusterOptions
    from understudy.gitops.doctor.commands import Commands
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
    names a cluster. Nothing is written. A problem ends with the exit code of the failure to come.

    With --fix, without --repo, it looks at the files of your work tree in place of the default
    branch's, and sets the values there that are wrong. Flux is asked to look again where it is
    behind. All else, and every commit, is left to you.
    """
    from understudy.diagnosing import mend
    from understudy.diagnosis_wiring import Look, diagnosis_of
    from understudy.render.diagnosis_page import diagnosis_document, diagnosis_page

    if dry_run and not fix:
        raise click.UsageError("`--dry-run` goes with `--fix`.")
    look = Look(
        flags=shared.repeated(options),
        commands=_commands(options, where),
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


def _commands(options: Options, where: ClusterOptions) -> Commands:
    """Say what the commands that mend something repeat: a clone needs no `--repo`."""
    from understudy.gitops.doctor.commands import Commands

    cluster = (("--kubeconfig", where.kubeconfig), ("--context", where.context))
    return Commands(
        flags=shared.repeated(options),
        in_clone=shared.repeated(replace(options, repo=None)),
        stage=shlex.join(("--stage", options.stage)) if options.stage else "",
        cluster=shlex.join(word for name, value in cluster if value for word in (name, str(value))),
    )
