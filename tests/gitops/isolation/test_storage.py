from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.storage import SHARED_STORAGE

PHOTOS = """
    # apps/staging/immich/nfs-photos.yaml
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: immich-photos-pv-NAME}
    spec:
      accessModes: [ReadWriteMany]
      mountOptions: [nfsvers=3, OPTION]
      nfs: {server: nas.example.com, path: PATH, readOnly: false}
"""


def photos(name: str, path: str, option: str = "hard") -> str:
    return PHOTOS.replace("NAME", name).replace("PATH", path).replace("OPTION", option)


@pytest.mark.parametrize(
    ("path", "option", "severity"),
    [
        ("/mnt/media/photos", "hard", "error"),
        ("/mnt/media/photos/", "hard", "error"),
        ("/mnt/media", "hard", "error"),
        ("/mnt/media/photos/2024", "hard", "error"),
        ("/mnt/media/photos", "ro", "warning"),
        ("/mnt/media/photos-staging", "hard", None),
        ("/mnt/media/videos", "hard", None),
    ],
)
def test_an_export_is_shared_where_one_is_part_of_the_other(
    path: str, option: str, severity: str | None
) -> None:
    look_at = examined(photos("stage", path, option), photos("prod", "/mnt/media/photos"))
    found = told(SHARED_STORAGE, look_at)
    assert [line.split()[0] for line in found] == ([severity] if severity else [])


def test_the_export_and_its_other_user_are_named() -> None:
    look_at = examined(photos("stage", "/mnt/media/photos"), photos("prod", "/mnt/media"))
    (found,) = SHARED_STORAGE.look(look_at)
    assert found.path == "apps/staging/immich/nfs-photos.yaml"
    assert found.message == (
        "It can write to the NFS export `nas.example.com:/mnt/media/photos`, which production uses"
        " as `nas.example.com:/mnt/media` too (`PersistentVolume immich-photos-pv-prod`)."
    )


POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: jellyfin, namespace: NAMESPACE}
    spec:
      template:
        spec:
          containers:
            - name: jellyfin
              image: jellyfin/jellyfin
              volumeMounts: [{name: media, mountPath: /media, readOnly: READONLY}]
          volumes: [{name: media, VOLUME}]
"""
NFS = "nfs: {server: nas.example.com, path: /mnt/media/photos}"
NFS_BY_CSI = (
    "csi: {driver: nfs.csi.k8s.io, volumeAttributes: {server: nas.example.com, share: /mnt/media,"
    " subDir: photos}}"
)


@pytest.mark.parametrize("volume", [NFS, NFS_BY_CSI])
@pytest.mark.parametrize(("read_only", "severity"), [("true", "warning"), ("false", "error")])
def test_a_pod_that_mounts_an_export_itself_counts_too(
    volume: str, read_only: str, severity: str
) -> None:
    stage = POD.replace("NAMESPACE", "jellyfin-stage").replace("VOLUME", volume)
    look_at = examined(stage.replace("READONLY", read_only), photos("prod", "/mnt/media/photos"))
    (line,) = told(SHARED_STORAGE, look_at)
    assert line.startswith(f"{severity} shared-storage: Deployment jellyfin-stage/jellyfin: ")


def test_a_folder_of_an_export_is_below_what_is_shared_however_it_is_written() -> None:
    stage = POD.replace("NAMESPACE", "jellyfin-stage").replace("VOLUME", NFS_BY_CSI)
    stage = stage.replace("subDir: photos", "subDir: /photos").replace("READONLY", "false")
    look_at = examined(stage, photos("prod", "/mnt/media/photos"))
    assert len(told(SHARED_STORAGE, look_at)) == 1


def test_what_stands_beside_a_volume_says_nothing_of_it() -> None:
    text = """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: sonarr, namespace: sonarr-stage}
        spec: {values: {nfs: {server: nas.example.com, path: /mnt/media}, config: {readOnly: true}}}
    """
    (line,) = told(SHARED_STORAGE, examined(text, photos("prod", "/mnt/media/photos")))
    assert line.startswith("error ")


def test_a_kind_that_makes_pods_of_its_own_has_mounts_of_its_own() -> None:
    text = f"""
        apiVersion: monitoring.coreos.com/v1
        kind: Prometheus
        metadata: {{name: a, namespace: a-stage}}
        spec:
          containers: [{{name: sidecar, image: a}}]
          volumeMounts: [{{name: media, mountPath: /media}}]
          volumes: [{{name: media, {NFS}}}]
    """
    (line,) = told(SHARED_STORAGE, examined(text, photos("prod", "/mnt/media/photos")))
    assert line.startswith("error ")


DISK = """
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: data-pv-NAME}
    spec: {accessModes: [ReadWriteOnce], SOURCE}
"""


@pytest.mark.parametrize(
    "source",
    [
        "csi: {driver: ebs.csi.aws.com, volumeHandle: vol-ID}",
        "csi: {driver: smb.csi.k8s.io, volumeHandle: x, volumeAttributes: {source: //nas/ID}}",
        "iscsi: {targetPortal: '10.0.0.1:3260', iqn: 'iqn.2024-01.com.example:ID', lun: 0}",
        "gcePersistentDisk: {pdName: ID}",
        "vsphereVolume: {volumePath: ID}",
        "rbd: {monitors: [a], image: ID}",
        "cephfs: {monitors: [ID]}",
        "fc: {targetWWNs: [ID]}",
        "fc: {wwids: [ID]}",
        "local: {path: /data/ID}",
        "hostPath: {path: /data/ID}",
    ],
)
def test_a_disk_can_belong_to_one_only(source: str) -> None:
    text = DISK.replace("SOURCE", source)
    production = text.replace("NAME", "prod").replace("ID", "one")
    stage = text.replace("NAME", "stage")
    assert len(told(SHARED_STORAGE, examined(stage.replace("ID", "one"), production))) == 1
    assert told(SHARED_STORAGE, examined(stage.replace("ID", "two"), production)) == []


CHART = """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: sonarr, namespace: NAMESPACE}
    spec:
      values:
        persistence:
          media:
            type: nfs
            server: nas.example.com
            path: PATH
            globalMounts: [{path: /media, readOnly: READONLY}]
"""


def test_a_chart_mounts_exports_by_its_values() -> None:
    production = CHART.replace("NAMESPACE", "sonarr").replace("PATH", "/mnt/media")
    stage = CHART.replace("NAMESPACE", "sonarr-stage").replace("PATH", "/mnt/media")
    (line,) = told(SHARED_STORAGE, examined(stage.replace("READONLY", "false"), production))
    assert line.startswith("error ")
    (line,) = told(SHARED_STORAGE, examined(stage.replace("READONLY", "true"), production))
    assert line.startswith("warning ")


CLAIM = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: navidrome-music-pvc, namespace: NAMESPACE}
    spec: {volumeName: VOLUME, storageClassName: ""}
"""


def test_a_claim_on_a_volume_of_production_is_found() -> None:
    production = f"""{CLAIM.replace("NAMESPACE", "navidrome-prod")}
    ---
    {DISK.strip()}
    """.replace("VOLUME", "data-pv-prod").replace("data-pv-NAME", "data-pv-prod")
    production = production.replace("SOURCE", "nfs: {server: nas, path: /mnt/music}")
    stage = CLAIM.replace("NAMESPACE", "navidrome-stage").replace("VOLUME", "data-pv-prod")
    (line,) = told(SHARED_STORAGE, examined(stage, production))
    assert "It claims the PersistentVolume `data-pv-prod`, which is production's" in line
    assert told(SHARED_STORAGE, examined(stage.replace("-prod", "-stage"), production)) == []


BACKUP = """
    apiVersion: barmancloud.cnpg.io/v1
    kind: ObjectStore
    metadata: {name: immich-backup, namespace: NAMESPACE}
    spec: {configuration: {destinationPath: "s3://backup/PLACE/immich"}}
"""


def test_backups_to_one_place_are_a_warning() -> None:
    production = BACKUP.replace("NAMESPACE", "immich-prod").replace("PLACE", "production")
    stage = BACKUP.replace("NAMESPACE", "immich-stage")
    (line,) = told(SHARED_STORAGE, examined(stage.replace("PLACE", "production"), production))
    assert line.startswith("warning shared-storage: ObjectStore immich-stage/immich-backup: ")
    assert told(SHARED_STORAGE, examined(stage.replace("PLACE", "staging"), production)) == []


def test_a_stage_may_begin_with_a_backup_of_production() -> None:
    production = BACKUP.replace("NAMESPACE", "immich-prod").replace("PLACE", "production")
    stage = """
        apiVersion: postgresql.cnpg.io/v1
        kind: Cluster
        metadata: {name: immich-db, namespace: immich-stage}
        spec:
          externalClusters:
            - name: production
              barmanObjectStore: {destinationPath: "s3://backup/production/immich"}
    """
    assert told(SHARED_STORAGE, examined(stage, production)) == []
