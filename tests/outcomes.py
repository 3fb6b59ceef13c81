"""What a story looks at: a rebuild as one text, and what a command printed."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from understudy.core.record import IN

if TYPE_CHECKING:
    from understudy.core.record import ConflictLine, Line, Record


@dataclass(frozen=True)
class Printed:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Outcome:
    """The record of one rebuild."""

    record: Record

    @property
    def text(self) -> str:
        """Return the decision with what is in, then one line per pull request."""
        lines = self.record.pull_requests
        parts = [
            self.record.base.branch,
            *(f"#{line.number}" for line in lines if line.state in IN),
        ]
        head = f"{self.record.decision.value}  {parts[0]} + {' '.join(parts[1:])}".rstrip(" +")
        return "\n".join([head, *map(_line, lines)])

    @property
    def commit(self) -> str:
        """Return the candidate's commit."""
        assert self.record.candidate is not None
        return self.record.candidate.commit

    def line(self, number: int) -> Line:
        """Return the line of one pull request."""
        line = self.record.line(number)
        assert line is not None
        return line


def drawn(text: str) -> str:
    """Return a text that is indented in a story, as an outcome has it."""
    return dedent(text).strip()


def _line(line: Line) -> str:
    words = [f"#{line.number}", line.state.value]
    if line.reason:
        words.append(line.reason.value)
    if line.conflicts:
        words.append(", ".join(map(_conflict, line.conflicts)))
    return "  ".join(words)


def _conflict(conflict: ConflictLine) -> str:
    with_ = " with " + " ".join(f"#{number}" for number in conflict.with_) if conflict.with_ else ""
    return f"{conflict.path} {conflict.kind.value}{with_}"
