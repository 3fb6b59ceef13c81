"""The Record: what one rebuild saw, decided and did. Every surface is a rendering of it.

Its JSON form is a public format: new keys may come, those here stay.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

import msgspec

from understudy.core.decisions import Finding
from understudy.core.errors import UnderstudyError
from understudy.core.model import (
    CheckState,
    CommitSha,
    ConflictKind,
    Reason,
    Reencryption,
    ToolIdentity,
    TreeSha,
    Trigger,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = 1


class LineState(enum.Enum):
    """Where a pull request stands."""

    INCLUDED = "included"
    CONTAINED = "contained"
    WAITING = "waiting"
    EXCLUDED = "excluded"
    CONFLICTED = "conflicted"
    EVICTED = "evicted"


IN = frozenset({LineState.INCLUDED, LineState.CONTAINED})
"""The states in which the stage has the pull request's content."""


class DecisionWord(enum.Enum):
    """What became of the candidate."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    WITHHELD = "withheld"
    REFUSED = "refused"
    DRY_RUN = "dry-run"


class BaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """The branch that the pull requests target, as it was read."""

    branch: str
    sha: CommitSha
    tree: TreeSha | None = None


class RevisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A commit and its tree."""

    commit: CommitSha
    tree: TreeSha


class CheckLine(msgspec.Struct, frozen=True, kw_only=True):
    """One check as it was judged."""

    name: str
    state: CheckState
    source: str = ""
    url: str | None = None


class ConflictLine(msgspec.Struct, frozen=True, kw_only=True, rename={"with_": "with"}):
    """One unmerged path. An empty `with` means the base alone is in the way.

    `sops`: nothing clashes but what SOPS wrote, for both sides encrypted the file anew.
    """

    path: str
    kind: ConflictKind
    with_: tuple[int, ...] = ()
    sops: Reencryption | msgspec.UnsetType = msgspec.UNSET


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One open pull request, with one reason a person can act on (invariant 7)."""

    number: int
    title: str
    author: str
    head: CommitSha
    head_ref: str
    state: LineState
    reason: Reason | None = None
    detail: str | None = None
    merge_commit: CommitSha | None = None
    tree: TreeSha | None = None
    conflicts: tuple[ConflictLine, ...] = ()
    pinned: tuple[str, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    url: str | None = None


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The stage was put back to an earlier record and stays there until it is resumed."""

    serial: int
    since: str
    by: str = ""


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds: in all, and by phase."""

    total_ms: int = 0
    phases: dict[str, int] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One rebuild. `order` is the fold's order, `published` what the branch holds afterwards."""

    schema: int = SCHEMA
    serial: int
    stage: str
    branch: str
    at: str
    trigger: Trigger
    tool: ToolIdentity
    base: BaseLine
    previous: int | None
    candidate: RevisionLine | None
    published: RevisionLine | None
    decision: DecisionWord
    hold: Hold | None = None
    pin: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    pull_requests: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    timings: Timings = Timings()

    def incumbents(self) -> frozenset[int]:
        """Return the numbers of the pull requests that are in."""
        return frozenset(line.number for line in self.pull_requests if line.state in IN)

    def line(self, number: int) -> Line | None:
        """Return the line of one pull request."""
        return next((line for line in self.pull_requests if line.number == number), None)


def to_json(record: Record) -> bytes:
    """Encode as indented UTF-8 with one final newline: readable with `git show` too."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def from_json(data: bytes) -> Record:
    """Decode. Unknown keys are passed over, for a newer understudy may have written it.

    Raises:
        UnderstudyError: not a record, or one of a schema this version does not read.
    """
    try:
        schema = msgspec.json.decode(data, type=_Schema).schema
        if schema > SCHEMA:
            message = f"The stored record has schema {schema}; this version reads {SCHEMA}."
            raise UnderstudyError(message, hint="Update understudy to the version that wrote it.")
        return msgspec.json.decode(data, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"The stored record cannot be read: {error}."
        raise UnderstudyError(message, hint=UNREADABLE) from error


class _Schema(msgspec.Struct, frozen=True, kw_only=True):
    schema: int


UNREADABLE = (
    "Delete the ref `refs/understudy/<stage>` on the remote; the next rebuild starts a new history."
)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record."""
    schema = msgspec.json.schema(Record)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "understudy record",
        **schema,
    }


def says_the_same(one: Record, other: Record) -> bool:
    """Tell whether two records differ in nothing but serial, times and who asked.

    `published` and then `unchanged` is no difference either: a rebuild that finds all as it left
    it has nothing to write down.
    """
    return _timeless(one) == _timeless(other)


def _timeless(record: Record) -> Record:
    decision = record.decision
    if decision is DecisionWord.PUBLISHED:
        decision = DecisionWord.UNCHANGED
    return msgspec.structs.replace(
        record,
        serial=0,
        previous=None,
        at="",
        timings=Timings(),
        trigger=Trigger(),
        decision=decision,
    )


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How one pull request's line differs between two records. None: not in that record."""

    number: int
    title: str
    before: LineState | None
    after: LineState | None
    head_moved: bool


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What changed from one record to a later one."""

    before: int
    after: int
    base_moved: bool
    tree_changed: bool
    entered: tuple[int, ...]
    left: tuple[int, ...]
    updated: tuple[int, ...]
    changes: tuple[Change, ...]


def difference(before: Record | None, after: Record) -> Difference:
    """Compare two records: who entered the stage, who left it, whose head moved while in it."""
    old = {line.number: line for line in before.pull_requests} if before else {}
    new = {line.number: line for line in after.pull_requests}
    changes = tuple(
        change
        for number in sorted(old.keys() | new.keys())
        if (change := _change(old.get(number), new.get(number))) is not None
    )
    return Difference(
        before=before.serial if before else 0,
        after=after.serial,
        base_moved=before is None or before.base.sha != after.base.sha,
        tree_changed=_tree(before) != _tree(after),
        entered=_numbers(c for c in changes if c.before not in IN and c.after in IN),
        left=_numbers(c for c in changes if c.before in IN and c.after not in IN),
        updated=_numbers(c for c in changes if c.before in IN and c.after in IN and c.head_moved),
        changes=changes,
    )


def _change(old: Line | None, new: Line | None) -> Change | None:
    known = new or old
    if known is None or (old and new and (old.state, old.head) == (new.state, new.head)):
        return None
    return Change(
        number=known.number,
        title=known.title,
        before=old.state if old else None,
        after=new.state if new else None,
        head_moved=bool(old and new and old.head != new.head),
    )


def _numbers(changes: Iterable[Change]) -> tuple[int, ...]:
    return tuple(change.number for change in changes)


def _tree(record: Record | None) -> TreeSha | None:
    """Return what the stage has, or what it would have after a dry run."""
    if record is None:
        return None
    would = record.decision is DecisionWord.DRY_RUN and not record.hold
    revision = record.candidate if would else record.published
    return revision.tree if revision else None
