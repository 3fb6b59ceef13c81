"""What is decided about a candidate, and what the remote makes of it: closed unions."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.core.model import CommitSha


class Severity(enum.Enum):
    """Whether a finding stands against publishing, or is only told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that stands against publishing, or as a warning is told, and what to do about it.

    `path` is the file in which a person would mend it, from the repository's root, if one is known.
    """

    rule: str
    subject: str
    message: str
    remedy: str
    path: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Move the stage branch from `expected` (None: it must not exist) to the candidate."""

    expected: CommitSha | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The stage already has this content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """The stage stays as it is."""

    findings: tuple[Finding, ...]


Decision = Publish | Unchanged | Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The remote took everything that was pushed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raced:
    """A ref had moved since it was read: nothing was written."""

    ref: str
    actual: CommitSha | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The remote refused the push: nothing was written."""

    rule: str
    message: str
    remedy: str


Publication = Published | Raced | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RefUpdate:
    """One ref to move: `old` None means it must not exist, `new` None is not allowed here."""

    ref: str
    old: CommitSha | None
    new: CommitSha
