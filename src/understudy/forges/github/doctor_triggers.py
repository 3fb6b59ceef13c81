"""Whether everything that should start a rebuild does."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from understudy.core.diagnosis import fine, warning
from understudy.core.phrases import listed
from understudy.forges.github.workflow import ci_name
from understudy.forges.github.workflow_flux import is_deaf
from understudy.forges.github.workflow_shape import branch_of, displayed, events, section, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.core.config import Config
    from understudy.core.diagnosis import Observation
    from understudy.forges.github.workflow_shape import Section

PULL_REQUEST_TYPES = (
    "opened",
    "reopened",
    "synchronize",
    "closed",
    "labeled",
    "unlabeled",
    "ready_for_review",
    "converted_to_draft",
    "edited",
)
_TYPES_BY_DEFAULT = ("opened", "synchronize", "reopened")
"""https://docs.github.com/en/actions/reference/events-that-trigger-workflows#pull_request_target"""

_WANTED = {
    "status": "CI outside Actions reports a commit status",
    "check_suite": "CI outside Actions reports check runs",
    "workflow_dispatch": "somebody asks for it on GitHub",
}


def ci(document: object, others: Mapping[str, object], *, remedy: str) -> Observation:
    """Compare the workflows that are listened to with those that are there (trap 13)."""
    row = "workflow-ci"
    listened = set(texts(section(events(document).get("workflow_run")).get("workflows")))
    names = {path: ci_name(each, path) for path, each in others.items()}
    wanted = {name for name in names.values() if name is not None}
    known = {displayed(each, path) for path, each in others.items()}
    drift = []
    if deaf := sorted(wanted - listened):
        drift.append(f"pull requests run {listed(deaf)}, after which nothing is rebuilt")
    if gone := sorted(listened - wanted - known):
        drift.append(f"no workflow is called {listed(gone, last='or')} any more")
    if drift:
        return warning(row, "; ".join(drift), remedy=remedy)
    return fine(row, f"a rebuild follows {listed(sorted(listened))}" if listened else _NO_CI)


_NO_CI = "no workflow runs on pull requests, so none has to be listened to"


def triggers(document: object, base: str, *, remedy: str) -> Observation:
    """Name the events after which nothing would happen."""
    row, happening = "workflow-triggers", events(document)
    deaf = list(_deaf(happening, base))
    if "pull_request" in happening:
        evidence = "for forks and Dependabot, the token of `pull_request` can only read"
        return warning(row, evidence, remedy=f"Use `pull_request_target`. {remedy}")
    if deaf:
        return warning(row, f"nothing is rebuilt when {', or when '.join(deaf)}", remedy=remedy)
    return fine(row, "every event that can change the stage starts a rebuild")


def flux(job: Section, config: Config, *, remedy: str) -> Iterator[Observation]:
    """Say whether what Flux tells is heard, where a stage wants it told."""
    if not any(stage.report.deployed for stage in config.stages.values()):
        return
    row = "workflow-flux"
    if is_deaf(job.get("if", "")):
        evidence = "`report.deployed` is set, and Flux's statuses start no rebuild that would tell"
        yield warning(row, evidence, remedy=remedy)
    else:
        yield fine(row, "Flux's statuses on the stage's commits start a rebuild, which tells")


def _deaf(happening: Section, base: str) -> Iterator[str]:
    if "pull_request_target" not in happening:
        yield "a pull request changes (`pull_request_target`)"
    else:
        types = texts(section(happening["pull_request_target"]).get("types")) or _TYPES_BY_DEFAULT
        if missing := [each for each in PULL_REQUEST_TYPES if each not in types]:
            yield f"a pull request is {', '.join(each.replace('_', ' ') for each in missing)}"
    if not _follows_base(happening, base):
        yield f"`{base}` is pushed (`push`)"
    moments = texts(section(happening.get("workflow_run")).get("types"))
    if moments and "completed" not in moments:
        yield "CI has ended (`workflow_run`, `completed`)"
    for event, when in _WANTED.items():
        if event not in happening:
            yield f"{when} (`{event}`)"


def _follows_base(happening: Section, base: str) -> bool:
    """GitHub's patterns read as those of fnmatch, but for what a backslash makes plain."""
    if "push" not in happening:
        return False
    push = section(happening["push"])
    names = texts(push.get("branches"))
    if not names:
        return "tags" not in push
    return any(fnmatch.fnmatchcase(base, name) or branch_of(name) == base for name in names)
