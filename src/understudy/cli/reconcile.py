"""`understudy reconcile`: have Flux fetch and apply the stage now."""

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


@click.command("reconcile")
@clusters.timeout_option
@clusters.cluster_options(may_do_without=False)
@shared.json_option
@shared.project_options
def command(*, options: Options, where: ClusterOptions, timeout: float, as_json: bool) -> ExitCode:
    """Have Flux fetch and apply the stage now.

    What `flux reconcile` does for the stage's source and then for all that deploys from it, which
    is followed until the stage's commit is applied. Where it cannot be, the object that fails is
    named, with the reason. Nothing but an annotation is written.

    The exit code is 0 when the stage's commit is deployed, 3 when Flux says that it failed or does
    not let us ask, and 4 when the time is over.
    """
    from understudy import following as use_case
    from understudy.deployment_wiring import Teller

    with Teller(options, where) as teller:
        teller.need_cluster()
        with printing.progress() as progress:
            now = use_case.reconcile(
                teller.opening,
                teller,
                patience=use_case.Patience(timeout=timeout),
                progress=progress,
            )
    return standing.end(now, options, as_json=as_json)
