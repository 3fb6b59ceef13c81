"""Inspections made by hand, for tests of how they are told."""

from __future__ import annotations

from understudy.core.decisions import Finding, Severity
from understudy.core.inspection import Base, Effect, Excused, Inspection, Overlay

TITLES = {"collision": "An object that production has too"}

COLLISION = Finding(
    rule="collision",
    subject="Deployment immich/immich",
    message="production renders it too, from apps/production/immich.",
    remedy="Set `namespace: immich-stage` in the stage's overlay.",
    path="apps/base/immich/deployment.yaml",
)
ANOTHER = Finding(
    rule="collision",
    subject="Service immich/immich",
    message="production renders it too, from apps/production/immich.",
    remedy="Set `namespace: immich-stage` in the stage's overlay.",
    path="apps/base/immich/service.yaml",
)
ORPHAN = Finding(
    rule="orphan-overlay",
    subject="apps/staging/mosquitto",
    message="no kustomization lists it.",
    remedy="List it, or delete it.",
    severity=Severity.WARNING,
)
HOST = Finding(
    rule="shared-host",
    subject="Ingress web-stage/web",
    message="it answers to web.example.org, as production does.",
    remedy="Give it another host name.",
    path="apps/base/web/ingress.yaml",
)
STAGE = Overlay(path="apps/staging", objects=265)
PRODUCTION = Overlay(path="apps/production", objects=385)
CLEAN = Inspection(revision="the work tree", stage=STAGE, production=PRODUCTION)
FULL = Inspection(
    revision="the work tree",
    stage=STAGE,
    production=PRODUCTION,
    base=Base(revision="main at 612eedf"),
    published="staging at 96393ba",
    findings=(COLLISION, ANOTHER, ORPHAN),
    known=(HOST,),
    excused=(Excused(finding=HOST, reason="Only for the demonstration."),),
    effect=Effect(
        against="main at 612eedf",
        added=("Deployment immich/immich", "Service immich/immich"),
        removed=("Namespace old-stage",),
    ),
)
