"""What an object's own annotations ask of Flux or Argo CD when they apply or remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.gitops.objects import Manifest

# https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
_FLUX = "kustomize.toolkit.fluxcd.io"
# https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
_ARGO = "argocd.argoproj.io/sync-options"

FORCE = f"{_FLUX}/force: enabled"
KEEP = f"{_FLUX}/prune: disabled"


def is_made_anew(manifest: Manifest) -> bool:
    """Tell whether it is deleted and created again where a change of it is refused."""
    return _flux(manifest, "force") == "enabled" or "force=true" in _argo(manifest)


def is_left_alone(manifest: Manifest) -> bool:
    """Tell whether an object that is in the cluster already is never changed."""
    return _flux(manifest, "ssa") in ("ifnotpresent", "ignore") or _is_not_reconciled(manifest)


def is_kept(manifest: Manifest) -> bool:
    """Tell whether it stays in the cluster when it is no longer rendered."""
    return (
        _flux(manifest, "prune") == "disabled"
        or _flux(manifest, "ssa") == "ignore"
        or _is_not_reconciled(manifest)
        or "prune=false" in _argo(manifest)
    )


def _is_not_reconciled(manifest: Manifest) -> bool:
    return _flux(manifest, "reconcile") == "disabled"


def _flux(manifest: Manifest, key: str) -> str:
    # Flux reads labels as it reads annotations.
    for place in ("annotations", "labels"):
        value = manifest.at("metadata", place, f"{_FLUX}/{key}")
        if isinstance(value, str):
            return value.lower()
    return ""


def _argo(manifest: Manifest) -> frozenset[str]:
    options = manifest.at("metadata", "annotations", _ARGO)
    words = options.lower().split(",") if isinstance(options, str) else ()
    return frozenset(word.strip() for word in words)
