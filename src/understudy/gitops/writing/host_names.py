"""What a host name of production is called on the stage: as the stage calls others already.

Names alone: where they are used is not known here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.gitops.ownership import Ownership

_HERE = "{}"
_ENOUGH = 2
"""So many names make a habit, where none of them says that it is the stage's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """`head` is put in place of the first part: `{}.stage`; or one domain in place of another."""

    head: str = _HERE
    domain: str = ""
    domain_on_stage: str = ""

    def applied(self, first: str, rest: str) -> str | None:
        if not self.domain:
            return f"{self.head.replace(_HERE, first)}.{rest}"
        return f"{first}.{self.domain_on_stage}" if rest.lower() == self.domain else None


@dataclass(frozen=True, kw_only=True)
class HostNames:
    """The host names that production and the stage have now, in small letters.

    `mark` is what is added to the first part where those of the stage show no habit.
    """

    mark: str
    own: Ownership
    production: frozenset[str] = frozenset()
    stage: frozenset[str] = frozenset()

    def on_stage(self, host: str) -> str | None:
        """Return what a host name is on the stage; None: a person must choose."""
        first, dot, rest = host.partition(".")
        if first == "*" or (not dot and "${" in host):
            return None
        found = (way.applied(first, rest) for way in self._ways) if dot else ()
        return next(filter(None, found), f"{first}{self.mark}{dot}{rest}")

    @cached_property
    def _ways(self) -> tuple[_Way, ...]:
        """The ways in which the stage's names differ from production's; the most usual first."""
        own = sorted(self.stage - self.production)
        counted = Counter(way for each in own for way in dict.fromkeys(self._told_by(each)))
        usual = (way for way, count in counted.most_common() if self._is_habit(way, count))
        return tuple(usual)

    def _is_habit(self, way: _Way, count: int) -> bool:
        said = way.domain_on_stage or way.head
        # The names are in small letters: a variable in them is not the one that there is.
        return "$" not in said and (count >= _ENOUGH or self.own.has_name(said))

    def _told_by(self, host: str) -> Iterator[_Way]:
        labels = host.split(".")
        for number in range(1, len(labels)):
            head, rest = ".".join(labels[:number]), ".".join(labels[number:])
            known = [each for each in self._firsts.get(rest, ()) if _holds(head, each)]
            if known:
                longest = max(known, key=len)
                yield _Way(head=head.replace(longest, _HERE, 1))
                return
        first, _, there = host.partition(".")
        for domain in self._domains.get(first, ()):
            yield _Way(domain=domain, domain_on_stage=there)

    @cached_property
    def _firsts(self) -> dict[str, list[str]]:
        """The first parts of production's names, by what follows."""
        found: dict[str, list[str]] = {}
        for each in sorted(self.production):
            first, _, rest = each.partition(".")
            found.setdefault(rest, []).append(first)
        return found

    @cached_property
    def _domains(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for each in sorted(self.production):
            first, _, rest = each.partition(".")
            found.setdefault(first, []).extend([rest] if rest else [])
        return found


def _holds(head: str, first: str) -> bool:
    return bool(re.search(rf"(?:^|[-.]){re.escape(first)}(?:$|[-.])", head))
