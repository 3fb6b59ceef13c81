"""What the cluster would refuse or lose if the candidate followed what is on the stage now.

One object that is refused stops the whole Kustomization. Nothing here asks a cluster: what it has
is taken to be what the published stage renders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Said, finding
from understudy.gitops.wedge import claim_rules, field_rules, policies, pruning_rules, remedies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import Manifest
    from understudy.gitops.wedge.fields import Change

IMMUTABLE_FIELD = "immutable-field"
LEFT_OVER_FIELD = "left-over-field"
SHRINKING_VOLUME = "shrinking-volume"

TITLES: Mapping[str, str] = {
    IMMUTABLE_FIELD: "a field is changed that cannot change once the object exists",
    LEFT_OVER_FIELD: "a field that the cluster filled in stands against the change",
    SHRINKING_VOLUME: "a claim asks for less storage than it has",
    pruning_rules.CHANGED_OWNER: "the stage deletes what production has too",
    pruning_rules.PRUNED_NAMESPACE: "a namespace is deleted under objects that stay",
    pruning_rules.PRUNED_VOLUME: "what is stored on the stage is deleted",
}
"""The rules, each in a few words."""

_TOLD = 3


def findings(
    candidate: tuple[Manifest, ...],
    published: tuple[Manifest, ...],
    production: tuple[Manifest, ...] = (),
) -> Iterator[Finding]:
    """Compare the rendered candidate with the rendered stage that the cluster has now."""
    now = {manifest.id: manifest for manifest in published}
    classes = [each for each in (*candidate, *production) if each.id.kind == "StorageClass"]
    for manifest in candidate:
        before = now.get(manifest.id)
        if before is None or policies.is_left_alone(manifest):
            continue
        yield from _refused(before, manifest)
        for change in claim_rules.grown_in_vain(before, manifest, classes):
            yield finding(IMMUTABLE_FIELD, manifest, _cannot_grow(manifest, change))
    yield from pruning_rules.changed_owners(candidate, published, production)
    yield from pruning_rules.emptied_namespaces(candidate, published, production)
    yield from pruning_rules.pruned_volumes(candidate, published)


def _refused(before: Manifest, manifest: Manifest) -> Iterator[Finding]:
    is_made_anew = policies.is_made_anew(manifest) or policies.is_made_anew(before)
    if is_made_anew and not remedies.is_in_use(manifest.id):
        return
    if changes := tuple(field_rules.refused(before, manifest)):
        yield finding(IMMUTABLE_FIELD, manifest, _immutable(manifest, changes))
    for change in field_rules.left_over(before, manifest):
        yield finding(LEFT_OVER_FIELD, manifest, _left_over(manifest, change))
    for change in claim_rules.shrunk(before, manifest):
        yield finding(SHRINKING_VOLUME, manifest, _shrinks(manifest, change))


def _immutable(manifest: Manifest, changes: tuple[Change, ...]) -> Said:
    certain = tuple(change for change in changes if change.is_certain)
    told = certain or changes
    rest = len(told) - _TOLD
    listed = ", ".join(map(str, told[:_TOLD])) + (f" and {rest} more" if rest > 0 else "")
    unless = "" if certain else ", unless that is what the cluster has already filled in"
    return Said(
        message=f"It exists, and the cluster refuses to change {listed}{unless}. As long as one"
        " object is refused, nothing of the stage is applied.",
        remedy=remedies.for_refused(manifest),
        severity=_severity(manifest, is_certain=bool(certain)),
    )


def _severity(manifest: Manifest, *, is_certain: bool) -> Severity:
    # A Job that is deleted when it is done is in the way for so long; a volume that Flux makes anew
    # only until nothing uses it.
    passes = manifest.at("spec", "ttlSecondsAfterFinished") is not None
    gives_way = policies.is_made_anew(manifest) or (manifest.id.kind == "Job" and passes)
    return Severity.ERROR if is_certain and not gives_way else Severity.WARNING


def _left_over(manifest: Manifest, change: Change) -> Said:
    return Said(
        message=f"The cluster refuses {change}: it has filled in `rollingUpdate` beside the old"
        " type, which stays there and may not be beside the new one.",
        remedy=remedies.for_left_over(manifest),
    )


def _shrinks(manifest: Manifest, change: Change) -> Said:
    return Said(
        message=f"The cluster refuses to change {change}: a claim can grow, and not shrink.",
        remedy=remedies.for_size(manifest),
        severity=_severity(manifest, is_certain=True),
    )


def _cannot_grow(manifest: Manifest, change: Change) -> Said:
    return Said(
        message=f"The cluster refuses to change {change}: a claim can grow only if its storage"
        " class has `allowVolumeExpansion`.",
        remedy=remedies.for_size(manifest),
    )
