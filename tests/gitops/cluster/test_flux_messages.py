"""Messages as Flux's controllers write them: which object is to blame."""

from __future__ import annotations

import time

import pytest

from understudy.gitops.cluster.flux_messages import object_in


@pytest.mark.parametrize(
    ("message", "blamed"),
    [
        (
            (
                "PersistentVolume/navidrome-music-pv dry-run failed (Invalid): PersistentVolume"
                ' "navidrome-music-pv" is invalid: spec.persistentvolumesource: Forbidden'
            ),
            "PersistentVolume navidrome-music-pv",
        ),
        (
            "Deployment/immich-stage/immich-server dry-run failed: no matches",
            "Deployment immich-stage/immich-server",
        ),
        (
            "HelmRelease/web-stage/web namespace not specified: the server could not find",
            "HelmRelease web-stage/web",
        ),
        ("Middleware/web-stage/auth not found: no matches for kind", "Middleware web-stage/auth"),
        (
            (
                "timeout waiting for: [Deployment/web-stage/web status: 'InProgress',"
                " StatefulSet/db-stage/db status: 'InProgress']"
            ),
            "Deployment web-stage/web",
        ),
        (
            (
                "health check failed after 30.0s: failed early due to stalled resources:"
                " [Deployment/web-stage/web status: 'Failed': Progress deadline exceeded]"
            ),
            "Deployment web-stage/web",
        ),
        (
            (
                "Secret/web-stage/token is SOPS encrypted, configuring decryption is required"
                " for this secret to be reconciled"
            ),
            "Secret web-stage/token",
        ),
        (
            "Source 'GitRepository/flux-system/staging' not found",
            "GitRepository flux-system/staging",
        ),
        (
            "dependency 'flux-system/infra' is not ready",
            "Kustomization flux-system/infra",
        ),
        (
            "ClusterRole/system:auth-delegator delete failed: forbidden",
            "ClusterRole system:auth-delegator",
        ),
        ("kustomize build failed: accumulating resources: open /tmp/x/apps/base: no such file", ""),
        ("kustomization path not found: stat /tmp/kustomization-1/apps/staging: no such file", ""),
        ("Applied revision: staging@sha1:1111111111111111111111111111111111111111", ""),
        ("", ""),
    ],
)
def test_the_object_that_a_message_blames(message: str, blamed: str) -> None:
    assert object_in(message) == blamed


@pytest.mark.parametrize("piece", ["A/", "Aa/a/", "a.", "[Deployment/a", "Aa/a-", "Source 'A/a/"])
def test_a_hostile_message_takes_no_time(piece: str) -> None:
    started = time.monotonic()

    object_in(piece * 100_000)

    assert time.monotonic() - started < 1
