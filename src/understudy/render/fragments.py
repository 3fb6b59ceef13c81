"""Pieces of Markdown that stay whole wherever a document is cut: links, fences, tables, folds.

Text that others wrote comes in as it is and is made harmless here, through `untrusted`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.render import advice, wording
from understudy.render.untrusted import for_markdown, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.core.hunks import Hunk, Side
    from understudy.core.why import ConflictView

_LONGEST_URL = 2000
_URL = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?#][a-z0-9._~!$&*+,;=:@/?#%-]*)?",
    re.IGNORECASE,
)
"""Without a user's name in it, and without a character that Markdown reads as anything else."""

_TICKS = re.compile("`+")
_TAB = 4
_LONGEST_LINE = 400
_NOTE = 400
"""Bytes kept free for the sentence that says what was left out."""


def size(markdown: str) -> int:
    return len(markdown.encode())


def cut(text: str, longest: int) -> str:
    """Return the beginning of the text; what is cut is marked."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def clean_url(url: str | None) -> str | None:
    """Return the address if it is one that a page may link to."""
    if url and len(url) <= _LONGEST_URL and _URL.fullmatch(url):
        return url
    return None


def link(text: str, url: str | None) -> str:
    """Return the text as a link; without one where the address is not clean."""
    target = clean_url(url)
    return f"[{for_markdown(text)}]({target})" if target else for_markdown(text)


def code(text: str) -> str:
    """Return the text as code within a line."""
    ticks = "`" * (_longest_run(text) + 1)
    padding = " " if len(ticks) > 1 else ""
    return f"{ticks}{padding}{visible(text)}{padding}{ticks}"


def fenced(text: str) -> str:
    """Return lines as a block of code, whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, _longest_run(text) + 1)
    lines = text.removesuffix("\n").split("\n")
    lines = [visible(cut(line.expandtabs(_TAB), _LONGEST_LINE)) for line in lines]
    return "\n".join((fence, *lines, fence))


def row(cells: Iterable[str]) -> str:
    """Return one row of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def heads(*titles: str) -> str:
    """Return the rows that begin a table."""
    return f"{row(titles)}\n{row('---' for _ in titles)}"


def folded(title: str, body: str) -> str:
    """Return a part that opens on a click. The title is ours: it stands inside HTML."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def number(pull_request: int) -> str:
    """Return `#4` where HTML stands, so that no forge makes a link of it."""
    return for_markdown(f"#{pull_request}").removeprefix("\\")


def fitting(pieces: Iterable[str], room: int) -> list[str]:
    """Return the first pieces, as many as fit into `room` bytes with a note on the others."""
    kept: list[str] = []
    used = 0
    for piece in pieces:
        used += size(piece) + len("\n\n")
        if used > room - _NOTE:
            break
        kept.append(piece)
    return kept


def more(count: int, command: str) -> str:
    """Say how many are left out, and what shows them."""
    return f"{wording.more(count)}: {code(command)}"


# --- both sides of a conflict --------------------------------------------------------------------


def both_sides(conflicts: Sequence[ConflictView], room: int, *, command: str) -> str:
    """Return what each side has at each place; `command` shows what does not fit."""
    pieces = [piece for conflict in conflicts for piece in _conflict(conflict)]
    kept = fitting(pieces, room)
    left_out = len(pieces) - len(kept)
    return "\n\n".join([*kept, more(left_out, command)] if left_out else kept)


def _conflict(conflict: ConflictView) -> Iterable[str]:
    place = wording.place(conflict.path, conflict.kind, whom=conflict.with_)
    yield f"**{for_markdown(cut(place, 1000))}**"
    if conflict.sops:
        yield for_markdown(advice.REENCRYPTED[conflict.sops])
        return
    for hunk in conflict.hunks:
        yield _hunk(hunk)


def _hunk(hunk: Hunk) -> str:
    where = f", line {hunk.start_line}" if hunk.start_line is not None else ""
    ours = _side(hunk.ours, where)
    return f"{ours}\n\n{_side(hunk.theirs)}"


def _side(side: Side, where: str = "") -> str:
    label = for_markdown(f"{cut(side.label, 200)}{where}:")
    if side.text is None:
        return f"{label} *{for_markdown(advice.NOT_THERE)}*"
    if not side.text.removesuffix("\n"):
        return f"{label} *{for_markdown(advice.EMPTY)}*"
    return f"{label}\n\n{fenced(side.text)}"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
