"""The workflow that rebuilds on GitHub: which CI starts it, what is kept of an older one, its text.

Text in, text out: it reads no file of the work tree, starts no program and asks no server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from understudy import __version__
from understudy.core import phrases
from understudy.forges.github.workflow_flux import flux_blocks
from understudy.forges.github.workflow_shape import (
    JOB,
    branch_of,
    displayed,
    events,
    jobs,
    section,
    sections,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.config import Config

FOLDER = ".github/workflows"
PATH = f"{FOLDER}/staging-deploy.yaml"
NAME = "staging-deploy"

REPOSITORY = "understudy-dev/understudy"
ACTION = f"{REPOSITORY}@v{__version__}"

_PULL_REQUEST_EVENTS = ("pull_request", "pull_request_target")
_OWN_INPUTS = ("stage", "resume", "dry-run")
_RELEASE = re.compile(rf"{re.escape(REPOSITORY)}@v\d+(\.\d+)*")
_USES = re.compile(r"[\w.-]+/[\w.-]+(/[\w.-]+)*@[\w./-]+", re.ASCII)
_DIGEST = re.compile(r".+@[0-9a-f]{40}([0-9a-f]{24})?")
_CRON = re.compile(r"[0-9A-Za-z*/,-]+( [0-9A-Za-z*/,-]+){4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What people change in the file, and is theirs to keep; its defaults hold for a new file."""

    base: str | None = None
    schedule: tuple[str, ...] = ()
    uses: str = ACTION
    runs_on: object = "ubuntu-latest"
    inputs: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the text depends on. `ci` has the names by which workflows are listened to."""

    base: str
    ci: tuple[str, ...]
    config: Config
    kept: Kept


def is_action(text: str) -> bool:
    """Tell whether `uses:` can name it. A path in the repository cannot: nothing is checked out."""
    return bool(_USES.fullmatch(text))


def is_cron(text: str) -> bool:
    """Tell whether it has the five fields of a schedule."""
    return bool(_CRON.fullmatch(text))


def ci_name(document: object, path: str) -> str | None:
    """Return the name by which `workflow_run` knows a workflow; None if no pull request runs it."""
    started_by = events(document)
    if not any(event in started_by for event in _PULL_REQUEST_EVENTS):
        return None
    name = displayed(document, path)
    return None if name == NAME else name


def kept(document: object) -> Kept:
    """Return what a workflow of ours holds of its owner's wishes."""
    started_by, job = events(document), jobs(document).get(JOB, {})
    step = _own_step(job)
    uses, default = step.get("uses"), Kept()
    branches = section(started_by.get("push")).get("branches")
    return Kept(
        base=next((branch_of(each) for each in texts(branches)), None),
        schedule=tuple(
            cron
            for each in sections(started_by.get("schedule"))
            for cron in texts([each.get("cron")])
        ),
        # A release of ours becomes that of the writer. Whatever else it is, somebody chose it.
        uses=uses if isinstance(uses, str) and not _RELEASE.fullmatch(uses) else default.uses,
        runs_on=job.get("runs-on") or default.runs_on,
        inputs=tuple(
            (str(name), value)
            for name, value in section(step.get("with")).items()
            if name not in _OWN_INPUTS
        ),
    )


def _own_step(job: Mapping[object, object]) -> Mapping[object, object]:
    """Return the step that runs the action, by its name; that of a copy by being the only one.

    A job that somebody wrote by hand has others beside it, such as a checkout.
    """
    steps = sections(job.get("steps"))
    using = [each for each in steps if isinstance(each.get("uses"), str)]
    named = [each for each in using if "understudy" in str(each["uses"])]
    return next(iter(named or using), {}) if named or len(steps) == 1 else {}


def text(settings: Settings) -> str:
    """Return the whole file."""
    template = files(__package__).joinpath("staging-deploy.yaml").read_text(encoding="utf-8")
    blocks, words = _blocks(settings), _words(settings)
    lines: list[str] = []
    for line in template.splitlines():
        marker = line.strip("@")
        if line == f"@{marker}@" and marker in blocks:
            lines += blocks[marker]
        else:
            lines.append(_MARKER.sub(lambda match: words[match[1]], line))
    return "".join(f"{line}\n" for line in lines)


_MARKER = re.compile(r"@([a-z_]+)@")


def _words(settings: Settings) -> dict[str, str]:
    reports = [stage.report for stage in settings.config.stages.values()]
    comments = any(report.comment for report in reports)
    statuses = any(report.status for report in reports)
    branches = [stage.branch for stage in settings.config.stages.values()]
    uses = settings.kept.uses
    unpinned = "" if _DIGEST.fullmatch(uses) else _UNPINNED
    return {
        "stages": " and ".join(map(phrases.shown, branches)),
        "base": phrases.shown(settings.base),
        "pattern": quoted(_escaped(settings.base)),
        "runs_on": _value(settings.kept.runs_on),
        "uses": uses + unpinned,
        "pull_requests": "write # who is open; the comment" if comments else "read # who is open",
        "statuses": "write # how statuses ended; the answer on each head"
        if statuses
        else "read # how statuses ended",
    }


_UNPINNED = " # zizmor: ignore[unpinned-uses] --uses pins a commit"


def _blocks(settings: Settings) -> dict[str, list[str]]:
    stages = list(settings.config.stages)
    deployments = any(stage.report.deployments for stage in settings.config.stages.values())
    return {
        "ci": _ci(settings.ci),
        "schedule": _schedule(settings.kept.schedule),
        "deployments": ["      deployments: write # what is on the stage"] if deployments else [],
        "matrix": _matrix(stages) if len(stages) > 1 else [],
        "inputs": list(_inputs(settings, several=len(stages) > 1)),
        **flux_blocks(settings.config, settings.base),
    }


def _ci(names: tuple[str, ...]) -> list[str]:
    if not names:
        return [
            "  # No workflow here runs on pull requests, so none is listened to (workflow_run)."
        ]
    return [
        "  # CI in Actions ended. Its check runs start nothing, so each CI workflow is named here.",
        "  workflow_run:",
        "    types: [completed]",
        "    workflows:",
        *(f"      - {quoted(name)}" for name in names),
    ]


def _schedule(crons: tuple[str, ...]) -> list[str]:
    if not crons:
        return []
    return [
        "",
        "  # For events that were lost. It may come hours late, and ends in a public repository to",
        "  # which nobody commits for 60 days.",
        "  schedule:",
        *(f"    - cron: {quoted(cron)}" for cron in crons),
    ]


def _matrix(stages: list[str]) -> list[str]:
    return [
        "    strategy:",
        "      fail-fast: false",
        "      matrix:",
        f"        stage: {_flow(stages)}",
    ]


def _inputs(settings: Settings, *, several: bool) -> Iterator[str]:
    if several:
        yield "          stage: ${{ matrix.stage }}"
    yield "          resume: ${{ inputs.resume }}"
    yield "          dry-run: ${{ inputs.dry-run }}"
    for name, value in settings.kept.inputs:
        yield f"          {_flow(name)}: {_value(value)}"


# --- YAML ----------------------------------------------------------------------------------------


def quoted(value: str) -> str:
    """Return a double-quoted scalar, in which nothing is taken for more than a character."""
    return '"' + "".join(map(_character, value)) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _value(value: object) -> str:
    """Write what was read after its key; expressions stay as bare as people write them."""
    return value if isinstance(value, str) and _EXPRESSION.fullmatch(value) else _flow(value)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    written = "" if value is None else str(value)
    return written if _BARE.fullmatch(written) else quoted(written)


_EXPRESSION = re.compile(r"\$\{\{ [\w.-]+ \}\}", re.ASCII)
_BARE = re.compile(r"(?!(true|false|null|yes|no|on|off|y|n)$)[a-z][\w-]*", re.ASCII | re.IGNORECASE)


def _escaped(branch: str) -> str:
    """Write a branch as the pattern that matches it alone. Git forbids the other special signs."""
    return re.sub(r"([+!\]])", r"\\\1", branch)
