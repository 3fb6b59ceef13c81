from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.controller_objects import CONTROLLER_OBJECT


@pytest.mark.parametrize(
    ("api_version", "kind", "severity"),
    [
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "error"),
        ("source.toolkit.fluxcd.io/v1", "GitRepository", "error"),
        ("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator", "error"),
        ("notification.toolkit.fluxcd.io/v1", "Receiver", "error"),
        ("notification.toolkit.fluxcd.io/v1beta3", "Alert", "warning"),
        ("fluxcd.controlplane.io/v1", "FluxInstance", "error"),
        ("argoproj.io/v1alpha1", "Application", "error"),
        ("argoproj.io/v1alpha1", "Rollout", None),
        ("argoproj.io/v1alpha1", "Workflow", None),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease", None),
        ("source.toolkit.fluxcd.io/v1", "HelmRepository", None),
        ("source.toolkit.fluxcd.io/v1", "OCIRepository", None),
        ("kustomize.config.k8s.io/v1beta1", "Kustomization", None),
    ],
)
def test_what_steers_a_controller_is_not_for_the_stage(
    api_version: str, kind: str, severity: str | None
) -> None:
    text = f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a, namespace: a-stage}}"
    found = told(CONTROLLER_OBJECT, examined(text))
    assert [line.split()[0] for line in found] == ([severity] if severity else [])
