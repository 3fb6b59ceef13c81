"""Manifests whose parts are of any type: whoever opens a pull request writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.gitops.wedge.api_answers import answers
from understudy.core.config import Isolation
from understudy.gitops import effects
from understudy.gitops.isolation.registry import Examined, examine
from understudy.gitops.rendering.parsing import manifest
from understudy.gitops.schemas import validation
from understudy.gitops.wedge import comparing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.decisions import Finding
    from understudy.gitops.objects import Manifest

Body = dict[str, Any]
Place = tuple[str | int, ...]

CASES = Path(__file__).parent / "isolation" / "cases"

MORE = """
apiVersion: v1
kind: Secret
immutable: true
metadata: {name: keys, namespace: web-stage}
data: {a: YQ==}
stringData: {b: b}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: web-stage}
spec:
  suspend: true
  template:
    metadata: {labels: {a: b}}
    spec: {initContainers: [{name: i}], containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: alone, namespace: web-stage, annotations: {tailscale.com/hostname: web}}
spec:
  hostNetwork: true
  containers:
    - name: c
      image: i
      env: [{name: BOX, value: 10.0.0.9}]
      ports: [{containerPort: 80, hostIP: 10.0.0.9, protocol: UDP}]
      volumeMounts: [{name: dev, mountPath: /dev/ttyUSB0, readOnly: true}]
  volumes:
    - {name: dev, hostPath: {path: /dev/ttyUSB0}}
    - {name: nfs, nfs: {server: nas, path: /photos}}
    - name: csi
      csi: {driver: nfs.csi.k8s.io, volumeAttributes: {server: nas, share: /a, subDir: b}}
    - {name: disk, iscsi: {targetPortal: nas, iqn: a, lun: 0}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web, namespace: web-stage}
spec: {routes: [{match: Host(`web.example.org`), services: [{name: web, namespace: web}]}]}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web-stage}
spec:
  targetNamespace: web
  values:
    persistence: {media: {type: nfs, server: nas, path: /a, globalMounts: [{readOnly: true}]}}
    route: {app: {hostnames: ["{{ .Release.Name }}.example.org"]}}
---
apiVersion: example.org/v1
kind: Database
metadata: {name: db, namespace: web-stage}
spec:
  storage: {size: 1Gi}
  backup: {destinationPath: "s3://a", secretRef: {name: a, namespace: web}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: databases.example.org}
spec: {group: example.org, scope: Namespaced, names: {kind: Database, plural: databases}}
"""


def _as_json(text: str) -> list[Body]:
    documents = YAML(typ="safe", pure=True).load_all(text)
    return [each for each in msgspec.json.decode(msgspec.json.encode(list(documents))) if each]


ALL = (
    *_as_json(MORE),
    *(body for file in sorted(CASES.glob("*/*.yaml")) for body in _as_json(file.read_text())),
)
CHANGES = (
    *((each.before, each.after) for each in answers()),
    *((each, each) for each in _as_json(MORE)),
)

TEXTS = (
    *("", "*", "1Gi", "1e99", "10.0.0.5/24", "::1", "Recreate", "//nas/photos", "${HOST}"),
    *("Host(`a`", "a, b,, c", "tcp://10.0.0.5:6638", "web.web.svc", "{{ .x", "\x00\x1b[2J"),
    "x" * 1_000_000,
)
WORDS = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "spec", "host"]) | WORDS, inside, max_size=3)
    ),
    max_leaves=8,
)

often = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def places(value: object, above: Place = ()) -> Iterator[Place]:
    """Return where something is, all but what makes it an object."""
    inside: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    for key, each in inside:
        place = (*above, key)
        if place not in {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name")}:
            yield place
        yield from places(each, place)


def changed(body: Body, place: Place, value: object) -> Body:
    """Return it with another value in one place."""
    copy: Any = msgspec.json.decode(msgspec.json.encode(body))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    found: Body = copy
    return found


@st.composite
def spoiled(draw: st.DrawFn, body: Body) -> Body:
    """Return it with one to three values that are anything."""
    for _ in range(draw(st.integers(min_value=1, max_value=3))):
        there = list(places(body))
        body = changed(body, draw(st.sampled_from(there)), draw(ANY)) if there else body
    return body


def read(body: Body) -> Manifest:
    """Return it as it comes out of a render."""
    return manifest(
        msgspec.json.decode(msgspec.json.encode(body)), path="apps/staging/web/web.yaml"
    )


def all_said(stage: list[Body], other: list[Body]) -> list[Finding]:
    """Hold objects against all rules there are."""
    ours, theirs = tuple(map(read, stage)), tuple(map(read, other))
    effects.effect(theirs, ours, against="main")
    return [
        *examine(Examined(stage=ours, production=theirs, settings=Isolation())),
        *comparing.findings(ours, theirs, theirs),
        *validation.findings(ours),
    ]


@often
@given(st.data())
def test_no_rule_fails_on_what_a_manifest_holds(data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(ALL).flatmap(spoiled)) for _ in range(2))
    for each in all_said([one, *ALL], [other, *ALL]):
        assert each.subject
        assert each.remedy
        assert len(each.message) < 5_000


@often
@given(st.data())
def test_no_rule_fails_on_how_an_object_changes(data: st.DataObject) -> None:
    before, after = data.draw(st.sampled_from(CHANGES))
    for each in all_said([data.draw(spoiled(after))], [data.draw(spoiled(before))]):
        assert len(each.message) < 5_000


def test_what_is_nested_as_deeply_as_can_be_read_is_looked_at() -> None:
    deep: object = "a"
    for number in range(190):
        deep = [deep] if number % 2 else {"spec": deep, "name": "a"}
    for body in ALL:
        before, after = ({**body, "spec": each, "data": each} for each in (deep, {"x": deep}))
        all_said([after], [before])
