"""What of a stage is not in the stage's namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.gitops.objects import Manifest


def escaped(examined: Examined) -> Iterator[Finding]:
    """Find what lives in a namespace that is not the stage's, or in none that is told."""
    for manifest in examined.apart:
        if examined.scopes.is_cluster_wide(manifest.id):
            continue
        if not examined.own.has_namespace(manifest.id.namespace):
            yield finding(ESCAPED_NAMESPACE.id, manifest, _outside(examined, manifest))
    yield from _released_elsewhere(examined)


def _outside(examined: Examined, manifest: Manifest) -> Said:
    wanted = phrases.listed(examined.settings.namespaces, last="or")
    if namespace := manifest.id.namespace:
        return Said(
            message=f"It is in the namespace `{phrases.shown(namespace)}`, which is not the"
            f" stage's: those are {wanted}.",
            remedy="Set `namespace:` in the kustomization of the overlay that lists it"
            + _or_add(examined, namespace),
        )
    return Said(
        message=f"It has no namespace, so that it is created in `default`; the stage's are"
        f" {wanted}.",
        remedy="Set `namespace:` in the kustomization of the overlay that lists it.",
    )


def _or_add(examined: Examined, namespace: str) -> str:
    if namespace in {"default", "kube-system", *examined.production_namespaces}:
        return "; if it has to be there, allow it, with the reason."
    return f", or add `{phrases.shown(namespace)}` to `isolation.namespaces` if it is the stage's."


def _released_elsewhere(examined: Examined) -> Iterator[Finding]:
    for manifest in examined.apart:
        if manifest.id.group != "helm.toolkit.fluxcd.io":
            continue
        for field, what in _OF_RELEASES.items():
            target = text(manifest.at("spec", field))
            if target and not examined.own.has_namespace(target):
                said = Said(
                    message=f"{what} in `{phrases.shown(target)}`, which is not a namespace of the"
                    " stage.",
                    remedy=f"Patch `spec.{field}` in the stage's overlay, or remove it there.",
                )
                yield finding(ESCAPED_NAMESPACE.id, manifest, said)


_OF_RELEASES = {
    "targetNamespace": "Its chart is installed",
    "storageNamespace": "Helm keeps what it knows of the release",
}


def cluster_wide(examined: Examined) -> Iterator[Finding]:
    """Find what belongs to the whole cluster and has no name of the stage's own."""
    for manifest in examined.apart:
        if not examined.scopes.is_cluster_wide(manifest.id):
            continue
        if manifest.id.kind == "Namespace":
            if not examined.own.has_namespace(manifest.id.name):
                yield finding(CLUSTER_SCOPED.id, manifest, _foreign_namespace(examined, manifest))
        elif not examined.own.has_name(manifest.id.name):
            yield finding(CLUSTER_SCOPED.id, manifest, _unmarked(manifest))


def _foreign_namespace(examined: Examined, manifest: Manifest) -> Said:
    uses = [each for each in examined.stage if each.id.namespace == manifest.id.name]
    what = f" and {len(uses)} of the stage's objects are in it" if uses else ""
    return Said(
        message=f"The stage owns the namespace `{phrases.shown(manifest.id.name)}`, which is not"
        f" named as its own are ({several(examined.settings.namespaces)}){what}. When the app"
        " leaves the stage, the namespace is deleted with all that is in it.",
        remedy="Let the overlay's `namespace:` rename it, or take it out of the stage's overlay.",
    )


def _unmarked(manifest: Manifest) -> Said:
    name = phrases.shown(manifest.id.name)
    return Said(
        message=f"A {phrases.shown(manifest.id.kind)} belongs to the whole cluster, and the name"
        f" `{name}` does not say that it is the stage's.",
        remedy=f"Give it a name of its own in the stage's overlay, such as `{name}-stage`"
        " (`nameSuffix:` or a patch), or leave it to the part of the repository that sets up the"
        " cluster.",
    )


ESCAPED_NAMESPACE = Rule(
    id="escaped-namespace",
    severity=Severity.ERROR,
    title="An object of the stage is not in one of the stage's namespaces",
    look=escaped,
    in_one_cluster=True,
)
CLUSTER_SCOPED = Rule(
    id="cluster-scoped",
    severity=Severity.ERROR,
    title="An object that belongs to the whole cluster has no name of the stage's own",
    look=cluster_wide,
    in_one_cluster=True,
)
