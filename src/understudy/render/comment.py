"""The one comment on a pull request, as Markdown: it is edited, never repeated.

It says nothing that changes by itself, links to nothing and mentions nobody: what a comment names,
the forge tells others of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.answers import sentence
from understudy.core.config import DEFAULT_STAGE
from understudy.core.record import LineState
from understudy.render import advice, fragments, wording
from understudy.render.untrusted import for_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.core.record import Line, Record
    from understudy.core.why import ConflictView

LIMIT = 65536
"""Characters of a comment on GitHub."""

_SENTENCE = 1500
_TYPED = 500


def comment(
    record: Record,
    line: Line,
    *,
    conflicts: Mapping[int, Sequence[ConflictView]] | None = None,
) -> str:
    """Return what the authors are told. By its first line, which nobody sees, it is found again."""
    views = (conflicts or {}).get(line.number, ())
    parts = [_mark(record.stage)]
    parts += [f"**{_told(sentence(record, line))}**"]
    parts += [_both_sides(record, line, views)] if views else []
    parts += _way_in(record, line)
    return "\n\n".join(parts)


def _mark(stage: str) -> str:
    name = "".join(c if c.isalnum() or c in "._-/" else f"%{ord(c):x}" for c in stage)
    return f"<!-- understudy:{name} -->"


def _told(text: str) -> str:
    return for_markdown(fragments.cut(" ".join(text.split()), _SENTENCE))


def _both_sides(record: Record, line: Line, views: Sequence[ConflictView]) -> str:
    stage = "" if record.stage == DEFAULT_STAGE else f"--stage {record.stage}"
    typed = wording.command(f"why {line.number}", stage)
    body = fragments.both_sides(views, LIMIT // 2, command=typed)
    return fragments.folded(wording.BOTH_SIDES, body)


def _way_in(record: Record, line: Line) -> Iterable[str]:
    """Say what to do; a command only where authors can type it in their own clone."""
    if line.state is LineState.INCLUDED and not line.reason:
        return
    step = advice.would_let_in(line, record)
    if step is None:
        return
    yield _told(step.sentence)
    if line.state is LineState.CONFLICTED and step.command:
        yield fragments.fenced(fragments.cut(step.command, _TYPED))
