"""Reading the tables of a page, and the keys of a format as its page must name them.

A key is written as a path: `stages.<stage>.branch`, `pull_requests[].conflicts[].path`.
"""

from __future__ import annotations

import dataclasses
import re
import types
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

_ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)


def rows(page: Path, title: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    heading = re.compile(rf"^#+ {re.escape(title)}$", re.MULTILINE)
    section = heading.split(page.read_text(), maxsplit=1)[1]
    table = re.search(r"(^\|.*\n)+", section, re.MULTILINE)
    assert table is not None
    return [cells.split(" | ") for cells in _ROW.findall(table[0])][1:]


def all_keys(kind: Any, where: str) -> set[str]:  # noqa: ANN401 - any annotation
    """Return every key below a type, its inner objects' too."""
    found: set[str] = set()
    for name, inner in _fields(kind):
        key = f"{where}.{name}" if where else name
        element, mark = _element(inner)
        found |= {key} | all_keys(element, key + mark)
    return found


def settings(kind: Any, where: str, maps: dict[str, str]) -> set[str]:  # noqa: ANN401 - as above
    """Return every key that a person sets; an object by itself is none, a list of them is."""
    found: set[str] = set()
    for name, inner in _fields(kind):
        key = f"{where}.{name}" if where else name
        element, mark = _element(inner)
        if name in maps:
            mark = f".{maps[name]}"
        below = settings(element, key + mark, maps)
        found |= below | (set() if below and not mark else {key})
    return found


def _fields(kind: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - as above
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [(field.encode_name, field.type) for field in msgspec.structs.fields(kind)]
    if dataclasses.is_dataclass(kind):
        return list(get_type_hints(kind).items())
    return []


def _element(kind: Any) -> tuple[Any, str]:  # noqa: ANN401 - as above
    """Return what is inside an optional, a list or a mapping, and how its key is written."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        return _element(next(part for part in parts if part is not types.NoneType))
    if origin is tuple:
        return parts[0], "[]"
    return (parts[1], "") if origin is dict else (kind, "")


def paths_in(value: Any, where: str, *, free: str | None = None) -> set[str]:  # noqa: ANN401 - a document
    """Return every key of a document. The one called `free` holds a mapping with keys of choice."""
    match value:
        case dict() if value and where != free:
            keys = {f"{where}.{name}" if where else name: inner for name, inner in value.items()}
            return {path for key, inner in keys.items() for path in paths_in(inner, key, free=free)}
        case [dict(), *_]:
            return {path for each in value for path in paths_in(each, f"{where}[]", free=free)}
        case _:
            return {where}
