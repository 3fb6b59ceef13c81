"""The one comment on a pull request, as Markdown: it is edited, never repeated.

It says nothing that changes by itself, links to nothing and mentions nobody: what a comment names,
the forge tells others of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.answers import became, sentence
from understudy.core.delivery import Stuck
from understudy.core.record import IN, LineState
from understudy.render import advice, fragments
from understudy.render.untrusted import for_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.deployment import Deployment
    from understudy.core.record import Line, Record

_SENTENCE = 1500
_TYPED = 500


def comment(record: Record, line: Line, deployment: Deployment | None = None) -> str:
    """Return what the authors are told. By its first line, which nobody sees, it is found again."""
    told = f"**{_told(sentence(record, line, deployment))}**"
    is_stuck = line.state in IN and isinstance(became(record, deployment).delivery, Stuck)
    seen = _looking(record) if is_stuck else ()
    return "\n\n".join([_mark(record.stage), told, *seen, *_way_in(record, line)])


def _mark(stage: str) -> str:
    name = "".join(c if c.isalnum() or c in "._-/" else f"%{ord(c):x}" for c in stage)
    return f"<!-- understudy:{name} -->"


def _told(text: str) -> str:
    return for_markdown(fragments.cut(" ".join(text.split()), _SENTENCE))


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


def _looking(record: Record) -> Iterable[str]:
    """Say what shows the object that fails: a forge is not told which one it is."""
    step = advice.look_at_the_cluster(record)
    yield _told(step.sentence)
    if step.command:
        yield fragments.fenced(fragments.cut(step.command, _TYPED))
