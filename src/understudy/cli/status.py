"""`understudy status`: what is on the stage, and what of it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import cluster_options as clusters
from understudy.cli import options as shared
from understudy.cli import printing, standing

if TYPE_CHECKING:
    from understudy.core.errors import ExitCode
    from understudy.deployment_wiring import ClusterOptions
    from understudy.wiring import Options

EVERY = 5.0
"""Seconds between two looks of `--watch`."""


@click.command("status")
@click.option("--watch", is_flag=True, help="Go on, and tell again whatever changes.")
@click.option("--wait", is_flag=True, help="Wait until the stage's commit is deployed.")
@clusters.timeout_option
@clusters.cluster_options(may_do_without=True)
@shared.json_option
@shared.project_options
def command(
    *,
    options: Options,
    where: ClusterOptions,
    watch: bool,
    wait: bool,
    timeout: float,
    as_json: bool,
) -> ExitCode:
    """Tell what is on the stage, and what of it is deployed.

    The branch and the pull requests are told as the newest record has them. Flux is asked on the
    cluster that a kubeconfig names, else the forge is asked what Flux has reported there. Nothing
    is written.

    With --wait the exit code is 0 when the stage's commit is deployed and healthy, 3 when Flux says
    that it failed, and 4 when the time is over.
    """
    from understudy import following as use_case
    from understudy.core.errors import ExitCode
    from understudy.deployment_wiring import Teller

    if watch and (wait or as_json):
        raise click.UsageError("`--watch` goes with neither `--wait` nor `--json`.")
    with Teller(options, where) as teller:
        if watch:
            for now in use_case.watch(teller.opening, teller, pause=EVERY):
                printing.show(standing.page(now, options))
                printing.flush()
        if wait:
            patience = use_case.Patience(timeout=timeout)
            with printing.progress() as progress:
                now = use_case.wait(teller.opening, teller, patience=patience, progress=progress)
            return standing.end(now, options, as_json=as_json)
        now = use_case.stand(teller.opening, teller)
        standing.show(now, options, as_json=as_json)
        return standing.failure(now) or ExitCode.DONE
