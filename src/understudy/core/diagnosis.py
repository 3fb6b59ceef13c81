"""What is found when somebody looks for what would stop a rebuild. Every room can add its rows.

Values alone: nothing is looked at here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from understudy.core.errors import ExitCode
from understudy.core.ports import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from understudy.core.decisions import Refused
    from understudy.core.errors import UnderstudyError
    from understudy.core.model import CommitSha


class Health(enum.Enum):
    """What a row says. A warning: a rebuild works, but not as it should."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What can be done about a row without asking anybody, because it can do no harm.

    `does` says so in one line. `path` is the file that it changes, if it changes one, `difference`
    what becomes of that. `make` does it.
    """

    does: str
    path: str = ""
    difference: tuple[str, ...] = ()
    make: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One row: what was looked at, what was seen there, and the one line that mends it.

    `exit_code` is how the command ends where this is a problem. `repair`: None where mending it
    takes a person.
    """

    id: str
    verdict: Health
    evidence: str
    remedy: str = ""
    exit_code: ExitCode = ExitCode.WITHHELD
    repair: Repair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All rows, in the order in which they were looked at."""

    observations: tuple[Observation, ...]

    def count(self, verdict: Health) -> int:
        """Return how many rows say so."""
        return sum(each.verdict is verdict for each in self.observations)

    @property
    def exit_code(self) -> ExitCode:
        """Return that of the first problem: later ones may only follow from it."""
        problems = (each for each in self.observations if each.verdict is Health.PROBLEM)
        return next((each.exit_code for each in problems), ExitCode.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What became of the repairs of a diagnosis, in order; of a dry run, what would be done.

    `exit_code` is that of the problems that are left.
    """

    done: tuple[Repair, ...]
    failed: tuple[tuple[Repair, UnderstudyError], ...] = ()
    dry_run: bool = False
    exit_code: ExitCode = ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One look at one thing. A failure while looking becomes a row called `id`."""

    id: str
    look: Callable[[], Iterable[Observation]]


def fine(row: str, evidence: str, *, remedy: str = "") -> Observation:
    """Return a row that asks nothing of anybody; `remedy` is for whoever wants it otherwise."""
    return Observation(id=row, verdict=Health.OK, evidence=evidence, remedy=remedy)


def warning(row: str, evidence: str, *, remedy: str, repair: Repair | None = None) -> Observation:
    """Return a row about something that works, but not as it should."""
    return Observation(
        id=row, verdict=Health.WARNING, evidence=evidence, remedy=remedy, repair=repair
    )


def problem(row: str, evidence: str, *, remedy: str, repair: Repair | None = None) -> Observation:
    """Return a row about something that a rebuild fails of, or that is dangerous."""
    return Observation(
        id=row, verdict=Health.PROBLEM, evidence=evidence, remedy=remedy, repair=repair
    )


def unknown(row: str, evidence: str, *, remedy: str = "") -> Observation:
    """Return a row about something that could not be looked at."""
    return Observation(id=row, verdict=Health.UNKNOWN, evidence=evidence, remedy=remedy)


def failed(row: str, error: UnderstudyError) -> Observation:
    """Return a row about something that a rebuild fails of in the same way, with the same code."""
    return Observation(
        id=row,
        verdict=Health.PROBLEM,
        evidence=error.message,
        remedy=error.hint,
        exit_code=error.exit_code,
    )


class Inspected(Remote, Protocol):
    """A repository that is only looked at."""

    def default_tip(self) -> CommitSha | None:
        """Return the commit that the remote's HEAD is at."""

    def fetch(self, commits: Iterable[CommitSha]) -> frozenset[CommitSha]:
        """Bring commits into the mirror; see `ports.Repository.fetch`."""

    def file(self, commit: CommitSha, path: str) -> bytes | None:
        """Return the content of a file at a fetched commit; None when it has none."""

    def files_in(self, commit: CommitSha, folder: str) -> Sequence[str]:
        """Return the paths of the files in a folder, not below it, at a fetched commit."""

    def refuses_push(self, ref: str, commit: CommitSha) -> Refused | None:
        """Return why the remote lets us not even begin a push; nothing is sent in any case."""
