"""Who tells best what became of a stage's commit: a cluster, else a forge with the files of Flux.

A forge is told by Flux that all is ready, not whether that was waited for, nor which object fails.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from understudy.core.deployment import AppliedStatus, Readiness
from understudy.core.errors import UnderstudyError

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.core.ports import Clock, Repository

_KUBECONFIG, _IN_A_POD = "KUBECONFIG", "KUBERNETES_SERVICE_HOST"
"""What names a cluster. A file in somebody's home was not meant for a rebuild."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterTold:
    """What is known of one stage's deployment beside what the forge was told."""

    repository: Repository
    stage: Stage
    remote: str
    clock: Clock

    def __call__(self, commit: CommitSha, told: Deployment | None) -> Deployment | None:
        """Return what is known of the commit, where `told` is what the forge was told.

        Raises:
            UnderstudyError: the cluster that the environment names cannot be asked.
        """
        if os.environ.get(_KUBECONFIG):
            return self._in_cluster(commit)
        found = self._in_our_cluster(commit) if os.environ.get(_IN_A_POD) else None
        return found or with_files(told, commit, repository=self.repository, stage=self.stage)

    def _in_our_cluster(self, commit: CommitSha) -> Deployment | None:
        """Ask the cluster of the pod we are in: a runner's may be any, and not let us look."""
        try:
            return self._in_cluster(commit)
        except UnderstudyError:
            return None

    def _in_cluster(self, commit: CommitSha) -> Deployment | None:
        from understudy.gitops.cluster.api import open_cluster  # noqa: PLC0415 - slow to import
        from understudy.gitops.cluster.flux import FluxStage  # noqa: PLC0415 - as above

        cluster = open_cluster(kubeconfig=None, context=None)
        if cluster is None:
            return None
        try:
            flux = FluxStage(cluster, self.stage, remote=self.remote, clock=self.clock)
            return flux.deployment(commit)
        finally:
            cluster.close()


def with_files(
    told: Deployment | None, commit: CommitSha, *, repository: Repository, stage: Stage
) -> Deployment | None:
    """Add to what a forge was told of a commit what the files of Flux in it say.

    That is whether "ready" means healthy, and who deploys the stage and has said nothing so far: a
    part is not taken for the whole.
    """
    if told is None or all(each.readiness is not Readiness.READY for each in told.kustomizations):
        return told
    watching = _watching(commit, repository, stage)
    speaking = tuple(
        replace(each, watches_health=watching.get(each.name)) for each in told.kustomizations
    )
    silent = tuple(
        AppliedStatus(namespace=stage.flux.namespace, name=name, readiness=Readiness.UNKNOWN)
        for name in sorted(watching.keys() - {each.name for each in speaking})
    )
    return replace(told, kustomizations=(*speaking, *silent))


def _watching(commit: CommitSha, repository: Repository, stage: Stage) -> dict[str, bool]:
    """Return the names of what deploys the stage, and whether each of that name watches health."""
    from understudy.gitops.cluster.flux_status import watches_health  # noqa: PLC0415 - as above
    from understudy.gitops.layout import found_in  # noqa: PLC0415 - slow to import

    if repository.fetch([commit]):
        return {}
    layout = found_in(repository.tree(commit))
    found: dict[str, bool] = {}
    for each in layout.applied_from(layout.stage_sources(stage)):
        if not each.suspended and stage.flux.kustomization in ("", each.name):
            watches = watches_health(each.body.get("spec"))
            found[each.name] = watches and found.get(each.name, True)
    return found
