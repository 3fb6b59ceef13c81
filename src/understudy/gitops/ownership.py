"""Which names say that something is the stage's own. Only names are looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

_USUAL = ("stage", "staging", "stg")
"""Words by which people mark what is a stage's, whatever its namespaces are called."""


@dataclass(frozen=True, kw_only=True)
class Ownership:
    """The stage's namespaces as patterns, and the branch that it is built on."""

    patterns: tuple[str, ...]
    branch: str

    def has_namespace(self, namespace: str) -> bool:
        """Tell whether a namespace is one of the stage's."""
        return any(fnmatchcase(namespace, pattern) for pattern in self.patterns)

    def has_name(self, name: str) -> bool:
        """Tell whether a name of its own, outside of any namespace, carries the stage's mark."""
        return self.has_namespace(name) or bool(self._marked.search(name))

    @cached_property
    def _marked(self) -> re.Pattern[str]:
        plain = (re.sub(r"[*?]|\[[^]]*\]", " ", pattern).strip(" -._") for pattern in self.patterns)
        marks = {*_USUAL, self.branch.rpartition("/")[2], *plain} - {""}
        words = "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
        return re.compile(rf"(?:^|[-._:])(?:{words})(?:$|[-._:])", re.IGNORECASE)
