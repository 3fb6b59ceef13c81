"""The vocabulary of understudy: frozen values and closed unions, nothing that acts.

Paths are text: UTF-8 as git stores it, or git's C-quoted form where the bytes are not UTF-8.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

CommitSha = NewType("CommitSha", str)
TreeSha = NewType("TreeSha", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit and its tree."""

    commit: CommitSha
    tree: TreeSha


class CheckState(enum.Enum):
    """What one check says of one head."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The newest run of one check: `source` is the app or workflow that ran it."""

    name: str
    state: CheckState
    source: str = ""
    url: str | None = None
    word: str | None = None
    """The provider's own word, where understudy does not know it and so reads it as pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksUnreadable:
    """The checks of a head could not be read: neither passed, nor failed, nor absent (trap 01)."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """An open request to merge `head` into `base_ref`, read together with its checks (trap 02)."""

    number: int
    title: str
    author: str
    head: CommitSha
    head_ref: str
    base_ref: str
    draft: bool = False
    labels: frozenset[str] = frozenset()
    from_fork: bool = False
    trusted: bool = True
    depends_on: frozenset[int] = frozenset()
    checks: tuple[Check, ...] | ChecksUnreadable = ()
    pushed_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The world as one read of the forge saw it.

    `required_checks` are those that the forge itself demands before a merge into the base; None:
    the forge demands none, or knows of no such thing. `own_checks` name the job that runs
    understudy, by source and name: it does not gate (trap 10).
    """

    base_ref: str
    base: CommitSha
    pull_requests: tuple[PullRequest, ...]
    required_checks: tuple[str, ...] | None = None
    own_checks: frozenset[tuple[str, str]] = frozenset()


# --- may it be on stage? -------------------------------------------------------------------------


class Reason(enum.Enum):
    """Why a pull request is not simply in. The words are part of the JSON format."""

    DRAFT = "draft"
    FORK = "fork"
    LABEL_EXCLUDED = "label-excluded"
    LABEL_MISSING = "label-missing"
    OTHER_BASE = "other-base"
    STAGE_BRANCH = "stage-branch"
    CHECKS_FAILED = "checks-failed"
    CHECKS_PENDING = "checks-pending"
    CHECKS_MISSING = "checks-missing"
    CHECKS_UNREADABLE = "checks-unreadable"
    NO_CHECKS = "no-checks"
    NO_CHECKS_YET = "no-checks-yet"
    DEPENDENCY = "dependency"
    DEPENDENCY_CYCLE = "dependency-cycle"
    HEAD_MISSING = "head-missing"
    UNMERGEABLE = "unmergeable"
    CONFLICTS_WITH_BASE = "conflicts-with-base"
    CONFLICTS_WITH_PULL_REQUEST = "conflicts-with-pull-request"
    ALREADY_IN_BASE = "already-in-base"
    ALREADY_ON_STAGE = "already-on-stage"
    NO_EFFECT = "no-effect"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """It may be merged. `note` says so where that rests on an earlier decision."""

    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Time will change it."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Somebody must act."""

    reason: Reason
    detail: str


Verdict = Eligible | Waiting | Excluded

# --- did it merge? -------------------------------------------------------------------------------


class ConflictKind(enum.Enum):
    """What git's merge machinery calls the conflict, in its stable words."""

    CONTENT = "content"
    ADD_ADD = "add/add"
    MODIFY_DELETE = "modify/delete"
    RENAME_DELETE = "rename/delete"
    RENAME_RENAME = "rename/rename"
    RENAME_COLLISION = "rename/collision"
    DIRECTORY_RENAME = "directory-rename"
    FILE_DIRECTORY = "file/directory"
    MODE = "mode"
    BINARY = "binary"
    SUBMODULE = "submodule"
    OTHER = "other"


class Reencryption(enum.Enum):
    """What clashes in a file that SOPS encrypts: its checksum and time alone, or values too."""

    MARKS = "marks"
    VALUES = "values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One path that git left unmerged. `with_` is empty where the base alone is in the way.

    `sops`: nothing clashes but what SOPS wrote, for both sides encrypted the file anew.
    """

    path: str
    kind: ConflictKind
    with_: tuple[int, ...] = ()
    sops: Reencryption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The merge commit. `pinned` lists paths of the head that were left as the base has them."""

    commit: CommitSha
    tree: TreeSha
    pinned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyIncluded:
    """The head is an ancestor of what it would be merged into: `git merge` says up to date."""

    in_base: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicted:
    """Every path that `git merge` would leave unmerged."""

    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictedFile:
    """What git has to show of one unmerged path. None: that side has no such file.

    `merged` holds conflict markers where git could write any; `labels` stand behind them.
    """

    path: str
    kind: ConflictKind
    ours: bytes | None
    theirs: bytes | None
    merged: bytes | None
    labels: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmergeable:
    """Git can make no merge of the two at all, e.g. unrelated histories (trap 38)."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyOut:
    """Not tried: a pull request it depends on did not get in."""

    number: int


MergeOutcome = Merged | AlreadyIncluded | Conflicted | Unmergeable
StepOutcome = MergeOutcome | DependencyOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One pull request in the fold, and the revision it was merged into."""

    pull_request: PullRequest
    left: Revision
    outcome: StepOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The base with every eligible head that merges, in order. `reused` steps were not redone."""

    base: Revision
    tip: Revision
    steps: tuple[Step, ...]
    reused: int = 0


# --- who asked, and with what ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What asked for the rebuild, and who or what stands behind it."""

    kind: str = "manual"
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolIdentity:
    """What a candidate depends on beside its inputs (invariant 2)."""

    understudy: str
    git: str
