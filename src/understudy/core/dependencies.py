"""Which open pull requests need which others, and what becomes of those whose need is not met."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never

from understudy.core.model import Eligible, Excluded, Reason, Verdict, Waiting
from understudy.core.ordering import circles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.core.model import Snapshot


def dependencies(snapshot: Snapshot) -> dict[int, frozenset[int]]:
    """Return the open pull requests that each one needs: named, or stacked upon.

    One that is not open any more is no constraint: it has landed, or was given up.
    """
    open_numbers = {each.number for each in snapshot.pull_requests}
    heads = by_head_ref(snapshot)
    found = {}
    for each in snapshot.pull_requests:
        stacked = heads.get(each.base_ref, set())
        below = set() if each.base_ref == snapshot.base_ref else stacked
        found[each.number] = frozenset((each.depends_on & open_numbers) | (below - {each.number}))
    return found


def by_head_ref(snapshot: Snapshot) -> dict[str, set[int]]:
    """Only branches of the repository can be stacked upon: a fork names its own as it likes."""
    found: dict[str, set[int]] = {}
    for each in snapshot.pull_requests:
        if not each.from_fork:
            found.setdefault(each.head_ref, set()).add(each.number)
    return found


_DEPENDS_ON = re.compile(
    r"^[ \t]*depends-on:[ \t]*(#[0-9]+(?:[ \t,]+(?:and[ \t]+)?#[0-9]+)*)",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_NUMBER = 9


def depends_on_in(body: str) -> frozenset[int]:
    """Read the lines `Depends-On: #12` or `Depends-On: #12, #13` of a description."""
    return frozenset(
        int(number)
        for named in _DEPENDS_ON.findall(body)
        for number in re.findall(r"[0-9]+", named)
        if len(number) <= _LONGEST_NUMBER
    )


def with_dependencies(
    verdicts: Mapping[int, Verdict], needs: Mapping[int, frozenset[int]]
) -> dict[int, Verdict]:
    """Take out whatever depends on one that is out, or on itself."""
    settled = dict(verdicts)
    for number in circles(needs):
        detail = "it depends on itself through others; take one `Depends-On` away"
        settled[number] = Excluded(reason=Reason.DEPENDENCY_CYCLE, detail=detail)
    dependants: dict[int, list[int]] = {}
    for number in sorted(needs):
        for needed in needs[number]:
            dependants.setdefault(needed, []).append(number)
    # Excluded ones first: what depends on both is out until somebody acts.
    for kind in (Excluded, Waiting):
        out = sorted(
            (n for n, verdict in settled.items() if isinstance(verdict, kind)), reverse=True
        )
        while out:
            needed = out.pop()
            for dependant in dependants.get(needed, ()):
                if isinstance(settled[dependant], Eligible):
                    settled[dependant] = _without(needed, settled[needed])
                    out.append(dependant)
    return settled


def _without(needed: int, verdict: Verdict) -> Verdict:
    match verdict:
        case Waiting():
            detail = f"it depends on #{needed}, which is waiting"
            return Waiting(reason=Reason.DEPENDENCY, detail=detail)
        case Excluded() | Eligible():
            detail = f"it depends on #{needed}, which is out"
            return Excluded(reason=Reason.DEPENDENCY, detail=detail)
        case _:
            assert_never(verdict)
