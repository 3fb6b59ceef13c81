"""The answer to "why?": all there is to know of one pull request on one stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.core.hunks import Hunk
    from understudy.core.model import ConflictKind, Reencryption
    from understudy.core.record import Line, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """One conflict, with both sides of each hunk. `sops`: see `core.model.Conflict`."""

    path: str
    kind: ConflictKind
    with_: tuple[int, ...]
    hunks: tuple[Hunk, ...]
    sops: Reencryption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything there is to know about one pull request on one stage.

    `would_be_in_without`: it merges once these are not there; None: that would not help.
    `blocks`: the pull requests that conflict with this one.
    """

    record: Record
    line: Line
    conflicts: tuple[ConflictView, ...] = ()
    would_be_in_without: tuple[int, ...] | None = None
    blocks: tuple[int, ...] = ()
