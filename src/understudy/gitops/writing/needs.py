"""What the pods of an app name and nobody renders: without it they do not start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.gitops.isolation.podspecs import containers, pod_specs
from understudy.gitops.searching import entries, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from understudy.gitops.objects import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An object that something needs, by kind and name."""

    kind: str
    name: str
    needed_by: Manifest


def missing(manifests: Sequence[Manifest]) -> tuple[Need, ...]:
    """Return what is needed and not there, each once."""
    there = {found for each in manifests for found in _provided(each)}
    needs = {
        (need.kind, need.name): need
        for each in reversed(manifests)
        for need in _needs(each)
        if (need.kind, need.name) not in there
    }
    return tuple(needs[each] for each in sorted(needs))


def _provided(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield manifest.id.kind, manifest.id.name
    match manifest.id.kind:
        case "ExternalSecret":
            yield "Secret", text(manifest.at("spec", "target", "name")) or manifest.id.name
        case "SealedSecret":
            yield "Secret", manifest.id.name
        case "Certificate":
            yield "Secret", text(manifest.at("spec", "secretName"))
        case _:
            return


def _needs(manifest: Manifest) -> Iterator[Need]:
    for spec in pod_specs(manifest):
        for kind, name in _of_pod(spec):
            if name and name != "default":
                yield Need(kind=kind, name=name, needed_by=manifest)
    if manifest.id.kind == "HelmRelease":
        for each in entries(manifest.at("spec", "valuesFrom")):
            kind, name = text(each.get("kind")), text(each.get("name"))
            if name and not each.get("optional"):
                yield Need(kind=kind, name=name, needed_by=manifest)


def _of_pod(spec: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield "ServiceAccount", text(spec.get("serviceAccountName"))
    for secret in entries(spec.get("imagePullSecrets")):
        yield "Secret", text(secret.get("name"))
    for volume in entries(spec.get("volumes")):
        yield from _of_volume(volume)
    for container in containers(spec):
        for source in entries(container.get("envFrom")):
            yield from _named(source, ("configMapRef", "secretRef"))
        for variable in entries(container.get("env")):
            for source in entries(variable.get("valueFrom")):
                yield from _named(source, ("configMapKeyRef", "secretKeyRef"))


def _of_volume(volume: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for claim in entries(volume.get("persistentVolumeClaim")):
        yield "PersistentVolumeClaim", text(claim.get("claimName"))
    for secret in entries(volume.get("secret")):
        if not secret.get("optional"):
            yield "Secret", text(secret.get("secretName"))
    yield from _named(volume, ("configMap",))
    for projected in entries(volume.get("projected")):
        for source in entries(projected.get("sources")):
            yield from _named(source, ("configMap", "secret"))


def _named(source: Mapping[str, object], keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for key in keys:
        for each in entries(source.get(key)):
            if not each.get("optional"):
                kind = "Secret" if key.startswith("secret") else "ConfigMap"
                yield kind, text(each.get("name"))
