"""From options to whoever tells of a stage's deployment: the cluster that is named, else the forge.

It knows these adapters, and no rule.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from understudy.core.errors import UsageError
from understudy.core.standing import Unknown
from understudy.deployment_choice import with_files
from understudy.wiring import SystemClock, open_project, origin_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.core.config import Stage
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.gitops.cluster.api import Cluster
    from understudy.gitops.cluster.flux import FluxStage
    from understudy.stage import Project
    from understudy.wiring import Options

NO_CLUSTER = "No cluster is named: there is no kubeconfig, and this is no pod."
NAME_ONE = "Name a kubeconfig with --kubeconfig or KUBECONFIG."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """Which cluster the caller means. None: find out. `ask` False: none."""

    kubeconfig: Path | None = None
    context: str | None = None
    ask: bool = True


class Teller:
    """Whoever tells of the deployment. Satisfies `following`'s `Deployed` and `Asked`."""

    def __init__(self, options: Options, where: ClusterOptions) -> None:
        """Nothing is opened yet."""
        self._options = options
        self._where = where
        self._stage: Stage | None = None
        self._cluster: Cluster | None = None
        self._flux: FluxStage | None = None

    @contextmanager
    def opening(self) -> Iterator[Project]:
        """Open the project anew; see `following.Opening`."""
        with open_project(self._options) as project:
            self._stage = project.stage
            yield project

    def deployment(self, commit: CommitSha | None) -> Deployment | Unknown:
        """Ask the cluster, or where none is named, the forge."""
        flux = self._flux_stage()
        if flux is not None:
            return flux.deployment(commit)
        return self._told_by_forge(commit)

    def ask_source(self) -> None:
        """Ask Flux to fetch."""
        self._on_cluster().ask_source()

    def ask_others(self) -> None:
        """Ask Flux to apply."""
        self._on_cluster().ask_others()

    def need_cluster(self) -> None:
        """Refuse to go on without one.

        Raises:
            UsageError: none is named.
        """
        self._on_cluster()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the cluster."""
        if self._cluster is not None:
            self._cluster.close()

    def _on_cluster(self) -> FluxStage:
        flux = self._flux_stage()
        if flux is None:
            raise UsageError(NO_CLUSTER, hint=NAME_ONE)
        return flux

    def _flux_stage(self) -> FluxStage | None:
        if self._flux is None and self._where.ask:
            from understudy.gitops.cluster.api import open_cluster  # noqa: PLC0415 - slow to import
            from understudy.gitops.cluster.flux import FluxStage  # noqa: PLC0415 - as above

            where = self._where
            self._cluster = open_cluster(kubeconfig=where.kubeconfig, context=where.context)
            if self._cluster is not None:
                remote = self._options.repo or origin_here()
                self._flux = FluxStage(
                    self._cluster, self._known_stage(), remote=remote, clock=SystemClock()
                )
        return self._flux

    def _known_stage(self) -> Stage:
        if self._stage is None:
            with self.opening() as project:
                return project.stage
        return self._stage

    def _told_by_forge(self, commit: CommitSha | None) -> Deployment | Unknown:
        if commit is not None:
            with self.opening() as project:
                told = with_files(
                    project.forge.deployed(commit),
                    commit,
                    repository=project.repository,
                    stage=project.stage,
                )
            if told is not None:
                return told
        said = NO_CLUSTER if self._where.ask else "No cluster was asked."
        message = f"{said} The forge was told of no deployment of the stage's commit."
        return Unknown(message=message, hint=NAME_ONE)
