"""What the stage and production both own: each reconciliation takes it from the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.gitops.objects import Manifest


def collisions(examined: Examined) -> Iterator[Finding]:
    """Find objects that are one and the same to the cluster."""
    for manifest in examined.stage:
        other = examined.production_by_id.get(manifest.id)
        if other is not None:
            yield finding(COLLISION.id, manifest, _collision(examined, manifest, other))


def _collision(examined: Examined, manifest: Manifest, other: Manifest) -> Said:
    is_elsewhere = other.path and other.path != manifest.path
    where = f" (from `{phrases.shown(other.path)}`)" if is_elsewhere else ""
    if examined.scopes.is_cluster_wide(manifest.id) and manifest.id.kind != "Namespace":
        remedy = (
            "Give it another name in the stage's overlay, such as"
            f" `{phrases.shown(manifest.id.name)}-stage`, and refer to it by that name; or list it"
            " in one of the two overlays only."
        )
    else:
        remedy = (
            "Set another `namespace:` in the kustomization of the stage's overlay, which renames"
            " the Namespace too; or list it in one of the two overlays only."
        )
    return Said(
        message=f"Production renders the same object{where}: both would own it, and each would"
        " change or delete it under the other.",
        remedy=remedy,
    )


COLLISION = Rule(
    id="collision",
    severity=Severity.ERROR,
    title="The stage and production render the same object",
    look=collisions,
    in_one_cluster=True,
)
