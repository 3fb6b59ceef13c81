"""Objects by which a stage would tell Flux or Argo CD to deploy something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import ObjectId

_DEPLOYING = {
    "kustomize.toolkit.fluxcd.io": ("Kustomization",),
    "source.toolkit.fluxcd.io": ("GitRepository",),
    "source.extensions.fluxcd.io": ("ArtifactGenerator",),
    "image.toolkit.fluxcd.io": ("ImageUpdateAutomation",),
    "notification.toolkit.fluxcd.io": ("Receiver",),
    "fluxcd.controlplane.io": ("FluxInstance", "ResourceSet", "ResourceSetInputProvider"),
    "argoproj.io": ("Application", "ApplicationSet", "AppProject"),
}
_ONLY_TELLING = {
    "notification.toolkit.fluxcd.io": ("Alert", "Provider"),
    "image.toolkit.fluxcd.io": ("ImageRepository", "ImagePolicy"),
}


def controller_objects(examined: Examined) -> Iterator[Finding]:
    """Find them. A HelmRelease and the chart it is made of deploy one app, and are none."""
    for manifest in examined.apart:
        if _is_among(_DEPLOYING, manifest.id):
            severity = Severity.ERROR
        elif _is_among(_ONLY_TELLING, manifest.id):
            severity = Severity.WARNING
        else:
            continue
        controller = "Argo CD" if manifest.id.group == "argoproj.io" else "Flux"
        said = Said(
            message=f"A pull request on the stage could change what {controller} does with this"
            f" {phrases.shown(manifest.id.kind)}, with {controller}'s own rights.",
            remedy="Keep it in the cluster's folder, which is applied from the base branch, and out"
            " of the stage's overlay.",
            severity=severity,
        )
        yield finding(CONTROLLER_OBJECT.id, manifest, said)


def _is_among(kinds: Mapping[str, tuple[str, ...]], object_id: ObjectId) -> bool:
    return object_id.kind in kinds.get(object_id.group, ())


CONTROLLER_OBJECT = Rule(
    id="controller-object",
    severity=Severity.ERROR,
    title="The stage contains an object that steers Flux or Argo CD",
    look=controller_objects,
)
