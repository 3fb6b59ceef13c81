"""What deploys a stage on a cluster: found by its names, or by the branch that it reads.

What the objects say is read in `flux_status`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.deployment import Deployment, Readiness
from understudy.core.errors import UsageError
from understudy.gitops.cluster.flux_status import applied_status, at, named, request, source_status

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.core.model import CommitSha
    from understudy.core.ports import Clock
    from understudy.gitops.cluster.api import Cluster
    from understudy.gitops.cluster.flux_status import Object, Request

_ADDRESS = re.compile(
    r"(?:[a-z][a-z+]*://)?(?:[^@/]*@)?(?P<host>[^:/]+)(?::[0-9]+(?=/))?[:/]+(?P<path>.+)"
)
_WRITE = "`understudy init --flux` writes one: push it, and wait until Flux has it."


class FluxStage:
    """The objects of one stage on a cluster. Satisfies `following`'s `Deployed` and `Asked`."""

    def __init__(self, cluster: Cluster, stage: Stage, *, remote: str, clock: Clock) -> None:
        """`remote` is the address that the branch is pushed to: it tells sources apart."""
        self._clock = clock
        self._cluster = cluster
        self._stage = stage
        self._remote = remote
        self._asked: dict[tuple[str, str, str], Request] = {}

    def deployment(self, _commit: CommitSha | None = None) -> Deployment:
        """Read what the objects say now. Who has not acted on our request is still at it.

        Raises:
            UsageError: there are none, or there is no telling which are meant.
            UnavailableError: the cluster does not answer.
            MayNotLookError: we may not see them.
        """
        source = self._source()
        applied = [
            applied_status(each, source, asked=self._asked.get(_key(each)))
            for each in self._kustomizations(source)
        ]
        return Deployment(
            told_by="cluster",
            source=source_status(source, asked=self._asked.get(_key(source))),
            kustomizations=tuple(applied),
        )

    def ask_source(self) -> None:
        """Ask Flux to fetch."""
        self._ask(self._source())

    def ask_others(self) -> None:
        """Ask Flux to apply, whatever is not suspended, and not at the source's commit already.

        Who is asked at its work does it once more: health checks would be waited for twice.
        """
        source = self._source()
        fetched = source_status(source).revision
        for each in self._kustomizations(source):
            status = applied_status(each, source)
            at_it = status.readiness is Readiness.PROGRESSING
            if at_it and fetched and status.attempted == fetched:
                continue
            if status.readiness is not Readiness.SUSPENDED:
                self._ask(each)

    def _ask(self, found: Object) -> None:
        moment = self._clock.now().isoformat()
        self._cluster.request_reconcile(found, moment)
        self._asked[_key(found)] = request(found, moment)

    def _source(self) -> Object:
        flux = self._stage.flux
        context = phrases.shown(self._cluster.context)
        if flux.source:
            source = self._cluster.source(flux.namespace, flux.source)
            if source is None:
                name = phrases.shown(f"{flux.namespace}/{flux.source}")
                message = f"The cluster of the context `{context}` has no GitRepository `{name}`."
                hint = "Correct `flux` in the configuration, or name another --context."
                raise UsageError(message, hint=hint)
            return source
        branch = phrases.shown(self._stage.branch)
        meant = self._reading()
        if not meant:
            message = (
                f"The cluster of the context `{context}` shows us no GitRepository that reads "
            )
            raise UsageError(f"{message}the branch `{branch}`.", hint=_WRITE)
        if len(meant) > 1:
            several = phrases.listed(_shown(each) for each in meant)
            message = f"Several GitRepositories read the branch `{branch}`: {several}."
            raise UsageError(message, hint="Name one in the configuration: `flux: {source: NAME}`.")
        return meant[0]

    def _reading(self) -> list[Object]:
        """Return the sources that read the stage's branch; those of our remote, if some are."""
        seen = self._cluster.sources(else_in=self._stage.flux.namespace)
        reading = [each for each in seen if at(each, "spec", "ref", "branch") == self._stage.branch]
        ours = [each for each in reading if _place(at(each, "spec", "url")) == _place(self._remote)]
        return ours or reading

    def _kustomizations(self, source: Object) -> list[Object]:
        wanted = self._stage.flux.kustomization
        found = [
            each
            for each in self._cluster.kustomizations(else_in=self._stage.flux.namespace)
            if _reads(each, source) and wanted in {"", named(each)[1]}
        ]
        if not found:
            called = f" `{phrases.shown(wanted)}`" if wanted else ""
            message = (
                f"The cluster of the context `{phrases.shown(self._cluster.context)}` shows us"
            )
            message += f" no Kustomization{called} that deploys from `{_shown(source)}`."
            raise UsageError(message, hint=_WRITE)
        return sorted(found, key=named)


def _reads(found: Object, source: Object) -> bool:
    reference = at(found, "spec", "sourceRef") or {}
    there = (reference.get("namespace") or named(found)[0], reference.get("name"))
    return reference.get("kind") == "GitRepository" and there == named(source)


def _key(found: Object) -> tuple[str, str, str]:
    return (str(found["kind"]), *named(found))


def _shown(found: Object) -> str:
    return phrases.shown("/".join(named(found)))


def _place(address: object) -> str:
    """Return host and path of a repository's address, however it is written."""
    text = str(address or "").removesuffix("/").removesuffix(".git")
    match = _ADDRESS.fullmatch(text)
    return f"{match['host']}/{match['path']}".lower() if match else text
