"""The queries of `queries.graphql`, each with the fragments it names."""

from __future__ import annotations

import functools
import re
from importlib.resources import files

_DEFINITION = re.compile(r"^(query|fragment) (\w+)", re.MULTILINE)
_SPREAD = re.compile(r"\.\.\.(\w+)")


@functools.cache
def query(name: str) -> str:
    """Return the text of one query, ready to be sent."""
    parts = _definitions()
    text = parts[name]
    return text + "".join(parts[used] for used in dict.fromkeys(_SPREAD.findall(text)))


@functools.cache
def _definitions() -> dict[str, str]:
    text = files(__package__).joinpath("queries.graphql").read_text(encoding="utf-8")
    found = list(_DEFINITION.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {match[2]: text[match.start() : end] for match, end in zip(found, ends, strict=True)}
