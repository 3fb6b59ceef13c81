"""Pieces of sentences: words in a row, the word that was meant, a foreign value in short."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was probably meant to be."""
    lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return lower[close[0]] if close else None


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Write words as in a sentence: `a`, `b` and `c`."""
    marked = [f"`{word}`" for word in words]
    if len(marked) < 2:  # noqa: PLR2004 - one word needs no conjunction
        return "".join(marked)
    return f"{', '.join(marked[:-1])} {last} {marked[-1]}"


def shown(value: object) -> str:
    """Write a foreign value in one short line: no control characters, no long text."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[:80])
            return text + ("…" if len(value) > 80 else "")  # noqa: PLR2004 - as cut above
        case _:
            return str(value)[:80]
