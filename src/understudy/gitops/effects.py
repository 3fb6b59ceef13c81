"""What a revision changes among the rendered objects of a stage. Only objects are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.inspection import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.ports import Tree
    from understudy.gitops.objects import Manifest


def effect(before: tuple[Manifest, ...], after: tuple[Manifest, ...], *, against: str) -> Effect:
    """Compare two renders. Each object is named once, in the order in which it is rendered."""
    had = {manifest.id: manifest for manifest in before}
    has = {manifest.id: manifest for manifest in after}
    return Effect(
        against=against,
        added=tuple(str(each) for each in has if each not in had),
        changed=tuple(
            str(each)
            for each, manifest in has.items()
            # The file that it comes from may be another one: the cluster does not know.
            if each in had and had[each].body != manifest.body
        ),
        removed=tuple(str(each) for each in had if each not in has),
    )


def cannot_differ(before: Tree, after: Tree, folders: Iterable[str]) -> bool:
    """Tell whether two trees must render the same, given all folders that one render depends on."""
    return all(before.folder_id(folder) == after.folder_id(folder) for folder in folders)
