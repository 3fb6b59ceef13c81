"""Configuration file: an already parsed mapping → Config, or what cannot be right about it.

It reads no file and knows no forge.
"""

from __future__ import annotations

import itertools

import msgspec

from understudy.core import config_gitops, phrases, refnames, strict
from understudy.core.checks import is_foreign_to_verdicts
from understudy.core.config import (
    DEFAULT_STAGE,
    Config,
    Required,
    Stage,
    refuse_stage_on_base,
)
from understudy.core.errors import ConfigError


def parse(mapping: object) -> Config:
    """Read a configuration; None (no file, or an empty one) has every default.

    Raises:
        ConfigError: it cannot be right. The message names the place.
    """
    config = strict.read(mapping, Config, where="", failure=ConfigError)
    stages = config.stages or {DEFAULT_STAGE: Stage()}
    config = msgspec.structs.replace(
        config,
        stages={
            name: msgspec.structs.replace(stage, branch=stage.branch or name)
            for name, stage in stages.items()
        },
    )
    _check_names(config)
    for name, stage in config.stages.items():
        _check_stage(stage, where=f"stages.{phrases.shown(name)}")
    _check_apart(config)
    _check_history_and_plain(config)
    return config


def _check_names(config: Config) -> None:
    if config.base is not None:
        _check_branch(config.base, "base")
    for name, stage in config.stages.items():
        if (problem := refnames.problem_of_short(name)) is not None:
            message = f"`stages` has a stage called `{phrases.shown(name)}`, but {problem}."
            hint = "Its records are kept in `refs/understudy/<stage>`: use letters, digits and `-`."
            raise ConfigError(message, hint=hint)
        _check_branch(stage.branch, f"stages.{name}.branch")


def _check_branch(branch: str, where: str) -> None:
    if (problem := refnames.problem_of_short(branch)) is not None:
        message = f"`{where}` is `{phrases.shown(branch)}`, which is no branch name: {problem}."
        raise ConfigError(message)


def _check_stage(stage: Stage, *, where: str) -> None:
    required = () if isinstance(stage.checks.required, Required) else stage.checks.required
    _refuse_overlap(required, stage.checks.ignore, f"{where}.checks", "`ignore`")
    _refuse_overlap(stage.labels.require, stage.labels.exclude, f"{where}.labels", "`exclude`")
    if stage.report.comment and not stage.report.status:
        message = f"`{where}.report` asks for comments without statuses."
        hint = "Set `status: true`: the status tells whether the comment is up to date."
        raise ConfigError(message, hint=hint)
    if stage.report.deployed and not (stage.report.status or stage.report.deployments):
        message = f"`{where}.report` asks to tell what is deployed, and has no way to tell it."
        raise ConfigError(message, hint="Set `status: true`, or `deployments: true`.")
    for name in required:
        if is_foreign_to_verdicts(name):
            message = (
                f"`{where}.checks.required` names `{phrases.shown(name)}`, which is never counted:"
                " it tells what became of a commit after it was merged."
            )
            raise ConfigError(message, hint="Take it off the list.")
    for path in stage.pin:
        if (problem := config_gitops.problem_of_path(path)) is not None:
            message = f"`{where}.pin` has `{phrases.shown(path)}`, but {problem}."
            raise ConfigError(message, hint="Write paths from the repository's root, as `docs/**`.")
    config_gitops.check(stage, where=where)


def _refuse_overlap(
    wanted: tuple[str, ...], unwanted: tuple[str, ...], where: str, other: str
) -> None:
    for name in wanted:
        if name in unwanted:
            message = f"`{where}` both demands `{phrases.shown(name)}` and has it in {other}."
            raise ConfigError(message, hint="Take it off one of the two lists.")


def _check_apart(config: Config) -> None:
    for (one, first), (other, second) in itertools.combinations(config.stages.items(), 2):
        if refnames.in_each_others_way(first.branch, second.branch):
            message = (
                f"The stages `{one}` and `{other}` have the branches `{first.branch}` and"
                f" `{second.branch}`; they must be two, neither inside the other's name."
            )
            raise ConfigError(message, hint="Give each stage its own `branch`.")
        if refnames.in_each_others_way(one, other):
            message = f"The name of stage `{one}` and that of `{other}` lie inside each other."
            raise ConfigError(message, hint="Use `-` in place of `/`.")
    if config.base is not None:
        for stage in config.stages.values():
            refuse_stage_on_base(stage, config.base)


def _check_history_and_plain(config: Config) -> None:
    if config.history.keep < 1:
        message = f"`history.keep` is {config.history.keep}; at least 1 record is kept."
        raise ConfigError(message)
    for pattern in config.plain.branches:
        if (problem := refnames.problem_of(pattern.replace("*", "x"))) is not None:
            message = f"`plain.branches` has `{phrases.shown(pattern)}`, but {problem}."
            hint = "Write branches as `feature/*`, other refs in full as `refs/pull/*/head`."
            raise ConfigError(message, hint=hint)
    notes = config.plain.notes
    if not notes.startswith("refs/notes/") or refnames.problem_of(notes) is not None:
        message = f"`plain.notes` is `{phrases.shown(notes)}`, which is no ref for notes."
        raise ConfigError(message, hint="Write it in full, as `refs/notes/checks`.")
