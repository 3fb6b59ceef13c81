from __future__ import annotations

import builtins
import json
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tests.gitops.manifests import rendered
from understudy.core.decisions import Severity
from understudy.core.errors import UsageError
from understudy.gitops.schemas import validation, versions

if TYPE_CHECKING:
    from understudy.core.decisions import Finding

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: web-stage}
spec:
  type: ClusterIP
  ports: [{name: http, port: 80, targetPort: http}]
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web-stage, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
          env: [{name: A, value: b}]
          resources: {limits: {cpu: 1, memory: 1.5Gi}, requests: {cpu: 0.5}}
          livenessProbe: {httpGet: {port: http, path: /}, periodSeconds: 10}
"""
SEALED = "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: aGk=}}\n"
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
KUSTOMIZATION = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps-staging, namespace: flux-system}
spec:
  interval: 10m0s
  path: ./apps/staging
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system-staging}
"""
SOURCE = """
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system-staging, namespace: flux-system}
spec:
  interval: 1m0s
  ref: {branch: staging}
  url: ssh://git@github.com/ada/home
"""
RELEASE = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web-stage}
spec:
  interval: 1h
  chartRef: {kind: OCIRepository, name: web}
  values: {anything: {at: [all]}}
"""
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
"""
OTHER = """
apiVersion: example.org/v1
kind: Thing
metadata: {name: t}
spec: {whatever: it says}
"""
ALERT = """
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: a}
spec: {providerRef: {name: p}, eventSources: [{kind: FluxInstance, name: "*"}]}
"""
RIGHT = (
    *(SERVICE, DEPLOYMENT, SEALED, CLAIM, ROLE),
    *(KUSTOMIZATION, SOURCE, RELEASE, ALERT, OTHER),
)


def _found(text: str) -> list[Finding]:
    return list(validation.findings(rendered(text)))


@pytest.mark.parametrize("text", RIGHT, ids=lambda text: rendered(text)[0].id.kind)
def test_what_is_written_right_is_not_told(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (SERVICE, "port: 80", 'port: "80"', "port` is `80` (text), and must be a whole number"),
        (SERVICE, "ClusterIP", "Clusterip", "`spec.type` is `Clusterip`, and must be `ClusterIP`,"),
        (SERVICE, "port: 80,", "", "`spec.ports[0].port` is missing"),
        (DEPLOYMENT, "value: b", "value: true", "env[0].value` is `true` (true or false)"),
        (DEPLOYMENT, "{app: web}}\nspec", "{app: 1}}\nspec", "`metadata.labels.app` is `1`"),
        (DEPLOYMENT, "1.5Gi", "1.5GB", "`1.5GB`, and must be an amount such as `500m` or `1Gi`"),
        (DEPLOYMENT, "name: web\n          image", "image", "containers[0].name` is missing"),
        (CLAIM, "[ReadWriteOnce]", "ReadWriteOnce", "must be a list"),
        (CLAIM, "ReadWriteOnce", "ReadWriteOften", "`spec.accessModes[0]` is `ReadWriteOften`"),
        (SEALED, "aGk=", "hunter2!", "`data.a` is text, and must be in base64"),
        (KUSTOMIZATION, "10m0s", "10 minutes", "must be a time such as `30s`, `5m` or `1h30m`"),
        (KUSTOMIZATION, "  prune: true\n", "", "`spec.prune` is missing"),
        (KUSTOMIZATION, "GitRepository,", "GitRepo,", "`spec.sourceRef.kind` is `GitRepo`"),
        (SOURCE, "ssh://git@github.com/ada", "git@github.com:ada", "must be of the form"),
        (RELEASE, "1h", "60", "`spec.interval` is `60` (a number), and must be text"),
        (ROLE, "verbs: [get]", "verbs: get", "`rules[0].verbs` is `get` (text)"),
    ],
)  # fmt: skip
def test_what_the_cluster_refuses_is_told(text: str, old: str, new: str, message: str) -> None:
    assert old in text
    (found,) = _found(text.replace(old, new))
    assert (found.rule, found.severity) == ("schema", Severity.ERROR)
    assert message in found.message
    assert "The cluster refuses the" in found.message


@pytest.mark.parametrize(
    ("text", "old", "new", "field", "meant"),
    [
        (KUSTOMIZATION, "prune:", "prunes: true\n  prune:", "spec.prunes", "spec.prune"),
        (KUSTOMIZATION, "spec:", "prune: true\nspec:", "prune", "spec.prune"),
        (SOURCE, "branch:", "brnch: a, branch:", "spec.ref.brnch", "spec.ref.branch"),
        (ROLE, "verbs:", "verb: [a], verbs:", "rules[0].verb", "rules[0].verbs"),
    ],
)
def test_a_field_that_flux_or_the_cluster_refuses_is_an_error(
    text: str, old: str, new: str, field: str, meant: str
) -> None:
    (found,) = _found(text.replace(old, new))
    assert (found.rule, found.severity) == ("schema", Severity.ERROR)
    assert f"There is no field `{field}` in " in found.message
    assert f"Did you mean `{meant}`?" in found.remedy


@pytest.mark.parametrize(
    ("text", "old", "new", "field", "meant"),
    [
        (SERVICE, "spec:", "type: ClusterIP\nspec:", "type", "spec.type"),
        (SERVICE, "ports:", "port: 80\n  ports:", "spec.port", "spec.ports"),
        (DEPLOYMENT, "replicas:", "replica: 1\n  replicas:", "spec.replica", "spec.replicas"),
        (SEALED, ", data:", ", datas: {a: b}, data:", "datas", "data"),
    ],
)  # fmt: skip
def test_a_field_that_flux_leaves_out_is_a_warning(
    text: str, old: str, new: str, field: str, meant: str
) -> None:
    (found,) = _found(text.replace(old, new))
    assert (found.rule, found.severity) == ("unknown-field", Severity.WARNING)
    assert found.message == (
        f"There is no field `{field}` in Kubernetes 1.36. Flux leaves it out without a word."
    )
    assert f"Did you mean `{meant}`?" in found.remedy


def test_a_field_like_no_other_has_no_guess() -> None:
    (found,) = _found(SERVICE.replace("spec:", "zzzzzz: 1\nspec:"))
    assert "Did you mean" not in found.remedy


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (DEPLOYMENT, "replicas: 1", "replicas: ${REPLICAS}"),
        (DEPLOYMENT, "1.5Gi", "'${MEMORY:=1Gi}'"),
        (KUSTOMIZATION, "10m0s", "${INTERVAL}"),
        (SERVICE, "ClusterIP", "${TYPE}"),
        (SEALED, "aGk=", "'ENC[AES256_GCM,data:x,type:str]'"),
        (SEALED, ", data:", ", sops: {mac: x}, data:"),
        (SERVICE, "ClusterIP", "null"),
    ],
)
def test_what_only_the_cluster_will_know_is_not_judged(text: str, old: str, new: str) -> None:
    assert old in text
    assert _found(text.replace(old, new)) == []


def test_a_secret_is_not_shown() -> None:
    (found,) = _found(SEALED.replace("aGk=", "{password: hunter2}"))
    assert "`data.a` is a mapping, and must be text" in found.message
    assert "hunter2" not in found.message + found.remedy


def test_each_missing_field_is_told_once() -> None:
    found = _found(KUSTOMIZATION.replace("  prune: true\n", "").replace("  interval: 10m0s\n", ""))
    assert [each.remedy for each in found] == ["Set `spec.interval`.", "Set `spec.prune`."]


def test_of_many_mistakes_the_first_are_told() -> None:
    wrong = "".join(f"wrong{each}: 1\n" for each in range(20))
    assert len(_found(SERVICE.replace("spec:", f"{wrong}spec:"))) == 5


def test_hostile_text_is_cut_and_made_visible() -> None:
    name = "a\\u001b[2J" * 50
    (found,) = _found(SERVICE.replace("spec:", f'"{name}": 1\nspec:'))
    assert "\x1b" not in found.message
    assert len(found.message) < 300


def test_text_without_an_end_does_not_stop_it() -> None:
    started = time.monotonic()
    _found(KUSTOMIZATION.replace("10m0s", f"{'1' * 1_000_000}x"))
    assert time.monotonic() - started < 5


def test_without_the_extra_the_next_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def missing(name: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - as Python calls it
        if name == "understudy.gitops.schemas.validators":
            raise ModuleNotFoundError(name="jsonschema")
        return importing(name, *rest, **named)

    validation._validator.cache_clear()  # noqa: SLF001 - it would not look again
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError) as raised:
        _found(SERVICE)
    assert "`jsonschema` is not installed" in raised.value.message
    assert "understudy[gitops]" in raised.value.hint


@pytest.mark.parametrize("origin", ["flux", "kubernetes"])
def test_every_definition_can_be_used(origin: str) -> None:
    text = files("understudy.gitops.schemas").joinpath("definitions", f"{origin}.json").read_text()
    for key in json.loads(text)["kinds"]:
        api_version, _, kind = key.partition(" ")
        body = f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: it, lables: {{}}}}}}"
        assert any("`metadata.lables`" in each.message for each in _found(body)), key


# --- versions -------------------------------------------------------------------------------------

_GUIDE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"


@pytest.mark.parametrize(
    ("api_version", "kind", "since", "remedy"),
    [
        ("policy/v1beta1", "PodDisruptionBudget", "1.25", "Write `apiVersion: policy/v1`, and"),
        ("policy/v1beta1", "PodSecurityPolicy", "1.25", f"Remove it; {_GUIDE} tells"),
        ("batch/v1beta1", "CronJob", "1.25", "Write `apiVersion: batch/v1`, and see"),
        ("extensions/v1beta1", "Ingress", "1.22", "`apiVersion: networking.k8s.io/v1`"),
        ("extensions/v1beta1", "Deployment", "1.16", "`apiVersion: apps/v1`"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "`apiVersion: autoscaling/v2`"),
    ],
)
def test_a_version_that_no_cluster_has_any_more_is_told(
    api_version: str, kind: str, since: str, remedy: str
) -> None:
    (found,) = _found(f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: it}}}}")

    assert (found.rule, found.severity) == ("schema", Severity.ERROR)
    assert found.message == (
        f"Kubernetes {since} and newer have no {kind} in `{api_version}`."
        f" The cluster refuses the {kind}, and with it the whole stage."
    )
    assert remedy in found.remedy


def test_what_took_the_place_of_a_version_is_there() -> None:
    text = files("understudy.gitops.schemas").joinpath("definitions/kubernetes.json").read_text()
    known = {each.partition(" ")[0] for each in json.loads(text)["kinds"]}
    instead = {new for kinds in versions._RETIRED.values() for _, new in kinds.values()}  # noqa: SLF001
    elsewhere = {f"{group}.k8s.io/v1" for group in _NOT_VALIDATED}

    assert instead - known - elsewhere - {""} == set()
    assert not versions._RETIRED.keys() & known  # noqa: SLF001


_NOT_VALIDATED = (
    *("admissionregistration", "apiextensions", "apiregistration", "certificates", "events"),
    "flowcontrol.apiserver",
)


@pytest.mark.parametrize(
    ("old", "new", "severity", "message", "remedy"),
    [
        (
            "v1\nkind: GitRepository",
            "v1beta2\nkind: GitRepository",
            Severity.WARNING,
            "`source.toolkit.fluxcd.io/v1beta2` is an old version for a GitRepository.",
            "Write `apiVersion: source.toolkit.fluxcd.io/v1`.",
        ),
        (
            "v1\nkind: GitRepository",
            "v2\nkind: GitRepository",
            Severity.ERROR,
            "`source.toolkit.fluxcd.io/v2` is no version that Flux has for a GitRepository.",
            "Write `apiVersion: source.toolkit.fluxcd.io/v1`.",
        ),
        (
            "GitRepository",
            "GitRepositry",
            Severity.ERROR,
            "There is no kind `GitRepositry` in `source.toolkit.fluxcd.io`.",
            "Did you mean `GitRepository`? Correct `kind` or `apiVersion`.",
        ),
        (
            "GitRepository",
            "Kustomization",
            Severity.ERROR,
            "There is no kind `Kustomization` in `source.toolkit.fluxcd.io`.",
            "A Kustomization is in `kustomize.toolkit.fluxcd.io/v1`. Correct `kind` or",
        ),
        (
            "GitRepository",
            "Zzz",
            Severity.WARNING,
            "There is no kind `Zzz` in `source.toolkit.fluxcd.io`.",
            "Correct `kind` or `apiVersion`.",
        ),
        (
            "source.toolkit",
            "sauce.toolkit",
            Severity.ERROR,
            "There is no kind `GitRepository` in `sauce.toolkit.fluxcd.io`.",
            "A GitRepository is in `source.toolkit.fluxcd.io/v1`.",
        ),
    ],
)
def test_a_kind_that_flux_does_not_have_is_told(
    old: str, new: str, severity: Severity, message: str, remedy: str
) -> None:
    (found,) = _found(SOURCE.replace(old, new))

    assert (found.rule, found.severity) == ("schema", severity)
    assert found.message.startswith(message)
    assert found.remedy.startswith(remedy)


@pytest.mark.parametrize("kind", ["GitRepository${X}", "'${KIND}'"])
def test_a_kind_that_is_filled_in_later_is_not_judged(kind: str) -> None:
    assert _found(SOURCE.replace("GitRepository", kind)) == []
