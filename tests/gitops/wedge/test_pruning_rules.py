from __future__ import annotations

import pytest

from tests.gitops.manifests import rendered
from understudy.gitops.wedge import comparing

SPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: app-stage%s}}\n"
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: app-stage%s}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 2Gi}}}
"""
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: app-stage}
spec: {selector: {matchLabels: {app: web}}}
"""
DATABASE = """
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: app-stage}
spec: {instances: 1, storage: {size: 5Gi}}
"""
SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: app-stage}
spec:
  selector: {matchLabels: {app: db}}
  volumeClaimTemplates: [{metadata: {name: data}}]
"""
VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: media-stage}
spec:
  capacity: {storage: 1Ti}
  accessModes: [ReadOnlyMany]
  nfs: {server: nas.example, path: /media}
"""
KEPT = ", annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}"


def _told(before: str, after: str, production: str = "") -> list[str]:
    found = comparing.findings(rendered(after), rendered(before), rendered(production))
    return [f"{each.severity.value} {each.rule} {each.subject}" for each in found]


@pytest.mark.parametrize("stored", [CLAIM % "", DATABASE, SET])
def test_an_app_that_leaves_with_what_it_stores_is_told(stored: str) -> None:
    """Trap 36: with `prune: true`, its namespace and volumes are deleted."""
    (found,) = comparing.findings((), rendered("---\n".join((SPACE % "", stored, WEB))))
    assert (found.severity.value, found.rule) == ("warning", "pruned-volume")
    assert found.subject == "Namespace app-stage"
    (storing,) = rendered(stored)
    assert f"what is stored by `{storing.id}`" in found.message
    assert "kustomize.toolkit.fluxcd.io/prune: disabled" in found.remedy


def test_an_app_that_stores_nothing_leaves_without_a_word() -> None:
    assert _told(f"{SPACE % ''}---{WEB}", "") == []


@pytest.mark.parametrize("spec", ["{storage: {kind: s3}}", "{size: 5Gi}", "{}"])
def test_an_object_of_somebody_s_own_kind_stores_nothing_without_a_size(spec: str) -> None:
    other = DATABASE.replace("{instances: 1, storage: {size: 5Gi}}", spec)
    assert _told(f"{SPACE % ''}---{other}", "") == []


def test_a_claim_that_leaves_alone_is_told() -> None:
    before = f"{SPACE % ''}---{CLAIM % ''}---{WEB}"
    assert _told(before, f"{SPACE % ''}---{WEB}") == [
        "warning pruned-volume PersistentVolumeClaim app-stage/data"
    ]


@pytest.mark.parametrize(
    "kept",
    [
        KEPT,
        ", annotations: {argocd.argoproj.io/sync-options: Prune=false}",
        ", annotations: {kustomize.toolkit.fluxcd.io/reconcile: disabled}",
        ", annotations: {kustomize.toolkit.fluxcd.io/ssa: Ignore}",
    ],
)
def test_what_is_kept_is_not_lost(kept: str) -> None:
    assert _told(f"{SPACE % kept}---{CLAIM % kept}", "") == []


def test_a_namespace_that_is_kept_does_not_keep_its_claims() -> None:
    assert _told(f"{SPACE % KEPT}---{CLAIM % ''}", "") == [
        "warning pruned-volume PersistentVolumeClaim app-stage/data"
    ]


@pytest.mark.parametrize(
    ("claim", "volume"),
    [
        ((CLAIM % "").replace("fast", "fast, volumeName: media-stage"), VOLUME),
        (CLAIM % "", f"{VOLUME}  claimRef: {{namespace: app-stage, name: data}}\n"),
        ((CLAIM % "").replace("fast", '""'), ""),
    ],
)
def test_a_claim_on_a_volume_that_somebody_wrote_down_loses_nothing(
    claim: str, volume: str
) -> None:
    assert _told(f"{SPACE % ''}---{claim}---{volume}", "") == []


def test_a_volume_that_is_deleted_with_its_claim_is_told() -> None:
    volume = f"{VOLUME}  persistentVolumeReclaimPolicy: Delete\n"
    claim = (CLAIM % "").replace("fast", "fast, volumeName: media-stage")
    assert _told(f"{SPACE % ''}---{claim}---{volume}", SPACE % "") == [
        "warning pruned-volume PersistentVolumeClaim app-stage/data",
        "warning pruned-volume PersistentVolume media-stage",
    ]


def test_claims_that_a_set_made_stay_unless_it_says_otherwise() -> None:
    deleting = f"{SET}  persistentVolumeClaimRetentionPolicy: {{whenDeleted: Delete}}\n"
    assert _told(f"{SPACE % ''}---{SET}", SPACE % "") == []
    assert _told(f"{SPACE % ''}---{deleting}", SPACE % "") == [
        "warning pruned-volume StatefulSet app-stage/db"
    ]


def test_a_namespace_that_is_pulled_away_under_its_objects_is_told() -> None:
    (found,) = comparing.findings(rendered(WEB), rendered(f"{SPACE % ''}---{WEB}"))
    assert (found.severity.value, found.rule) == ("error", "pruned-namespace")
    assert "`Deployment app-stage/web`" in found.message


@pytest.mark.parametrize(
    ("shared", "told"),
    [
        (WEB, "warning changed-owner Deployment app-stage/web"),
        (VOLUME, "warning changed-owner PersistentVolume media-stage"),
        (CLAIM % "", "error changed-owner PersistentVolumeClaim app-stage/data"),
    ],
)
def test_what_the_stage_gives_up_and_production_has_is_told(shared: str, told: str) -> None:
    assert told in _told(shared, "", shared)
    assert _told(shared, shared, shared) == []


def test_production_s_namespace_is_not_lost_without_a_word() -> None:
    before = f"{SPACE % ''}---{WEB}"
    assert _told(before, WEB, before) == ["error changed-owner Namespace app-stage"]


def test_what_production_has_is_safe_once_it_is_kept() -> None:
    assert _told(SPACE % KEPT, "", SPACE % KEPT) == []
