"""Who tells best what became of a stage's commit: a cluster, else a forge with the files of Flux.

A forge is told by Flux that all is ready, not whether that was waited for, nor which object fails.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from understudy.core.deployment import Readiness

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.core.ports import Clock
    from understudy.git.repository import GitRepository

_NAMED_BY = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")
"""A kubeconfig, or the pod we are in. A file in somebody's home was not meant for a rebuild."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterTold:
    """What is known of one stage's deployment beside what the forge was told."""

    repository: GitRepository
    stage: Stage
    remote: str
    clock: Clock

    def __call__(self, commit: CommitSha, told: Deployment | None) -> Deployment | None:
        """Return what is known of the commit, where `told` is what the forge was told.

        Raises:
            UnderstudyError: the cluster that the environment names cannot be asked.
        """
        if any(os.environ.get(name) for name in _NAMED_BY):
            return self._in_cluster(commit)
        return self._with_health(commit, told) if told else None

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

    def _with_health(self, commit: CommitSha, told: Deployment) -> Deployment:
        """Add whether "ready" means healthy, as the Kustomizations in the repository have it."""
        if all(each.readiness is not Readiness.READY for each in told.kustomizations):
            return told
        watching = self._watching(commit)
        return replace(
            told,
            kustomizations=tuple(
                replace(each, watches_health=watching.get((each.namespace, each.name)))
                for each in told.kustomizations
            ),
        )

    def _watching(self, commit: CommitSha) -> dict[tuple[str, str], bool]:
        from understudy.gitops.layout import found_in  # noqa: PLC0415 - slow to import

        if self.repository.fetch([commit]):
            return {}
        layout = found_in(self.repository.tree(commit))
        return {
            (each.namespace, each.name): _watches(each.body.get("spec") or {})
            for each in layout.applied_from(layout.stage_sources(self.stage))
        }


def _watches(spec: object) -> bool:
    return isinstance(spec, dict) and bool(spec.get("wait") or spec.get("healthChecks"))
