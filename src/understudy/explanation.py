"""Why a pull request is in, out or waiting: what the record says, what only a merge can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.assembly import assemble, known_steps
from understudy.core.errors import UsageError
from understudy.core.hunks import hunks_in
from understudy.core.model import (
    AlreadyIncluded,
    Merged,
    PullRequest,
    Revision,
)
from understudy.core.record import LineState
from understudy.core.sops import reencryption_in
from understudy.core.why import ConflictView, Explanation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from understudy.core.hunks import Hunk
    from understudy.core.model import CommitSha, ConflictedFile
    from understudy.core.ports import Merger
    from understudy.core.record import Line, Record
    from understudy.stage import Project


def explain(project: Project, record: Record, number: int) -> Explanation:
    """Explain one line of a record, merging anew where a conflict is to be shown.

    Raises:
        UsageError: the record knows no such pull request.
    """
    line = record.line(number)
    if line is None:
        message = f"#{number} was not open at record {record.serial}."
        hint = "`understudy rebuild` reads the open pull requests anew."
        raise UsageError(message, hint=hint)
    blocks = tuple(
        other.number
        for other in record.pull_requests
        if any(number in conflict.with_ for conflict in other.conflicts)
    )
    if line.state is not LineState.CONFLICTED:
        return Explanation(record=record, line=line, blocks=blocks)
    inquiry = _Inquiry(project, record, line)
    return Explanation(
        record=record,
        line=line,
        conflicts=inquiry.views(),
        would_be_in_without=inquiry.would_be_in_without(),
        blocks=blocks,
    )


def conflicts_of(project: Project, record: Record, number: int) -> tuple[ConflictView, ...]:
    """Return the conflicts of one line with both sides, and nothing that takes a fold to know."""
    line = record.line(number)
    if line is None or line.state is not LineState.CONFLICTED:
        return ()
    return _Inquiry(project, record, line).views()


class _Inquiry:
    """Merges made to explain one conflict."""

    def __init__(self, project: Project, record: Record, line: Line) -> None:
        self._project = project
        self._record = record
        self._line = line
        self._pull_request = _as_pull_request(line, record)

    def views(self) -> tuple[ConflictView, ...]:
        """Return each conflict with both sides; without them where the commits are gone."""
        left = self._left()
        needed = [self._line.head, *([left.commit] if left else [])]
        known = {conflict.path: conflict.with_ for conflict in self._line.conflicts}
        if left is None or self._project.repository.fetch(needed):
            return tuple(
                ConflictView(path=c.path, kind=c.kind, with_=c.with_, hunks=(), sops=c.sops or None)
                for c in self._line.conflicts
            )
        with self._merging(left, [self._line.head]) as merger:
            files = merger.conflicted_files(left, self._pull_request)
        return tuple(
            ConflictView(
                path=file.path,
                kind=file.kind,
                with_=known.get(file.path, ()),
                hunks=self._hunks(file, known.get(file.path, ())),
                sops=reencryption_in(file),
            )
            for file in files
        )

    def would_be_in_without(self) -> tuple[int, ...] | None:
        """Fold again without those it conflicts with, and see."""
        others = {number for conflict in self._line.conflicts for number in conflict.with_}
        if not others or any(not conflict.with_ for conflict in self._line.conflicts):
            return None
        rest = [line for line in self._in_order() if line.number not in others]
        base = self._record.base.sha
        if self._project.repository.fetch([base, *(line.head for line in rest)]):
            return None
        revision = self._project.repository.revision(base)
        with self._merging(revision, [line.head for line in rest]) as merger:
            candidate = assemble(
                revision,
                [_as_pull_request(line, self._record) for line in rest],
                merger=merger,
                known=known_steps(
                    self._record, base=revision, pin=self._record.pin, tool=self._project.tool
                ),
            )
        for step in candidate.steps:
            if step.pull_request.number == self._line.number:
                got_in = isinstance(step.outcome, Merged | AlreadyIncluded)
                return tuple(sorted(others)) if got_in else None
        return None

    def _hunks(self, file: ConflictedFile, with_: Iterable[int]) -> tuple[Hunk, ...]:
        others = ", ".join(f"#{number}" for number in with_)
        ours = f"stage, with {others}" if others else self._record.base.branch
        return hunks_in(file, ours=ours, theirs=f"#{self._line.number}")

    def _left(self) -> Revision | None:
        """Return what the head was merged into: the last that got in before it, else the base."""
        base = self._record.base
        left = Revision(commit=base.sha, tree=base.tree) if base.tree else None
        for line in self._in_order():
            if line.number == self._line.number:
                break
            if line.merge_commit and line.tree:
                left = Revision(commit=line.merge_commit, tree=line.tree)
        return left

    def _in_order(self) -> Iterator[Line]:
        lines = {line.number: line for line in self._record.pull_requests}
        return (lines[number] for number in self._record.order if number in lines)

    def _merging(self, base: Revision, heads: list[CommitSha]) -> AbstractContextManager[Merger]:
        return self._project.repository.merging(base=base, heads=heads, pin=self._record.pin)


def _as_pull_request(line: Line, record: Record) -> PullRequest:
    return PullRequest(
        number=line.number,
        title=line.title,
        author=line.author,
        head=line.head,
        head_ref=line.head_ref,
        base_ref=record.base.branch,
    )
