"""Why the stage is not deployed, as far as the cluster tells: Flux's objects, held against files.

It writes nothing. The one repair that it plans is to ask Flux to look again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core import phrases
from understudy.core.diagnosis import Examination, Repair, fine, problem, unknown, warning
from understudy.core.errors import DamagedCacheError, UnderstudyError
from understudy.gitops.cluster.flux_status import applied_status, at, source_status
from understudy.gitops.controllers import as_folder
from understudy.gitops.doctor.deployed import applied_rows, deployment_rows, source_rows
from understudy.gitops.doctor.sources import repository_of
from understudy.gitops.doctor.subject import FLUX, is_within
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.core.deployment import Deployment
    from understudy.core.diagnosis import Observation
    from understudy.core.model import CommitSha
    from understudy.gitops.cluster.api import Cluster
    from understudy.gitops.controllers import GitSource
    from understudy.gitops.doctor.commands import Commands
    from understudy.gitops.doctor.subject import Files

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A cluster, and what should be deployed there: the stage's tip, as the files say.

    `remote` is the repository's address. `at` marks the requests that a repair makes.
    """

    cluster: Cluster
    files: Files
    remote: str
    tip: CommitSha | None
    at: str

    @property
    def commands(self) -> Commands:
        """Return how remedies are typed."""
        return self.files.commands

    @property
    def namespace(self) -> str:
        """Return where the stage's objects are: as the files tell, else as is configured."""
        told = (each.namespace for each in self.files.meant_sources() if each.namespace)
        return next(told, self.files.stage.flux.namespace)


def of_cluster(deployed: Deployed) -> tuple[Examination, ...]:
    """Return the one look at it. What the cluster does not show is unknown, never a problem."""
    return (Examination(id="cluster", look=lambda: _without_failure(deployed)),)


def of_none(error: UnderstudyError) -> tuple[Examination, ...]:
    """Return the row that says why no cluster can be asked."""
    row = unknown("cluster", error.message, remedy=error.hint)
    return (Examination(id="cluster", look=lambda: [row]),)


def of_forge(
    told: Deployment | None, tip: CommitSha | None, commands: Commands
) -> tuple[Examination, ...]:
    """Return the look at what the forge was told, where no cluster can be asked."""
    return (Examination(id="cluster", look=lambda: _told_by_forge(told, tip, commands)),)


def _told_by_forge(
    told: Deployment | None, tip: CommitSha | None, commands: Commands
) -> Iterator[Observation]:
    asked = "Name a cluster: export KUBECONFIG=FILE, or --kubeconfig FILE"
    if told is None or tip is None:
        yield fine("cluster", "no cluster was asked", remedy=asked)
        return
    yield fine("cluster", "no cluster was asked: this is what Flux told the forge", remedy=asked)
    yield from deployment_rows(told, tip, commands)


def _without_failure(deployed: Deployed) -> Iterator[Observation]:
    try:
        yield from _look(deployed)
    except DamagedCacheError:
        raise
    except UnderstudyError as error:
        yield unknown("cluster", error.message, remedy=error.hint)


def _look(deployed: Deployed) -> Iterator[Observation]:
    seen = deployed.cluster.sources(else_in=deployed.namespace)
    context = phrases.shown(deployed.cluster.context)
    known = {repository_of(each.url) for each in deployed.files.layout.sources}
    known.add(repository_of(deployed.remote))
    ours = [each for each in seen if repository_of(_text(each, "spec", "url")) in known]
    sources = _of_stage(deployed, seen, ours)
    if not ours and not sources:
        evidence = f"nothing on the cluster of the context `{context}` is from this repository"
        yield unknown("cluster", evidence, remedy="Name the right one with --context.")
        return
    yield fine("cluster", f"the cluster of the context `{context}` was asked")
    if not sources:
        yield _missing(deployed)
        return
    applied = deployed.cluster.kustomizations(else_in=deployed.namespace)
    for source in sources:
        yield from _source(deployed, source)
        yield from _applied(deployed, source, applied)
    yield from _from_elsewhere(deployed, sources, applied)


def _of_stage(deployed: Deployed, seen: list[Object], ours: list[Object]) -> list[Object]:
    """Return the sources that are for the stage, by their name in the files, else by branch."""
    files, namespace = deployed.files, deployed.namespace
    wanted = {(each.namespace or namespace, each.name) for each in files.meant_sources()}
    wanted.add((files.stage.flux.namespace, files.stage.flux.source))
    branch = files.stage.branch
    return [each for each in seen if (_namespace(each), _name(each)) in wanted] or [
        each for each in ours if _text(each, "spec", "ref", "branch") == branch
    ]


def _missing(deployed: Deployed) -> Observation:
    row, told = "cluster-source", deployed.files.meant_sources()
    if not told:
        evidence = f"no GitRepository on the cluster reads `{deployed.files.stage.branch}`"
        return problem(row, evidence, remedy=deployed.commands.init)
    evidence = (
        f"GitRepository `{phrases.shown(told[0].name)}` of {told[0].path} is not on the cluster"
    )
    return problem(row, evidence, remedy=_apply_files(deployed))


# --- its source ----------------------------------------------------------------------------------


def _source(deployed: Deployed, source: Object) -> Iterator[Observation]:
    told = next((e for e in deployed.files.meant_sources() if e.name == _name(source)), None)
    yield from _as_told(deployed, source, told)
    yield from _secret(deployed, source)
    status = source_status(source)
    yield from source_rows(
        status, deployed.tip, deployed.commands, repair=_look_again(deployed, source)
    )


def _as_told(deployed: Deployed, source: Object, told: GitSource | None) -> Iterator[Observation]:
    row, shown = "cluster-source", _shown(source)
    branch, wanted = _text(source, "spec", "ref", "branch"), deployed.files.stage.branch
    if branch != wanted:
        follows = f"`{phrases.shown(branch)}`" if branch else "no branch"
        evidence = f"on the cluster {shown} follows {follows}, and the stage is `{wanted}`"
        in_file = told is not None and told.branch == wanted
        correct = f"Correct its file: {deployed.commands.init}"
        remedy = _apply_files(deployed) if in_file else correct
        yield problem(row, evidence, remedy=remedy)
    if told is None:
        return
    for key, there, here in (
        ("url", _text(source, "spec", "url"), told.url),
        ("interval", _text(source, "spec", "interval"), told.interval),
    ):
        if here and there != here:
            evidence = (
                f"on the cluster {shown} has `{key}: {phrases.shown(redacted(there))}`, and"
                f" {told.path} has `{phrases.shown(redacted(here))}`: the file is not applied"
            )
            yield warning(row, evidence, remedy=_apply_files(deployed))


def _secret(deployed: Deployed, source: Object) -> Iterator[Observation]:
    name, namespace = _text(source, "spec", "secretRef", "name"), _namespace(source)
    if not name or deployed.cluster.has_secret(namespace, name) is not False:
        return
    evidence = f"{_shown(source)} reads with the secret `{phrases.shown(name)}`, which is not there"
    url = _text(source, "spec", "url")
    remedy = deployed.commands.make_secret(name, namespace=namespace, url=url)
    yield problem("cluster-secret", evidence, remedy=remedy)


# --- what is applied from it ---------------------------------------------------------------------


def _applied(
    deployed: Deployed, source: Object, applied: Iterable[Object]
) -> Iterator[Observation]:
    from_it = [each for each in applied if _reads(each, source)]
    if not from_it:
        evidence = f"no Kustomization on the cluster applies anything from {_shown(source)}"
        yield problem("cluster-stage", evidence, remedy=_apply_files(deployed))
    status = source_status(source)
    for each in from_it:
        if not _is_for_stage(deployed, each):
            evidence = (
                f"on the cluster {_shown(each)} applies `{_folder(each) or '.'}` from"
                f" {_shown(source)}: it deploys what nobody has merged"
            )
            place = ("kustomization", _name(each), "--namespace", _namespace(each))
            remedy = deployed.commands.flux("suspend", *place)
            yield problem(
                "cluster-production",
                evidence,
                remedy=f"Correct its `sourceRef`; until then: {remedy}",
            )
        repair = _look_again(deployed, each)
        yield from applied_rows(
            applied_status(each, source),
            deployed.tip,
            deployed.commands,
            source=status,
            repair=repair,
        )


def _from_elsewhere(
    deployed: Deployed, sources: list[Object], applied: Iterable[Object]
) -> Iterator[Observation]:
    """Tell of what applies the stage's overlay, and not from the stage."""
    overlay = deployed.files.overlay
    for each in applied:
        if overlay is None or any(_reads(each, source) for source in sources):
            continue
        if is_within(_folder(each), overlay) and _source_is_near(each, sources):
            name = phrases.shown(_text(each, "spec", "sourceRef", "name"))
            evidence = (
                f"on the cluster {_shown(each)} applies `{_folder(each)}` from `{name}`, which does"
                " not read the stage"
            )
            yield problem("cluster-stage", evidence, remedy=_apply_files(deployed))


def _is_for_stage(deployed: Deployed, applied: Object) -> bool:
    overlay = deployed.files.overlay
    return overlay is None or is_within(_folder(applied), overlay)


def _source_is_near(applied: Object, sources: list[Object]) -> bool:
    """Tell whether it reads where the stage's sources are: others may be of another repository."""
    there = _text(applied, "spec", "sourceRef", "namespace") or _namespace(applied)
    return any(there == _namespace(source) for source in sources)


def _reads(applied: Object, source: Object) -> bool:
    there = _text(applied, "spec", "sourceRef", "namespace") or _namespace(applied)
    wanted = ("GitRepository", _namespace(source), _name(source))
    name = _text(applied, "spec", "sourceRef", "name")
    return (_text(applied, "spec", "sourceRef", "kind"), there, name) == wanted


# --- what is done about it -----------------------------------------------------------------------


def _apply_files(deployed: Deployed) -> str:
    place = ("kustomization", FLUX, "--namespace", deployed.namespace)
    return deployed.commands.flux("reconcile", *place, "--with-source")


def _look_again(deployed: Deployed, found: Object) -> Repair:
    cluster, moment = deployed.cluster, deployed.at
    return Repair(
        does=f"ask Flux to look at {_shown(found)} now",
        make=lambda: cluster.request_reconcile(found, moment),
    )


# --- what may be anything ------------------------------------------------------------------------


def _folder(applied: Object) -> str:
    return phrases.shown(as_folder(_text(applied, "spec", "path")))


def _text(found: Object, *keys: str) -> str:
    value = at(found, *keys)
    return value if isinstance(value, str) else ""


def _name(found: Object) -> str:
    return _text(found, "metadata", "name")


def _namespace(found: Object) -> str:
    return _text(found, "metadata", "namespace")


def _shown(found: Object) -> str:
    return f"{_text(found, 'kind')} `{phrases.shown(f'{_namespace(found)}/{_name(found)}')}`"
