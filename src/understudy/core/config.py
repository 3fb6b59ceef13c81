"""The settings: what can be set, and what holds where nothing is. `config_file` reads them."""

from __future__ import annotations

import enum
from datetime import timedelta
from typing import Any

import msgspec

from understudy.core import phrases, refnames
from understudy.core.decisions import Severity
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


class Required(enum.Enum):
    """Where the names of required checks come from, when they are not listed."""

    BRANCH_PROTECTION = "branch-protection"


class OutState(enum.Enum):
    """The state of the commit status on a head that is out: its words tell why in any case."""

    SUCCESS = "success"
    FAILURE = "failure"


class ForgeKind(enum.Enum):
    """Where pull requests and checks are read. `auto`: by the remote's address."""

    AUTO = "auto"
    GITHUB = "github"
    PLAIN = "plain"


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Labels that keep out, that are needed, and the one by which a maintainer trusts a fork."""

    exclude: tuple[str, ...] = ("no-stage",)
    require: tuple[str, ...] = ()
    trust: str = "stage"


class Checks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which checks count. `grace`: how long after a push "none yet" is not taken for "none"."""

    none: NoChecks = NoChecks.INCLUDE
    grace: timedelta = timedelta(seconds=60)
    required: tuple[str, ...] | Required = ()
    ignore: tuple[str, ...] = ()


class Reporting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each pull request is told on the forge. `out`: how a status says "not on the stage".

    `deployed`: whether it is told what became of the stage in the cluster too.
    """

    status: bool = True
    comment: bool = False
    deployments: bool = False
    deployed: bool = False
    out: OutState = OutState.SUCCESS


class Kustomize(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which overlays are rendered, and how. An empty path is found in the repository's Flux files.

    `network`: remote bases may be fetched. `deadline`: how long one render may take.
    """

    stage: str = ""
    production: str = ""
    network: bool = False
    deadline: timedelta = timedelta(seconds=60)


class Allowed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding that a person has decided to live with: `object` is a pattern, as in a shell."""

    rule: str
    object: str
    reason: str


class Isolation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a stage may contain. `off` names rules that are not applied, each with its reason."""

    namespaces: tuple[str, ...] = ("*-stage",)
    severity: dict[str, Severity] = {}
    off: dict[str, str] = {}
    allow: tuple[Allowed, ...] = ()


class Flux(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What deploys the stage. Empty names are found by the stage's branch and its source."""

    namespace: str = "flux-system"
    source: str = ""
    kustomization: str = ""


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One branch that builds itself. An empty `branch` is named as the stage is."""

    branch: str = ""
    drafts: Drafts = Drafts.INCLUDE
    forks: Forks = Forks.TRUSTED
    labels: Labels = Labels()
    checks: Checks = Checks()
    order: Order = Order.NUMBER
    pin: tuple[str, ...] = (".github/workflows/**",)
    kustomize: Kustomize = Kustomize()
    isolation: Isolation = Isolation()
    flux: Flux = Flux()
    report: Reporting = Reporting()


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
    forge: ForgeKind = ForgeKind.AUTO
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
                known = phrases.listed(self.stages, last="or")
                message = f"There are several stages: say which one, {known}."
                raise UsageError(message, hint="Name it with `--stage`.")
        if name not in self.stages:
            message = f"There is no stage `{phrases.shown(name)}`."
            hint = f"The configuration has {phrases.listed(self.stages)}."
            raise UsageError(message, hint=hint)
        return name, self.stages[name]


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
    for struct, key in (("Checks", "grace"), ("Kustomize", "deadline")):
        schema["$defs"][struct]["properties"][key] = {
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
