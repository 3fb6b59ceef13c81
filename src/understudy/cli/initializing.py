"""What `init` finds in a clone and would write into it, put together of what each room knows."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from understudy import scaffolding
from understudy.core.config import refuse_stage_on_base
from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.forges.github import workflow
from understudy.forges.github.place import place_of

if TYPE_CHECKING:
    from understudy.core.config import Config
    from understudy.forges.github.workflow import Kept
    from understudy.gitops.writing.drafts import Drafts
    from understudy.scaffolding import PlannedFile, WorkTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked for. `deployer` is `flux` or `argo`; None: no more than the forge's files."""

    schedule: str | None = None
    uses: str | None = None
    deployer: str | None = None
    stage: str | None = None
    cluster: str | None = None
    receiver: bool = False
    per_app: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was found in the work tree, and what is to be written into it.

    `ci` and `unread` are of the workflow that is written, if one is. `kept_workflow` is the path of
    one that stays as it is. `deploying` is what Flux or Argo CD is told, `stage` the stage's name,
    if commands must name it.
    """

    tree: WorkTree
    files: tuple[PlannedFile, ...]
    base: str
    base_is_a_guess: bool
    has_workflow: bool
    ci: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    kept_workflow: str | None = None
    branch: str = ""
    stage: str = ""
    deploying: Drafts | None = None


def planned(wishes: Wishes) -> Plan:
    """Look at the clone we stand in.

    Raises:
        UsageError: it is no clone, or no telling what its base is, or where its stage is deployed.
        ConfigError: its configuration cannot be right.
    """
    tree = scaffolding.open_work_tree(Path.cwd())
    where, config = scaffolding.configuration(tree)
    kept = _kept(tree, schedule=wishes.schedule, uses=wishes.uses)
    known = config.base or tree.remote_branch or kept.base
    base = known or tree.current_branch
    if base is None:
        message = "No telling which branch is the base: no branch is checked out here."
        raise UsageError(message, hint="Run `git remote set-head origin --auto`, and try again.")
    for stage in config.stages.values():
        refuse_stage_on_base(stage, base)
    plan = Plan(tree=tree, files=(), base=base, base_is_a_guess=known is None, has_workflow=False)
    if _wants_workflow(tree, wishes):
        plan = _with_workflow(plan, config, kept, configured=where is not None)
    elif tree.read(workflow.PATH) is not None:
        plan = replace(plan, kept_workflow=workflow.PATH)
    return plan if wishes.deployer is None else _with_deployment(plan, config, wishes)


# --- the forge -----------------------------------------------------------------------------------


def _wants_workflow(tree: WorkTree, wishes: Wishes) -> bool:
    """Tell whether the workflow is written: beside other files only where there is none yet."""
    if wishes.deployer is None or wishes.schedule or wishes.uses:
        return True
    there = tree.read(workflow.PATH) is not None
    return not there and tree.origin is not None and place_of(tree.origin, os.environ) is not None


def _with_workflow(plan: Plan, config: Config, kept: Kept, *, configured: bool) -> Plan:
    tree = plan.tree
    ci, unread = _ci(tree)
    text = workflow.text(workflow.Settings(base=plan.base, ci=ci, config=config, kept=kept))
    files = [scaffolding.planned(tree, workflow.PATH, text)]
    if not configured:
        path, text = scaffolding.CONFIGURATION, scaffolding.CONFIGURATION_TEXT
        files.append(scaffolding.planned(tree, path, text))
    return replace(plan, files=tuple(files), has_workflow=True, ci=ci, unread=unread)


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


# --- Flux and Argo CD ----------------------------------------------------------------------------


def _with_deployment(plan: Plan, config: Config, wishes: Wishes) -> Plan:
    from understudy.gitops.layout import found_in

    name, stage = config.stage(wishes.stage)
    tree = plan.tree
    layout = found_in(tree)
    if wishes.deployer == "argo":
        from understudy.gitops.writing import argo_plan

        drafts = argo_plan.drafted(
            tree,
            layout,
            argo_plan.Wanted(name=name, stage=stage, per_app=wishes.per_app),
        )
    else:
        from understudy.gitops.writing import flux_plan, flux_site

        wanted = flux_site.Wanted(
            name=name,
            stage=stage,
            base=plan.base,
            origin=tree.origin,
            cluster=wishes.cluster,
            receiver=wishes.receiver,
            per_app=wishes.per_app,
        )
        drafts = flux_plan.drafted(tree, layout, wanted)
    files = (scaffolding.planned(tree, each.path, each.text) for each in drafts.files)
    return replace(
        plan,
        files=(*plan.files, *files),
        branch=stage.branch,
        stage=wishes.stage or "",
        deploying=drafts,
    )
