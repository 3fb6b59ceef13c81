"""The kinds of Flux that the tests' cluster knows."""

from __future__ import annotations

from lightkube.generic_resource import create_namespaced_resource

GitRepository = create_namespaced_resource(
    "source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories"
)
Kustomization = create_namespaced_resource(
    "kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"
)
KINDS = {"GitRepository": GitRepository, "Kustomization": Kustomization}
