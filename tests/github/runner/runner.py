"""A small runner of GitHub workflows: decides which jobs an event starts, and runs them.

Expressions are read by GitHub's own package.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from tests.github.runner.job import Host, Job, JobRun, Task
from tests.github.runner.triggers import Event, starts
from understudy.core.errors import UsageError
from understudy.documents import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Runner:
    """Runs the workflows of one repository on one machine."""

    def __init__(self, host: Host) -> None:
        """Take a machine on which nothing ran so far."""
        self.host = host
        self._numbers = itertools.count(1)

    def deliver(self, workflow: Path, event: Event) -> list[JobRun]:
        """Run the jobs that an event starts, one after the other."""
        document = load(workflow.read_bytes(), where=str(workflow), failure=UsageError)
        assert isinstance(document, dict)
        if not starts(document, event):
            return []
        return [
            Job(
                self.host,
                document,
                event,
                Task(name=name, matrix=matrix, number=next(self._numbers)),
            ).run()
            for name, job in document["jobs"].items()
            for matrix in _combinations(job.get("strategy", {}).get("matrix", {}))
        ]


def _combinations(matrix: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*matrix.values()):
        yield dict(zip(matrix, values, strict=True))
