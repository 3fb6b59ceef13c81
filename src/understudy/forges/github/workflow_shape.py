"""The shape of a workflow's document, read from what may be anything: what is amiss is empty."""

from __future__ import annotations

import re
from collections.abc import Mapping

JOB = "sync-staging"
"""The job that rebuilds. By this name it is known where the workflow's file is not."""

Section = Mapping[object, object]


def events(document: object) -> Section:
    """Return what starts a workflow, by event."""
    top = section(document)
    # A reader of YAML 1.1 takes the key `on` for "true".
    found = top.get("on", top.get(True))
    if isinstance(found, str):
        return {found: None}
    return dict.fromkeys(texts(found)) if isinstance(found, list) else section(found)


def section(value: object) -> Section:
    """Return a mapping."""
    return value if isinstance(value, Mapping) else {}


def sections(value: object) -> list[Section]:
    """Return the mappings of a list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of a list; a text alone counts as one."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def displayed(document: object, path: str) -> str:
    """Return the name that GitHub shows: its own, or else its path."""
    name = section(document).get("name")
    return path if name is None or isinstance(name, Mapping | list) else str(name) or path


def branch_of(pattern: str) -> str:
    """Return the branch that a pattern without wildcards is for."""
    return re.sub(r"\\(.)", r"\1", pattern)


def jobs(document: object) -> dict[str, Section]:
    """Return the jobs by name."""
    return {
        str(name): section(each) for name, each in section(section(document).get("jobs")).items()
    }


def own_jobs(document: object) -> dict[str, Section]:
    """Return those that run understudy: by its action, or a copy of that, or as a command."""
    return {
        name: job
        for name, job in jobs(document).items()
        if name == JOB or any(_runs_understudy(step) for step in sections(job.get("steps")))
    }


def _runs_understudy(step: Section) -> bool:
    return "understudy" in str(step.get("uses", "")) or "understudy rebuild" in str(step.get("run"))
