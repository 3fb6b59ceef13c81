"""What `init` finds in a clone and would write into it, put together of what each room knows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from understudy import scaffolding
from understudy.core.config import refuse_stage_on_base
from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.forges.github import workflow

if TYPE_CHECKING:
    from understudy.forges.github.workflow import Kept
    from understudy.scaffolding import PlannedFile, WorkTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was found in the work tree, and what is to be written into it."""

    tree: WorkTree
    files: tuple[PlannedFile, ...]
    base: str
    base_is_a_guess: bool
    ci: tuple[str, ...]
    unread: tuple[str, ...]


def planned(*, schedule: str | None, uses: str | None) -> Plan:
    """Look at the clone we stand in.

    Raises:
        UsageError: it is no clone, or no telling what its base is.
        ConfigError: its configuration cannot be right.
    """
    tree = scaffolding.open_work_tree(Path.cwd())
    where, config = scaffolding.configuration(tree)
    kept = _kept(tree, schedule=schedule, uses=uses)
    known = config.base or tree.remote_branch or kept.base
    base = known or tree.current_branch
    if base is None:
        message = "No telling which branch is the base: no branch is checked out here."
        raise UsageError(message, hint="Run `git remote set-head origin --auto`, and try again.")
    for stage in config.stages.values():
        refuse_stage_on_base(stage, base)
    ci, unread = _ci(tree)
    text = workflow.text(workflow.Settings(base=base, ci=ci, config=config, kept=kept))
    files = [scaffolding.planned(tree, workflow.PATH, text)]
    if where is None:
        path, text = scaffolding.CONFIGURATION, scaffolding.CONFIGURATION_TEXT
        files.append(scaffolding.planned(tree, path, text))
    return Plan(
        tree=tree,
        files=tuple(files),
        base=base,
        base_is_a_guess=known is None,
        ci=ci,
        unread=unread,
    )


def _kept(tree: WorkTree, *, schedule: str | None, uses: str | None) -> Kept:
    """Read the wishes in an older workflow; what is asked for now goes before them."""
    content = tree.read(workflow.PATH)
    kept = workflow.Kept()
    if content is not None:
        # One that is no YAML holds no wishes. It is shown and asked about before it is replaced.
        with suppress(UsageError):
            kept = workflow.kept(load(content, where=workflow.PATH, failure=UsageError))
    kept = replace(kept, schedule=(schedule,)) if schedule is not None else kept
    return replace(kept, uses=uses) if uses is not None else kept


def _ci(tree: WorkTree) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the workflows to listen to, and what to say of those not understood."""
    names, unread = [], []
    for path in tree.documents(workflow.FOLDER):
        if path == workflow.PATH:
            continue
        try:
            document = load(tree.read(path) or b"", where=path, failure=UsageError)
        except UsageError as error:
            unread.append(error.message)
            continue
        names.append(workflow.ci_name(document, path))
    return tuple(sorted({name for name in names if name is not None})), tuple(unread)
