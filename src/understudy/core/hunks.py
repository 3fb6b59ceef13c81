"""Both sides of a conflict, hunk by hunk, read from the markers that git wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.model import ConflictedFile

_SIGNS = "<<<<<<<", ">>>>>>>"
_MIDDLE = b"======="
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
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
        found = tuple(_marked(file, file.merged, ours=ours, theirs=theirs))
        if found:
            return found
    return (
        Hunk(
            start_line=None,
            ours=Side(label=ours, text=_text(file.ours)),
            theirs=Side(label=theirs, text=_text(file.theirs)),
        ),
    )


def _marked(file: ConflictedFile, merged: bytes, *, ours: str, theirs: str) -> Iterator[Hunk]:
    first, last = (
        f"{sign} {label}".encode() for sign, label in zip(_SIGNS, file.labels, strict=True)
    )
    line_number = 1
    inside: list[bytes] | None = None
    for line in _LINE.findall(merged):
        marker = line.rstrip(b"\r\n")
        if inside is None and _is_marker(marker, first):
            inside = []
        elif inside is not None and _is_marker(marker, last):
            left, right = _sides(inside, file)
            yield Hunk(
                start_line=line_number,
                ours=Side(label=ours, text=_text(b"".join(left))),
                theirs=Side(label=theirs, text=_text(b"".join(right))),
            )
            line_number += len(left)
            inside = None
        elif inside is not None:
            inside.append(line)
        else:
            line_number += 1


def _is_marker(line: bytes, marker: bytes) -> bool:
    # Of a file that was renamed on one side, git adds the name: `<<<<<<< label:name`.
    return line == marker or line.startswith(marker + b":")


def _sides(lines: list[bytes], file: ConflictedFile) -> tuple[list[bytes], list[bytes]]:
    """Divide at the marker in the middle: of lines that look like it, at the one that fits."""
    middles = [at for at, line in enumerate(lines) if line.rstrip(b"\r\n") == _MIDDLE]
    for at in middles:
        left, right = lines[:at], lines[at + 1 :]
        if b"".join(left) in (file.ours or b"") and b"".join(right) in (file.theirs or b""):
            return left, right
    at = middles[0] if middles else len(lines)
    return lines[:at], lines[at + 1 :]


def _text(content: bytes | None) -> str | None:
    if content is None or _is_binary(content):
        return None
    lines = content.decode(errors="replace").splitlines(keepends=True)
    more = f"… {len(lines) - _LONGEST} more lines\n" if len(lines) > _LONGEST else ""
    return "".join(lines[:_LONGEST]) + more


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:8000]
