"""Looking for something in a manifest of any kind. What is found may be of any type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import Manifest

Keys = tuple[str, ...]

_TELLS_OF_KINDS = frozenset({"CustomResourceDefinition"})


def mappings(manifest: Manifest) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Return each mapping with the keys that lead to it: what is in a list has the list's."""
    return ((keys, value) for keys, value in _walk(manifest, dict) if isinstance(value, dict))


def strings(manifest: Manifest) -> Iterator[tuple[Keys, str]]:
    """Return each text with the keys that lead to it."""
    return ((keys, value) for keys, value in _walk(manifest, str) if isinstance(value, str))


def _walk(manifest: Manifest, wanted: type) -> Iterator[tuple[Keys, Any]]:
    """Return what is of a type, or holds such, in its order, with the keys that lead to it.

    A definition of kinds has examples and descriptions of everything, and does none of it.
    """
    waiting: list[tuple[Keys, Any]] = [((), manifest.body)]
    if manifest.id.kind in _TELLS_OF_KINDS:
        return
    followed = (dict, list, wanted)
    while waiting:
        keys, value = waiting.pop()
        yield keys, value
        if isinstance(value, dict):
            waiting += [
                ((*keys, str(key)), each)
                for key, each in reversed(value.items())
                if isinstance(each, followed)
            ]
        elif isinstance(value, list):
            waiting += [(keys, each) for each in reversed(value) if isinstance(each, followed)]


def texts(value: object) -> Iterator[str]:
    """Return a text, or the texts of a list; nothing of anything else."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and each.strip():
            yield each.strip()


def entries(value: object) -> Iterator[Mapping[str, Any]]:
    """Return the mappings of a list, or a mapping that stands where a list might."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def text(value: object) -> str:
    """Return a text as it is, and nothing of anything else."""
    return value if isinstance(value, str) else ""
