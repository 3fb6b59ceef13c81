"""Both sides of a conflict, hunk by hunk, read from the markers that git wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.model import ConflictedFile

_OURS, _MIDDLE, _THEIRS = b"<<<<<<< ", b"=======", b">>>>>>> "
_LONGEST = 200
"""Lines of one side that are shown at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side has. `text` None: the file does not exist on that side, or is not text."""

    label: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One place where the sides differ. `start_line` counts in the left side's file, from 1."""

    start_line: int | None
    ours: Side
    theirs: Side


def hunks_in(file: ConflictedFile, *, ours: str, theirs: str) -> tuple[Hunk, ...]:
    """Return the hunks between conflict markers, or one hunk of the whole file without any."""
    sides = file.ours, file.theirs
    if file.merged is not None and None not in sides and not _is_binary(file.merged):
        found = tuple(_marked(file.merged, ours=ours, theirs=theirs))
        if found:
            return found
    return (
        Hunk(
            start_line=None,
            ours=Side(label=ours, text=_text(file.ours)),
            theirs=Side(label=theirs, text=_text(file.theirs)),
        ),
    )


def _marked(merged: bytes, *, ours: str, theirs: str) -> Iterator[Hunk]:
    line_number = 1
    start, left, right = 0, list[bytes](), list[bytes]()
    inside: list[bytes] | None = None
    for line in merged.splitlines(keepends=True):
        if inside is None and line.startswith(_OURS):
            start, left, right = line_number, [], []
            inside = left
        elif inside is left and line.rstrip(b"\r\n") == _MIDDLE:
            inside = right
        elif inside is right and line.startswith(_THEIRS):
            inside = None
            yield Hunk(
                start_line=start,
                ours=Side(label=ours, text=_text(b"".join(left))),
                theirs=Side(label=theirs, text=_text(b"".join(right))),
            )
        else:
            if inside is not None:
                inside.append(line)
            if inside is not right:
                line_number += 1


def _text(content: bytes | None) -> str | None:
    if content is None or _is_binary(content):
        return None
    lines = content.decode(errors="replace").splitlines(keepends=True)
    more = f"… {len(lines) - _LONGEST} more lines\n" if len(lines) > _LONGEST else ""
    return "".join(lines[:_LONGEST]) + more


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:8000]
