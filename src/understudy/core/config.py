"""Configuration: an already parsed mapping → Config. Unknown keys and wrong values are refused.

It reads no file and knows no forge.
"""

from __future__ import annotations

import enum
import itertools
from datetime import timedelta
from typing import Any

import msgspec

from understudy.core import refnames, strict
from understudy.core.checks import is_foreign_to_verdicts
from understudy.core.errors import ConfigError, UsageError

NAMES = (
    "understudy.yaml",
    ".github/understudy.yaml",
    ".gitlab/understudy.yaml",
    ".forgejo/understudy.yaml",
)
"""Where the configuration may be on the default branch; the first that exists counts."""

DEFAULT_STAGE = "staging"


class Drafts(enum.Enum):
    """Whether drafts may be on the stage."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class Forks(enum.Enum):
    """Which forks may be on the stage: those of trusted people, none, or all."""

    TRUSTED = "trusted"
    EXCLUDE = "exclude"
    INCLUDE = "include"


class NoChecks(enum.Enum):
    """What becomes of a pull request that has no checks at all."""

    INCLUDE = "include"
    WAIT = "wait"
    EXCLUDE = "exclude"


class Order(enum.Enum):
    """Which pull request is merged first: the lowest number, or those already on the stage."""

    NUMBER = "number"
    INCUMBENTS = "incumbents"


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Labels that keep out, that are needed, and the one by which a maintainer trusts a fork."""

    exclude: tuple[str, ...] = ("no-stage",)
    require: tuple[str, ...] = ()
    trust: str = "stage"


class Checks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which checks count. `grace`: how long after a push "none yet" is not taken for "none"."""

    none: NoChecks = NoChecks.INCLUDE
    grace: timedelta = timedelta(seconds=60)
    required: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One branch that builds itself. An empty `branch` is named as the stage is."""

    branch: str = ""
    drafts: Drafts = Drafts.INCLUDE
    forks: Forks = Forks.TRUSTED
    labels: Labels = Labels()
    checks: Checks = Checks()
    order: Order = Order.NUMBER
    pin: tuple[str, ...] = (".github/workflows/**",)


class History(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many records are kept."""

    keep: int = 100


class Plain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pull requests and their checks are found when there is no forge's server to ask."""

    branches: tuple[str, ...] = ("feature/*",)
    notes: str = "refs/notes/checks"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. `base` None: the forge's default branch."""

    base: str | None = None
    stages: dict[str, Stage] = {}
    history: History = History()
    plain: Plain = Plain()

    def stage(self, name: str | None = None) -> tuple[str, Stage]:
        """Return a stage with its name; without `name` the only one, or the one called `staging`.

        Raises:
            UsageError: there is no such stage, or no telling which of several is meant.
        """
        if name is None:
            name = next(iter(self.stages)) if len(self.stages) == 1 else DEFAULT_STAGE
            if name not in self.stages:
                known = strict.listed(self.stages, last="or")
                message = f"There are several stages: say which one, {known}."
                raise UsageError(message, hint="Name it with `--stage`.")
        if name not in self.stages:
            message = f"There is no stage `{strict.shown(name)}`."
            hint = f"The configuration has {strict.listed(self.stages)}."
            raise UsageError(message, hint=hint)
        return name, self.stages[name]


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
        _check_stage(stage, where=f"stages.{strict.shown(name)}")
    _check_apart(config)
    _check_history_and_plain(config)
    return config


def refuse_stage_on_base(stage: Stage, base_ref: str) -> None:
    """Refuse a stage that would overwrite the branch its pull requests target (invariant 5)."""
    if refnames.in_each_others_way(stage.branch, base_ref):
        raise ConfigError(
            f"The stage's branch `{stage.branch}` and the base `{base_ref}` must be two branches,"
            " neither inside the other's name: the stage is overwritten by each rebuild.",
            hint="Give the stage another `branch`.",
        )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the file, for editors."""
    schema = msgspec.json.schema(Config)
    # Durations are written as people say them, not as ISO 8601 has them.
    schema["$defs"]["Checks"]["properties"]["grace"] = {
        "anyOf": [
            {"type": "string", "pattern": "^[0-9]{1,7}\\s*[smhd]?$"},
            {"type": "integer", "minimum": 0},
        ],
        "default": "60s",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "understudy configuration",
        **schema,
    }


def _check_names(config: Config) -> None:
    if config.base is not None:
        _check_branch(config.base, "base")
    for name, stage in config.stages.items():
        if (problem := refnames.problem_of_short(name)) is not None:
            message = f"`stages` has a stage called `{strict.shown(name)}`, but {problem}."
            hint = "Its records are kept in `refs/understudy/<stage>`: use letters, digits and `-`."
            raise ConfigError(message, hint=hint)
        _check_branch(stage.branch, f"stages.{name}.branch")


def _check_branch(branch: str, where: str) -> None:
    if (problem := refnames.problem_of_short(branch)) is not None:
        message = f"`{where}` is `{strict.shown(branch)}`, which is no branch name: {problem}."
        raise ConfigError(message)


def _check_stage(stage: Stage, *, where: str) -> None:
    _refuse_overlap(stage.checks.required, stage.checks.ignore, f"{where}.checks", "`ignore`")
    _refuse_overlap(stage.labels.require, stage.labels.exclude, f"{where}.labels", "`exclude`")
    for name in stage.checks.required:
        if is_foreign_to_verdicts(name):
            message = (
                f"`{where}.checks.required` names `{strict.shown(name)}`, which is never counted:"
                " it tells what became of a commit after it was merged."
            )
            raise ConfigError(message, hint="Take it off the list.")
    for path in stage.pin:
        if (problem := _problem_of_pin(path)) is not None:
            message = f"`{where}.pin` has `{strict.shown(path)}`, but {problem}."
            raise ConfigError(message, hint="Write paths from the repository's root, as `docs/**`.")


def _refuse_overlap(
    wanted: tuple[str, ...], unwanted: tuple[str, ...], where: str, other: str
) -> None:
    for name in wanted:
        if name in unwanted:
            message = f"`{where}` both demands `{strict.shown(name)}` and has it in {other}."
            raise ConfigError(message, hint="Take it off one of the two lists.")


def _problem_of_pin(path: str) -> str | None:
    if not path.strip():
        return "it is empty"
    if path.startswith("/"):
        return "it begins with `/`"
    if ".." in path.split("/"):
        return "it contains `..`"
    return None if path.isprintable() else "it contains a control character"


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
            message = f"`plain.branches` has `{strict.shown(pattern)}`, but {problem}."
            hint = "Write branches as `feature/*`, other refs in full as `refs/pull/*/head`."
            raise ConfigError(message, hint=hint)
    notes = config.plain.notes
    if not notes.startswith("refs/notes/") or refnames.problem_of(notes) is not None:
        message = f"`plain.notes` is `{strict.shown(notes)}`, which is no ref for notes."
        raise ConfigError(message, hint="Write it in full, as `refs/notes/checks`.")
