"""The language of the doctor's tests: a repository on GitHub, what is found, what mends it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

from tests.forges.github.workflows import document, settings
from understudy.core.config import ForgeKind
from understudy.core.diagnosis import Health
from understudy.diagnosis_wiring import diagnosis_of
from understudy.forges.github import workflow
from understudy.wiring import Options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.github.environments import Credential
    from tests.github.world import GitHubWorld
    from understudy.core.diagnosis import Diagnosis, Observation

CI = "name: CI\non: [push, pull_request]\njobs: {lint: {runs-on: x, steps: [{run: make}]}}\n"
HEALTHY = workflow.text(settings("CI", base="master"))
EVERYTHING = "stages: {staging: {report: {comment: true, deployments: true}}}\n"
REFUSED = ("statuses/", "issues/", "deployments")


def healthy(hub: GitHubWorld, configuration: str = EVERYTHING) -> None:
    """Set a repository up as `init` leaves it, with one open pull request whose CI has passed."""
    wanted = document(configuration).get("stages", {}).get("staging", {})
    report = {"report": wanted["report"]} if "report" in wanted else {}
    written = workflow.text(settings("CI", base="master", **report))
    files = {".github/workflows/ci.yaml": CI, workflow.PATH: written}
    hub.base({**files, "understudy.yaml": configuration})
    hub.pull_request(1, {"one.yaml": "one\n"}, checks={"lint": "success"})


def examined(hub: GitHubWorld, credential: Credential = "actions") -> Diagnosis:
    """Look at the repository; what is asked that GitHub must refuse is taken off the log."""
    options = Options(repo=hub.address, cache=hub.machine.cache, forge=ForgeKind.GITHUB)
    here = mock.patch.dict(os.environ, hub.environment(credential))
    with hub.machine.active(), here, diagnosis_of(options) as diagnosis:
        pass
    take_off_the_log(hub)
    return diagnosis


def take_off_the_log(hub: GitHubWorld) -> None:
    """Forget what was asked only because GitHub must refuse it."""
    invalid = tuple(f"POST /repos/ada/fleet/{path}" for path in REFUSED)
    hub.violations[:] = [each for each in hub.violations if not each.startswith(invalid)]


def row(seen: Diagnosis | Iterable[Observation], name: str) -> tuple[str, str, str]:
    """Return verdict, evidence and remedy of the one row that is not fine; else of the fine one."""
    rows = seen if not hasattr(seen, "observations") else seen.observations
    named = [each for each in rows if each.id == name]
    bad = [each for each in named if each.verdict is not Health.OK]
    assert named, f"there is no row `{name}`"
    assert len(bad) < 2, bad
    found = (bad or named)[0]
    return found.verdict.value, found.evidence, found.remedy


def troubles(seen: Iterable[Observation]) -> list[str]:
    """Return the rows that are not fine, as lines to compare by eye."""
    return [
        f"{each.verdict.value} {each.id}: {each.evidence} -> {each.remedy}"
        for each in seen
        if each.verdict is not Health.OK
    ]
