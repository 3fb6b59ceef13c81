"""Whether the workflow that rebuilds is started, may do its work, and is no danger.

It reads the default branch, whose workflows are those that GitHub runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.diagnosis import Examination, fine, problem, unknown, warning
from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.forges.github import workflow
from understudy.forges.github.doctor_triggers import ci, flux, triggers
from understudy.forges.github.workflow_shape import JOB, own_jobs, section, sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from understudy.core.config import Config
    from understudy.core.diagnosis import Observation
    from understudy.forges.github.doctor_subject import Subject
    from understudy.forges.github.workflow_shape import Section

INIT = "Run `understudy init` in a clone, and commit what it writes."
"""What mends most of what can be wrong with the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflows:
    """All workflows by path, and what is said of those that cannot be read."""

    documents: Mapping[str, object]
    unread: tuple[str, ...] = ()


def workflows(subject: Subject) -> tuple[Examination, ...]:
    """Return the one look at all of them."""
    return (Examination(id="workflow", look=lambda: _look(subject)),)


def _look(subject: Subject) -> Iterator[Observation]:
    lane = subject.lane
    ignored = lane.stage.checks.ignore
    yield from judged(_read(subject), lane.config, base=subject.base, ignored=ignored)


def _read(subject: Subject) -> Workflows:
    repository = subject.repository
    tip = repository.default_tip()
    if tip is None or repository.fetch([tip]):
        return Workflows(documents={})
    documents, unread = {}, []
    for path in repository.files_in(tip, workflow.FOLDER):
        if not path.endswith((".yaml", ".yml")):
            continue
        try:
            content = repository.file(tip, path) or b""
            documents[path] = load(content, where=path, failure=UsageError)
        except UsageError as error:
            unread.append(error.message)
    return Workflows(documents=documents, unread=tuple(unread))


def judged(
    found: Workflows, config: Config, *, base: str, ignored: Iterable[str] = ()
) -> Iterator[Observation]:
    """Say what is wrong with the workflows that run understudy."""
    for message in found.unread:
        yield unknown("workflow", message, remedy="Correct it: GitHub does not run it either.")
    ours = {path: each for path, each in found.documents.items() if own_jobs(each)}
    if not ours:
        yield warning("workflow", "no workflow on the default branch runs understudy", remedy=INIT)
    for path, document in ours.items():
        yield fine("workflow", f"{path} runs understudy")
        others = {name: each for name, each in found.documents.items() if name not in ours}
        yield ci(document, others, remedy=INIT)
        yield triggers(document, base, remedy=INIT)
        for name, job in own_jobs(document).items():
            top = section(document)
            yield from flux(job, config, remedy=INIT)
            yield _concurrency(job.get("concurrency", top.get("concurrency")))
            yield _permissions(job, top, config)
            yield _checkout(job)
            yield _own_check(path, name, job, ignored)


# --- concurrency ---------------------------------------------------------------------------------


def _concurrency(setting: object) -> Observation:
    """One that runs and one that waits are wanted (trap 19)."""
    row = "workflow-concurrency"
    if setting is None:
        return warning(
            row, "several rebuilds may run at once, and all but one are lost", remedy=INIT
        )
    if section(setting).get("cancel-in-progress", False) is not False:
        evidence = "`cancel-in-progress` may end a rebuild that is pushing, and starve the others"
        return warning(row, evidence, remedy="Set `cancel-in-progress: false`.")
    return fine(row, "one rebuild runs, and one waits")


# --- permissions ---------------------------------------------------------------------------------

_LEVELS = {"none": 0, "read": 1, "write": 2}


def _permissions(job: Section, top: Section, config: Config) -> Observation:
    row = "workflow-permissions"
    if _has_own_token(job):
        return fine(row, "the job brings a token of its own")
    given = job.get("permissions", top.get("permissions"))
    if given is None:
        evidence = "the job has the permissions that the repository gives to all, whatever they are"
        return warning(row, evidence, remedy=INIT)
    lacking = [
        f"{key}: {level}"
        for key, level in _needed(config).items()
        if _level(given, key) < _LEVELS[level]
    ]
    if lacking:
        evidence = f"the job's token has not {', '.join(f'`{each}`' for each in lacking)}"
        remedy = f"Add to the job's `permissions:` {', '.join(lacking)}; or run `understudy init`."
        return problem(row, evidence, remedy=remedy)
    return fine(row, "the job has the permissions that it needs")


def _needed(config: Config) -> dict[str, str]:
    reports = [stage.report for stage in config.stages.values()]
    statuses = any(report.status for report in reports)
    comments = any(report.comment for report in reports)
    deployments = any(report.deployments for report in reports)
    return {
        "contents": "write",
        "pull-requests": "write" if comments else "read",
        "checks": "read",
        "actions": "read",
        "statuses": "write" if statuses else "read",
        "deployments": "write" if deployments else "none",
    }


def _level(given: object, key: str) -> int:
    """What a mapping does not name is withheld, as `permissions` works on GitHub."""
    word = (
        {"write-all": "write", "read-all": "read"}.get(given)
        if isinstance(given, str)
        else section(given).get(key)
    )
    return _LEVELS.get(word, 0) if isinstance(word, str) else 0


def _has_own_token(job: Section) -> bool:
    for step in sections(job.get("steps")):
        inputs, env = section(step.get("with")), section(step.get("env"))
        token = str(inputs.get("token", "")).replace(" ", "")
        own = token and token.lower() not in _JOBS_TOKEN
        if own or inputs.get("app-id") or "GITHUB_APP_ID" in env:
            return True
    return False


_JOBS_TOKEN = frozenset(("${{github.token}}", "${{secrets.github_token}}"))


# --- the code of pull requests -------------------------------------------------------------------

_PULL_REQUESTS_CODE = (
    "github.event.pull_request.head",
    "github.event.workflow_run.head",
    "github.event.number",
    "github.event.pull_request.number",
    "github.head_ref",
    "refs/pull/",
    "gh pr checkout",
)


def _checkout(job: Section) -> Observation:
    """Whoever opens a pull request would run what they like with a token that may push."""
    row = "workflow-checkout"
    for step in sections(job.get("steps")):
        uses, inputs = str(step.get("uses", "")), section(step.get("with"))
        asked = (
            f"{inputs.get('ref', '')} {inputs.get('repository', '')}" if "checkout" in uses else ""
        )
        text = f"{asked} {step.get('run', '')}"
        if found := next((each for each in _PULL_REQUESTS_CODE if each in text), None):
            evidence = (
                f"the job checks out code of pull requests (`{found}`) beside a token that writes"
            )
            remedy = "Take the checkout out of the job: understudy needs none."
            return problem(row, evidence, remedy=remedy)
    return fine(row, "the job checks out no code of pull requests")


# --- our own check -------------------------------------------------------------------------------


def _own_check(path: str, name: str, job: Section, ignored: Iterable[str]) -> Observation:
    """In the workflow it is known by its file; anywhere else only by its name (trap 10)."""
    row, shown = "own-check", str(job.get("name") or name)
    if shown == JOB or shown in ignored:
        return fine(row, f"the job `{shown}` does not count as a check")
    evidence = f"the job `{shown}` of {path} counts as a check where understudy runs outside of it"
    remedy = f"Call it `{JOB}`, or add it to the configuration: `ignore: [{shown}]`."
    return warning(row, evidence, remedy=remedy)
