"""Every text of an object with the JSON pointer that leads to it (RFC 6901)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A text, and where it is. `parent` is the mapping around it, `listed`: it is in a list."""

    keys: tuple[str | int, ...]
    text: str
    parent: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Return the last key that is a name."""
        return next((key for key in reversed(self.keys) if isinstance(key, str)), "")

    @property
    def pointer(self) -> str:
        """Return the pointer to it."""
        return pointer(self.keys)


def leaves(body: Mapping[str, Any]) -> Iterator[Leaf]:
    """Return the texts of an object, in its order."""
    return _below(body, (), body)


def pointer(keys: tuple[str | int, ...]) -> str:
    """Write keys as a pointer."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def _below(value: object, keys: tuple[str | int, ...], parent: Mapping[str, Any]) -> Iterator[Leaf]:
    if isinstance(value, str):
        yield Leaf(keys=keys, text=value, parent=parent)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _below(each, (*keys, str(key)), value)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _below(each, (*keys, number), parent)
