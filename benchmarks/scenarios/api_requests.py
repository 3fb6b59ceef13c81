"""How often GitHub is asked: reads and writes of its API for a rebuild of many pull requests.

The server is the fake of the tests, which executes GitHub's own schema; what is counted is what
it was asked.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.environment import git
from benchmarks.generated import Size
from benchmarks.report import Figure, Report
from benchmarks.subjects import generated
from tests.github.world import GitHubWorld
from understudy.core.answers import answers
from understudy.core.config import OutState
from understudy.core.model import Trigger
from understudy.rebuild import rebuild
from understudy.wiring import Options as ProjectOptions
from understudy.wiring import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.options import Options
    from benchmarks.subjects import Subject
    from understudy.core.record import Record

_DEFAULT = ((100, 10), (100, 100), (100, 1000))
_CHECKS = 20
_PAGE = 50
_BESIDE = 3


def run(options: Options, work: Path) -> Iterator[Report]:
    """Count for each number of pull requests."""
    for files, heads in options.sizes(_DEFAULT):
        size = Size(files=files, heads=heads, depth=10, seed=options.seed)
        subject = generated(size, work / f"{heads}" / "source.git")
        (work / f"{heads}" / "world").mkdir()
        world = _github(subject, work / f"{heads}" / "world")
        try:
            yield _counted(world, subject)
        finally:
            world.server.close()


def _counted(world: GitHubWorld, subject: Subject) -> Report:
    heads = len(subject.pull_requests)
    report = Report(
        scenario="API requests", subject=f"{heads} pull requests, {_CHECKS} checks each"
    )
    records = []
    for name, told in (("first rebuild", heads), ("nothing changed", 0)):
        record = _rebuild(world)
        records.append(record)
        report.figures += _figures(world, name, heads=heads, told=told)
        if record.decision.value != ("published" if told else "unchanged"):
            report.wrong.append(f"{name}: the decision was {record.decision.value}.")
    first = subject.pull_requests[0].number
    world.model.add_check(world.at(first).head.oid, "check-1", "failure", workflow="CI", run=2)
    before, after = records[-1], _rebuild(world)
    report.figures.append(
        Figure(
            name="one check failed: answers",
            measured=_answers_sent(world),
            unit="",
            wanted=_answers_that_differ(before, after),
        )
    )
    note = (
        f"Wanted: a read for {_PAGE} pull requests and {_BESIDE} beside, an answer where one"
        f" changed. A read for each pull request would be {heads + 1}."
    )
    report.notes = [note]
    world.assert_clean()
    return report


def _figures(world: GitHubWorld, name: str, *, heads: int, told: int) -> Iterator[Figure]:
    reads, most = len(world.reads()), math.ceil(heads / _PAGE) + _BESIDE
    pushes = len([seen for seen in world.writes() if seen.group == "git-push"])
    sent, moved = _answers_sent(world), 1 if told else 0
    yield Figure(name=f"{name}: reads", measured=reads, unit="", wanted=most)
    yield Figure(name=f"{name}: answers", measured=sent, unit="", wanted=told)
    yield Figure(name=f"{name}: pushes", measured=pushes, unit="", wanted=moved)


def _answers_sent(world: GitHubWorld) -> int:
    return len([seen for seen in world.writes() if seen.group == "rest-write"])


def _answers_that_differ(before: Record, after: Record) -> int:
    """Count the heads that have something new to be told: one that drops out lets others in."""
    old, new = (
        {
            answer.head: (answer.state, answer.text)
            for answer in answers(record, out=OutState.SUCCESS)
        }
        for record in (before, after)
    )
    return len(new.items() - old.items())


def _rebuild(world: GitHubWorld) -> Record:
    world.clear_log()
    here = mock.patch.dict("os.environ", world.environment())
    options = ProjectOptions(repo=world.address, cache=world.machine.cache)
    with world.machine.active(), here, open_project(options) as project:
        latest = project.record_tip()
        before = project.repository.records(latest, limit=1) if latest else []
        record = rebuild(project, trigger=Trigger())
        project.forge.report(record, before[0] if before else None)
    return record


def _github(subject: Subject, folder: Path) -> GitHubWorld:
    """Put a fake GitHub around the subject, with checks that passed on every head."""
    world = GitHubWorld(folder)
    refs = [f"{subject.base_ref}:refs/heads/master", "refs/pull/*:refs/pull/*"]
    git(world.remote, "fetch", "--quiet", str(subject.remote), *refs)
    for pull_request in subject.pull_requests:
        branch = f"change-{pull_request.number}"
        world.model.add_pull_request(pull_request.number, pull_request.head, branch=branch)
        for number in range(_CHECKS):
            world.model.add_check(pull_request.head, f"check-{number}", "success", workflow="CI")
    return world
