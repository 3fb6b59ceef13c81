"""The use case of `doctor`: look at everything, one thing after the other, and write nothing.

It knows no forge and no git: what is looked at there is handed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases, refnames
from understudy.core.diagnosis import Examination, fine, problem, unknown
from understudy.core.errors import DamagedCacheError, UnavailableError, UnderstudyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.core.config import Config, Stage
    from understudy.core.diagnosis import Inspected, Observation

UNEXPLAINED = "remote"
"""The rule of a refusal that says nothing we know: the network may be to blame."""

NO_PERMISSION = "permission"


def examine(examinations: Iterable[Examination]) -> Iterator[Observation]:
    """Look at each thing. What cannot be looked at hides nothing else."""
    for each in examinations:
        try:
            yield from each.look()
        except DamagedCacheError:
            raise
        except UnavailableError as error:
            yield unknown(each.id, error.message, remedy=error.hint)
        except UnderstudyError as error:
            yield problem(each.id, error.message, remedy=error.hint)


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
