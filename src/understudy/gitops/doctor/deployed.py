"""What the state of a deployment means for whoever waits for the stage, and what they can do.

Values in, rows out: the state may come from the cluster or from the forge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.delivery import has_fetched
from understudy.core.deployment import Readiness
from understudy.core.diagnosis import fine, problem, warning
from understudy.gitops.doctor.commands import secret_missed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.deployment import AppliedStatus, Deployment, SourceStatus
    from understudy.core.diagnosis import Observation, Repair
    from understudy.core.model import CommitSha
    from understudy.gitops.doctor.commands import Commands

_LONGEST = 400


def deployment_rows(
    deployment: Deployment, tip: CommitSha, commands: Commands
) -> Iterator[Observation]:
    """Say what a forge was told of the stage's commit."""
    if deployment.source is not None:
        yield from source_rows(deployment.source, tip, commands)
    for each in deployment.kustomizations:
        yield from applied_rows(each, tip, commands, source=deployment.source)


def source_rows(
    source: SourceStatus,
    tip: CommitSha | None,
    commands: Commands,
    *,
    repair: Repair | None = None,
) -> Iterator[Observation]:
    """Say whether a source has the stage's commit, and why not."""
    row, shown = "deployed-source", f"GitRepository `{source.namespace}/{source.name}`"
    place = ("source", "git", source.name, "--namespace", source.namespace)
    match source.readiness:
        case Readiness.SUSPENDED:
            evidence = f"{shown} is suspended: Flux does not see what is new on the stage"
            yield warning("deployed-suspended", evidence, remedy=commands.flux("resume", *place))
        case Readiness.FAILED:
            evidence = f"{shown} cannot read the stage{_since(source)}: {_said(source)}"
            yield problem(row, evidence, remedy=_for_source(source, commands))
        case _ if tip is None or has_fetched(source, tip):
            yield fine(row, f"{shown} is at {_short(source.revision)}")
        case _:
            evidence = (
                f"{shown} is at {_short(source.revision)}, and the stage is at {_short(tip)}: Flux"
                " has not looked at it yet"
            )
            remedy = commands.flux("reconcile", *place)
            yield warning(row, evidence, remedy=remedy, repair=repair)


def applied_rows(
    applied: AppliedStatus,
    tip: CommitSha | None,
    commands: Commands,
    *,
    source: SourceStatus | None,
    repair: Repair | None = None,
) -> Iterator[Observation]:
    """Say whether a Kustomization has applied the stage's commit, and why not."""
    row, shown = "deployed-stage", f"Kustomization `{applied.namespace}/{applied.name}`"
    place = ("kustomization", applied.name, "--namespace", applied.namespace)
    match applied.readiness:
        case Readiness.SUSPENDED:
            evidence = f"{shown} is suspended: the stage stays as it is on the cluster"
            remedy = commands.flux("resume", *place)
            yield warning("deployed-suspended", evidence, remedy=remedy)
        case Readiness.FAILED:
            yield _failing(applied, tip, commands, repair=repair)
        case _ if tip is None or applied.applied == tip:
            yield fine(row, f"{shown} is at {_short(applied.applied)}")
        case Readiness.PROGRESSING if _waits(applied):
            evidence = f"{shown} waits{_since(applied)}: {_said(applied)}"
            yield warning(row, evidence, remedy=_for_applied(applied, commands))
        case Readiness.PROGRESSING:
            message = _said(applied)
            what = f"is at {_short(applied.applied)}, and on its way to {_short(tip)}"
            yield fine(row, f"{shown} {what}{f': {message}' if message else ''}")
        case _:
            evidence = f"{shown} is at {_short(applied.applied)}, and the stage at {_short(tip)}"
            remedy = commands.flux("reconcile", *place, "--with-source")
            has_come = source is None or source.revision == tip
            yield warning(row, evidence, remedy=remedy, repair=repair if has_come else None)


def _failing(
    applied: AppliedStatus, tip: CommitSha | None, commands: Commands, *, repair: Repair | None
) -> Observation:
    shown = f"Kustomization `{applied.namespace}/{applied.name}`"
    tried = f" with {_short(applied.attempted)}" if applied.attempted else ""
    which = f"{applied.failing}: " if applied.failing else ""
    evidence = f"{shown} fails{tried}{_since(applied)}: {which}{_said(applied)}"
    remedy = _for_applied(applied, commands)
    if applied.attempted and tip and applied.attempted != tip:
        evidence += f". The stage is at {_short(tip)} by now, which was not tried yet"
        return warning("deployed-stage", evidence, remedy=remedy, repair=repair)
    return problem("deployed-stage", evidence, remedy=remedy)


def _waits(applied: AppliedStatus) -> bool:
    said = applied.message.lower()
    return "dependenc" in said and "not ready" in said


def _for_source(source: SourceStatus, commands: Commands) -> str:
    said = source.message.lower()
    if secret := secret_missed(source.message):
        return commands.make_secret(secret, namespace=source.namespace, url=source.url)
    if "couldn't find remote ref" in said or "reference not found" in said:
        return f"Push the branch `{source.branch}`: {commands.rebuild}"
    place = (source.name, "--namespace", source.namespace)
    again = commands.flux("reconcile", "source", "git", *place)
    return f"Mend what it says, then: {again}"


def _for_applied(applied: AppliedStatus, commands: Commands) -> str:
    said = applied.message.lower()
    place = (applied.name, "--namespace", applied.namespace)
    again = commands.flux("reconcile", "kustomization", *place)
    if "immutable" in said or "field is forbidden" in said:
        return (
            "It cannot be changed in place: delete that object on the cluster so that Flux makes it"
            f" anew, or take the change back. Then: {again}"
        )
    if _waits(applied):
        listed = commands.flux("get", "kustomizations", "--all-namespaces")
        return f"Look at what it waits for: {listed}"
    return f"Mend what it says on the pull request that brings it, or run: {again}"


def _said(status: SourceStatus | AppliedStatus) -> str:
    text = " ".join(status.message.split())
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text


def _since(status: SourceStatus | AppliedStatus) -> str:
    return f" since {status.since[:16].replace('T', ' ')} UTC" if status.since else ""


def _short(commit: CommitSha | None) -> str:
    return commit[:7] if commit else "no commit"
