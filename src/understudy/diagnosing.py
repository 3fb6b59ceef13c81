"""The use case of `doctor`: look at everything, one thing after the other, and write nothing.

It knows no forge, no git and no cluster: what is looked at there is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from understudy.core import phrases, record_diagnosis, refnames
from understudy.core.decisions import Raced
from understudy.core.diagnosis import Diagnosis, Examination, Mended, fine, problem, unknown
from understudy.core.eligibility import judge_all
from understudy.core.errors import (
    DamagedCacheError,
    ExitCode,
    UnavailableError,
    UnderstudyError,
)
from understudy.core.record_diagnosis import Scene
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from understudy.core.config import Config, Stage
    from understudy.core.diagnosis import Inspected, Observation, Repair
    from understudy.core.eligibility import Judged
    from understudy.core.record import Line, Record
    from understudy.stage import Project

UNEXPLAINED = "remote"
"""The rule of a refusal that says nothing we know: the network may be to blame."""

NO_PERMISSION = "permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How remedies are said: what lets a pull request in, and how a rebuild is asked for.

    `flags` are what a command repeats to mean the same project.
    """

    advise: Callable[[Line, Record], str]
    rebuild: str
    flags: str = ""


def examine(examinations: Iterable[Examination]) -> Iterator[Observation]:
    """Look at each thing. What cannot be looked at hides nothing else."""
    for each in examinations:
        try:
            yield from map(_without_secrets, each.look())
        except DamagedCacheError:
            raise
        except UnavailableError as error:
            yield unknown(each.id, error.message, remedy=error.hint)
        except UnderstudyError as error:
            yield problem(each.id, error.message, remedy=error.hint)


def _without_secrets(seen: Observation) -> Observation:
    """Blank out what addresses in the files of others may hold."""
    repair = seen.repair and replace(
        seen.repair,
        does=redacted(seen.repair.does),
        difference=tuple(map(redacted, seen.repair.difference)),
    )
    evidence, remedy = redacted(seen.evidence), redacted(seen.remedy)
    return replace(seen, evidence=evidence, remedy=remedy, repair=repair)


def mend(diagnosis: Diagnosis, *, dry_run: bool = False) -> Mended:
    """Make each repair that a row has, once; one that fails stops no other."""
    done: dict[str, Repair] = {}
    failed: dict[str, tuple[Repair, UnderstudyError]] = {}
    for row in diagnosis.observations:
        repair = row.repair
        if repair is None or repair.does in done or repair.does in failed:
            continue
        try:
            if not dry_run:
                repair.make()
            done[repair.does] = repair
        except UnderstudyError as error:
            failed[repair.does] = (repair, error)
    left = (r for r in diagnosis.observations if r.repair is None or r.repair.does not in done)
    after = diagnosis if dry_run else Diagnosis(observations=tuple(left))
    first_failure = next((error.exit_code for _, error in failed.values()), ExitCode.DONE)
    return Mended(
        done=tuple(done.values()),
        failed=tuple(failed.values()),
        dry_run=dry_run,
        exit_code=after.exit_code or first_failure,
    )


def of_remote(
    repository: Inspected, config: Config, stage_name: str, *, stage: Stage, write_access: str
) -> tuple[Examination, ...]:
    """Return what there is to look at on any remote. `write_access` says how that is given."""
    base = config.base or repository.default_branch()
    return (
        Examination(id="base", look=lambda: _base(repository, base)),
        Examination(id="stage", look=lambda: _stage(base, stage)),
        Examination(id="push", look=lambda: _push(repository, base, stage_name, write_access)),
    )


def of_record(project: Project, voice: Voice) -> tuple[Examination, ...]:
    """Return the look at what became of the stage, and at who is out of it."""
    return (Examination(id="record", look=lambda: _record(project, voice)),)


def _base(repository: Inspected, base: str | None) -> Iterator[Observation]:
    if base is None:
        remedy = "Push a branch, or name one in the configuration: `base: main`."
        yield problem("base", "the remote has no default branch", remedy=remedy)
        return
    ref = f"refs/heads/{base}"
    branches = {
        name.removeprefix("refs/heads/"): tip
        for name, tip in repository.advertised([ref, "refs/heads/*"]).items()
    }
    if base in branches:
        yield fine("base", f"`{base}` is at {branches[base][:7]}")
        return
    close = phrases.near_miss(base, branches)
    remedy = f"Name the base in the configuration: `base: {close or 'main'}`."
    yield problem("base", f"the remote has no branch `{base}`", remedy=remedy)


def _stage(base: str | None, stage: Stage) -> Iterator[Observation]:
    if base is not None and refnames.in_each_others_way(stage.branch, base):
        evidence = f"the stage's branch `{stage.branch}` would overwrite the base `{base}`"
        remedy = "Give the stage another branch in the configuration: `branch: staging`."
        yield problem("stage", evidence, remedy=remedy)
        return
    yield fine("stage", f"`{stage.branch}` is a branch of its own")


def _push(
    repository: Inspected, base: str | None, stage_name: str, write_access: str
) -> Iterator[Observation]:
    """Try with what the remote has already, so that a push would change nothing."""
    record_ref, base_ref = f"refs/understudy/{stage_name}", f"refs/heads/{base}"
    refs = repository.advertised([record_ref, base_ref])
    commit = refs.get(record_ref) or refs.get(base_ref)
    if commit is None or repository.fetch([commit]):
        yield unknown("push", "there is no commit with which to begin a push")
        return
    refused = repository.refuses_push(record_ref, commit)
    if refused is None:
        yield fine("push", f"the remote lets us begin a push to `{record_ref}`; nothing was sent")
    elif refused.rule == UNEXPLAINED:
        yield unknown("push", refused.message, remedy=refused.remedy)
    else:
        lacking = refused.rule == NO_PERMISSION
        remedy = write_access if lacking and write_access else refused.remedy
        yield problem("push", refused.message, remedy=remedy)


def _record(project: Project, voice: Voice) -> Iterator[Observation]:
    repository = project.repository
    base = project.config.base or repository.default_branch() or ""
    base_ref = f"refs/heads/{base}"
    refs = repository.advertised([project.branch_ref, project.record_ref, base_ref])
    records = repository.records(refs.get(project.record_ref))
    scene = Scene(
        branch=project.stage.branch,
        base=base,
        base_tip=refs.get(base_ref),
        stage_tip=refs.get(project.branch_ref),
        records=records,
        judged=_judged(project, records[0]) if records else None,
        now=project.clock.now(),
        advise=voice.advise,
        rebuild=voice.rebuild,
        flags=voice.flags,
    )
    yield from record_diagnosis.observations(scene)


def _judged(project: Project, latest: Record) -> Judged | None:
    """Judge what is open now. A forge that cannot be asked has rows of its own that say why."""
    try:
        snapshot = project.forge.snapshot(latest)
    except DamagedCacheError:
        raise
    except UnderstudyError:
        return None
    if isinstance(snapshot, Raced):
        return None
    stages = frozenset(stage.branch for stage in project.config.stages.values())
    return judge_all(
        snapshot, project.stage, now=project.clock.now(), previous=latest, stages=stages
    )
