from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.doctor.homes import (
    HOME,
    OVERLAY,
    PRODUCTION,
    SOURCE,
    STAGE,
    SYNC,
    looked_at,
    troubles,
)

if TYPE_CHECKING:
    from tests.world import World


def application(folder: str, revision: str) -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata: {name: apps, namespace: argocd}\n"
        "spec:\n  destination: {namespace: x, server: https://kubernetes.default.svc}\n"
        f"  source: {{path: {folder}, repoURL: https://github.com/ada/home,"
        f" targetRevision: {revision}}}\n"
    )


ARGO = {**dict.fromkeys((SYNC, PRODUCTION, SOURCE, STAGE)), OVERLAY: HOME[OVERLAY]}


def test_an_application_of_the_stage_follows_the_stage(world: World) -> None:
    seen = troubles(
        looked_at(world, {**ARGO, "argo/stage.yaml": application("apps/staging", "HEAD")})
    )

    assert seen == [
        (
            "problem argo-stage: argo/stage.yaml: Application `apps` deploys `apps/staging` from"
            " `the default branch`, and the stage is `staging` -> In argo/stage.yaml, set"
            " `targetRevision: staging`."
        )
    ]


def test_an_application_of_production_does_not(world: World) -> None:
    changes = {
        **ARGO,
        "argo/stage.yaml": application("apps/staging", "staging"),
        "argo/live.yaml": application("apps/production", "staging"),
    }

    assert troubles(looked_at(world, changes)) == [
        (
            "problem argo-production: argo/live.yaml: Application `apps` deploys `apps/production`"
            " from `staging`: production gets what nobody has merged -> In argo/live.yaml, set"
            " `targetRevision` to the branch of production."
        )
    ]
