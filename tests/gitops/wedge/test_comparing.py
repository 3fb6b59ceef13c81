from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.manifests import rendered
from tests.gitops.wedge.api_answers import Answered, answers, manifest
from understudy.core.decisions import Severity
from understudy.gitops.wedge import comparing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.decisions import Finding

GROWING = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: grows}
provisioner: x/y
allowVolumeExpansion: true
"""


@pytest.mark.parametrize("answered", answers(), ids=lambda each: each.title)
def test_what_a_cluster_refuses_is_told_before_it_is_published(answered: Answered) -> None:
    """Trap 32: one object that is refused stops every app of the stage."""
    before, after = manifest(answered.before), manifest(answered.after)
    (class_,) = rendered(GROWING)
    found = list(comparing.findings((after, class_), (before, class_)))
    assert _gravest(found) == answered.told, found


def _gravest(found: Iterable[Finding]) -> str:
    severities = {each.severity for each in found}
    return next((each.value for each in Severity if each in severities), "nothing")


# --- how it is told -------------------------------------------------------------------------------

MOVIES = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: jellyfin-movies-pv-staging}
spec:
  capacity: {storage: 1Ti}
  accessModes: [ReadOnlyMany]
  nfs: {server: nas.example, path: /mnt/main/media/movies}
"""


def _told(before: str, after: str, path: str = "") -> list[str]:
    found = comparing.findings(rendered(after, path), rendered(before))
    return [f"{each.severity.value} {each.rule} {each.subject}: {each.message}" for each in found]


def test_a_volume_that_is_moved_is_told_with_both_places() -> None:
    """Trap 32: merely opening such a pull request stopped all apps of a stage."""
    after = rendered(MOVIES.replace("media/movies", "family/video"), "apps/base/pv.yaml")
    (found,) = comparing.findings(after, rendered(MOVIES))
    assert (found.rule, found.severity, found.path) == (
        "immutable-field",
        Severity.ERROR,
        "apps/base/pv.yaml",
    )
    assert found.subject == "PersistentVolume jellyfin-movies-pv-staging"
    assert found.message == (
        "It exists, and the cluster refuses to change `spec.nfs.path` from `/mnt/main/media/movies`"
        " to `/mnt/main/family/video`. As long as one object is refused, nothing of the stage is"
        " applied."
    )
    assert found.remedy == (
        "Give it a new name, so that a new one is made beside it. Or allow it in `isolation.allow`"
        " and delete the old one when the stage is published, after what uses it:"
        " `kubectl delete persistentvolume jellyfin-movies-pv-staging`."
    )


@pytest.mark.parametrize("place", ["env: [{name: A, value: TEXT}]", "args: [TEXT]"])
def test_what_opens_an_address_is_not_told(place: str) -> None:
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: a, namespace: a-stage}
        spec: {containers: [{name: c, image: i, PLACE}]}
    """.replace("PLACE", place)
    one, other = (
        pod.replace("TEXT", f"postgres://me:{each}@db.example/app") for each in ("hunter2", "other")
    )
    (line,) = _told(one, other)
    assert "`postgres://***@db.example/app`" in line
    assert "hunter2" not in line


JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: app-stage%s}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: db, image: "app:1"}]}
"""


def test_what_runs_is_told_by_the_name_of_its_container() -> None:
    (told,) = _told(JOB % "", (JOB % "").replace("app:1", "app:2"))
    assert "`spec.template.spec.containers[db].image` from `app:1` to `app:2`" in told


@pytest.mark.parametrize(
    "annotation",
    [
        "annotations: {kustomize.toolkit.fluxcd.io/force: enabled}",
        "annotations: {kustomize.toolkit.fluxcd.io/force: Enabled}",
        "labels: {kustomize.toolkit.fluxcd.io/force: enabled}",
        "annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}",
        "annotations: {kustomize.toolkit.fluxcd.io/ssa: Ignore}",
        "annotations: {kustomize.toolkit.fluxcd.io/reconcile: disabled}",
        "annotations: {argocd.argoproj.io/sync-options: 'Replace=true, Force=true'}",
    ],
)
def test_an_object_that_is_made_anew_or_left_alone_stops_nothing(annotation: str) -> None:
    text = JOB % f", {annotation}"
    assert _told(text, text.replace("app:1", "app:2")) == []


def test_an_object_in_the_cluster_may_ask_for_it_too() -> None:
    asked = JOB % ", annotations: {kustomize.toolkit.fluxcd.io/force: enabled}"
    assert _told(asked, (JOB % "").replace("app:1", "app:2")) == []


def test_an_annotation_with_another_value_changes_nothing() -> None:
    text = JOB % ", annotations: {kustomize.toolkit.fluxcd.io/force: disabled}"
    assert len(_told(text, text.replace("app:1", "app:2"))) == 1


def test_a_volume_that_is_made_anew_waits_for_what_uses_it() -> None:
    force = "annotations: {kustomize.toolkit.fluxcd.io/force: enabled}"
    text = MOVIES.replace("-staging}", f"-staging, {force}}}")
    (told,) = _told(text, text.replace("movies}", "films}"))
    assert told.startswith("warning immutable-field")


def test_a_change_of_many_fields_is_told_in_short() -> None:
    after = (
        (JOB % "")
        .replace("app:1", "app:2")
        .replace("name: db,", "name: db, command: [a], args: [b], tty: true,")
    )
    (told,) = _told(JOB % "", after)
    assert told.count("` from ") == 3
    assert "and 1 more" in told


def test_the_content_of_an_immutable_secret_is_never_shown() -> None:
    text = (
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, immutable: true,"
        " stringData: {password: hunter2}}"
    )
    (told,) = _told(text, text.replace("hunter2", "hunter3"))
    assert "`data.password`" in told
    assert "hunter" not in told


def test_a_hostile_name_stays_one_word_of_the_command() -> None:
    text = MOVIES.replace("jellyfin-movies-pv-staging", '"a; rm -rf ~\\n"')
    (found,) = comparing.findings(rendered(text.replace("movies}", "films}")), rendered(text))
    assert "`kubectl delete persistentvolume 'a; rm -rf ~?'`" in found.remedy


SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: app-stage}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: db}]}}
"""


@pytest.mark.parametrize(
    ("before", "after", "text", "remedy"),
    [
        (
            "serviceName: db",
            "serviceName: other",
            SET,
            "kubectl delete statefulset.apps db --namespace app-stage --cascade=orphan",
        ),
        ("app:1", "app:2", JOB % "", "kustomize.toolkit.fluxcd.io/force: enabled"),
        ("storage: 2Gi", "storage: 1Gi", "", "Leave its size, or give it a new name."),
    ],
)
def test_the_remedy_is_a_command_or_an_annotation(
    before: str, after: str, text: str, remedy: str
) -> None:
    text = text or CLAIM
    (found,) = comparing.findings(rendered(text.replace(before, after)), rendered(text))
    assert remedy in found.remedy


CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: app-stage}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 2Gi}}}
"""


def test_a_class_that_does_not_grow_is_known_by_its_own_object() -> None:
    class_ = GROWING.replace("grows", "fast").replace("true", "false")
    told = _told(f"{CLAIM}---{class_}", f"{CLAIM.replace('2Gi', '3Gi')}---{class_}")
    assert [each.partition(":")[0] for each in told] == [
        "error immutable-field PersistentVolumeClaim app-stage/data"
    ]


WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: app-stage}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
"""


def test_a_strategy_that_the_cluster_refuses_is_told_with_one_that_does_the_same() -> None:
    after = WEB.replace("spec:\n", "spec:\n  strategy: {type: Recreate}\n", 1)
    (found,) = comparing.findings(rendered(after), rendered(WEB))
    assert (found.rule, found.severity) == ("left-over-field", Severity.ERROR)
    assert "`spec.strategy.type` from `RollingUpdate` to `Recreate`" in found.message
    assert found.remedy.startswith("Keep `RollingUpdate` with `maxSurge: 0`")
    assert "Or give it the annotation `kustomize.toolkit.fluxcd.io/force: enabled`" in found.remedy


def test_the_same_stage_has_nothing_to_tell() -> None:
    everything = "---".join((MOVIES, JOB % "", SET, CLAIM, GROWING))
    assert _told(everything, everything) == []


def test_a_new_object_has_nothing_to_tell() -> None:
    assert _told("", "---".join((MOVIES, JOB % "", SET, CLAIM, GROWING))) == []
