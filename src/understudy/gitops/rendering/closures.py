"""What the render of an overlay depends on, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.core.decisions import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What a render depends on. `folders` hold all `files`; no folder is inside another one.

    `listed`: the overlay has no kustomization, and stands for these files and folders instead.
    `remote`: it depends on what the network has too, so it is no function of the tree alone.
    `managed_by`: the overlay wants Kustomize's own label on each object.
    """

    root: str
    folders: frozenset[str]
    files: frozenset[str]
    problems: tuple[Finding, ...]
    listed: tuple[str, ...] = ()
    remote: bool = False
    managed_by: bool = False
