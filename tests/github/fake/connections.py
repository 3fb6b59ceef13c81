"""Pages of lists: cursors that only this file can read, and a page cut out of a list."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.github.fake.values import Node

T = TypeVar("T", bound="Node")
Arguments = dict[str, Any]
"""What stands behind a field's name, as graphql-core hands it over."""

_BEFORE_ALL = ""


@dataclass(frozen=True)
class Page(Generic[T]):
    """A cut of a list. The whole is there to be counted."""

    whole: Sequence[T]
    nodes: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    start: str | None
    end: str | None


def page(
    whole: Sequence[T], arguments: Arguments, *, key: Callable[[T], str], descending: bool = False
) -> Page[T]:
    """Cut a page out of a list that is ordered by its keys.

    A cursor names a place between keys, not a position: what leaves the list moves nothing.
    """
    keys = [key(item) for item in whole]
    after, before = _place(arguments, "after"), _place(arguments, "before")
    start, stop = 0, len(whole)
    if after is not None:
        start = sum(1 for it in keys if not _follows(it, after, descending=descending))
    if before is not None:
        stop = sum(1 for it in keys if _follows(before, it, descending=descending))
    low, high = start, stop
    if (first := arguments.get("first")) is not None:
        high = min(high, low + first)
    if (last := arguments.get("last")) is not None:
        low = max(low, high - last)
    cursors = [_cursor(it) for it in keys[low:high]]
    return Page(
        whole,
        whole[low:high],
        cursors,
        has_next=high < len(whole) if before is None else high < stop,
        has_previous=low > 0,
        start=cursors[0] if cursors else None,
        end=cursors[-1] if cursors else None,
    )


def empty_page(whole: Sequence[T], arguments: Arguments) -> Page[T]:
    """Return a page without nodes that says there is more, as GitHub does when it filters late."""
    cursor = arguments.get("after") or _cursor(_BEFORE_ALL)
    return Page(whole, [], [], has_next=True, has_previous=False, start=cursor, end=cursor)


def by_id(thing: Node) -> str:
    """Return a key that orders as things were made."""
    return f"{thing.id:010d}"


def _follows(one: str, other: str, *, descending: bool) -> bool:
    if _BEFORE_ALL in {one, other}:
        return other == _BEFORE_ALL and one != _BEFORE_ALL
    return one < other if descending else one > other


def _cursor(key: str) -> str:
    return base64.b64encode(f"cursor:v2:{key}".encode()).decode()


def _place(arguments: Arguments, name: str) -> str | None:
    text = arguments.get(name)
    if text is None:
        return None
    try:
        word, _, key = base64.b64decode(text, validate=True).decode().partition(":v2:")
    except (binascii.Error, UnicodeDecodeError):
        word, key = "", ""
    if word != "cursor":
        raise GraphQLError(
            f"`{text}` does not appear to be a valid cursor.",
            extensions={"type": "INVALID_CURSOR_ARGUMENTS"},
        )
    return key
