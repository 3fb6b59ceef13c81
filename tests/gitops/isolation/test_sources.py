from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.gitops.isolation.examples import examined, manifests, told
from understudy.gitops.controllers import Application, Applied, GitSource, declared
from understudy.gitops.isolation.hosts import SHARED_HOST
from understudy.gitops.isolation.registry import examine
from understudy.gitops.isolation.sources import WRONG_SOURCE
from understudy.gitops.layout import Layout

if TYPE_CHECKING:
    from understudy.gitops.ruling import Examined

FLUX = """
    # clusters/home/repo.yaml
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: GitRepository
    metadata: {name: flux-system, namespace: flux-system}
    spec: {url: "https://example.com/r.git", ref: {branch: master}}
    ---
    # clusters/home/repo-staging.yaml
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: GitRepository
    metadata: {name: flux-system-staging, namespace: flux-system}
    spec: {url: "https://example.com/r.git", ref: {branch: staging}}
    ---
    # clusters/home/apps-production.yaml
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps-production, namespace: flux-system}
    spec:
      path: ./apps/production
      sourceRef: {kind: GitRepository, name: PRODUCTION_SOURCE}
      postBuild: {substitute: {DOMAIN: example.com}}
    ---
    # clusters/home/apps-staging.yaml
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps-staging, namespace: flux-system}
    spec:
      path: ./apps/staging
      sourceRef: {kind: GitRepository, name: STAGE_SOURCE}
      STAGE_SPEC
"""


def layout(text: str) -> Layout:
    found = [each for m in manifests(text) for each in declared(m.body, path=m.path)]
    return Layout(
        sources=tuple(each for each in found if isinstance(each, GitSource)),
        kustomizations=tuple(each for each in found if isinstance(each, Applied)),
        applications=tuple(each for each in found if isinstance(each, Application)),
    )


def flux(
    *, stage: str = "flux-system-staging", production: str = "flux-system", spec: str = "{}"
) -> Layout:
    text = FLUX.replace("STAGE_SOURCE", stage).replace("PRODUCTION_SOURCE", production)
    return layout(text.replace("STAGE_SPEC", spec if spec != "{}" else "prune: true"))


def deployed_by(found: Layout, stage: str = "", production: str = "") -> Examined:
    return replace(examined(stage, production), layout=found)


def test_each_is_deployed_from_its_own_branch() -> None:
    assert told(WRONG_SOURCE, deployed_by(flux())) == []


def test_a_stage_from_the_base_never_shows_a_pull_request() -> None:
    (found,) = WRONG_SOURCE.look(deployed_by(flux(stage="flux-system")))
    assert found.subject == "Kustomization flux-system/apps-staging"
    assert found.path == "clusters/home/apps-staging.yaml"
    assert "(`apps/staging`) from the branch `master`" in found.message
    assert "`spec.sourceRef.name`" in found.remedy


def test_production_from_the_stage_shows_all_of_them() -> None:
    (line,) = told(WRONG_SOURCE, deployed_by(flux(production="flux-system-staging")))
    assert line.startswith("error wrong-source: Kustomization flux-system/apps-production: ")
    assert "every open pull request is in production" in line


def test_a_source_that_is_not_in_the_files_is_not_judged() -> None:
    assert told(WRONG_SOURCE, deployed_by(flux(stage="elsewhere"))) == []


def test_a_source_that_follows_no_branch_is_not_judged() -> None:
    text = FLUX.replace("STAGE_SOURCE", "pinned").replace("PRODUCTION_SOURCE", "flux-system")
    text = text.replace("STAGE_SPEC", "prune: true").replace(
        "name: flux-system-staging", "name: pinned"
    )
    pinned = layout(text.replace("{branch: staging}", "{tag: v1.0.0}"))
    assert told(WRONG_SOURCE, deployed_by(pinned)) == []


def test_nothing_is_said_of_files_that_nobody_read() -> None:
    assert told(WRONG_SOURCE, examined("")) == []


ARGO = """
    # argocd/staging.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: apps-staging, namespace: argocd}
    spec: {source: {repoURL: "https://example.com/r.git", path: FOLDER, targetRevision: REVISION}}
"""


@pytest.mark.parametrize(
    ("folder", "revision", "found"),
    [
        ("apps/staging", "staging", ""),
        ("apps/staging", "HEAD", "from the default branch"),
        ("apps/staging/memos", "master", "from the branch `master`"),
        ("apps/production", "HEAD", ""),
        ("apps/production", "staging", "every open pull request is in production"),
        ("infra", "staging", ""),
    ],
)
def test_an_application_of_argo_cd_is_judged_alike(folder: str, revision: str, found: str) -> None:
    text = ARGO.replace("FOLDER", folder).replace("REVISION", revision)
    lines = told(WRONG_SOURCE, deployed_by(layout(text)))
    assert [found in line for line in lines] == ([True] if found else [])


# --- two clusters ---------------------------------------------------------------------------------

TWO_CLUSTERS = """
    # clusters/KIND/apps.yaml
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps, namespace: flux-system}
    spec: {path: PATH, sourceRef: {kind: SOURCE, name: apps}}
"""
PODINFO = """
    apiVersion: v1
    kind: Service
    metadata:
      name: podinfo
      namespace: podinfo
      annotations: {metallb.io/loadBalancerIPs: "10.0.0.9"}
    spec: {clusterIP: 10.96.0.7, ports: [{port: 80, nodePort: 30080}]}
    ---
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: podinfo}
    spec: {hostPath: {path: /data}}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: podinfo, namespace: podinfo}
    spec: {volumeName: podinfo-data}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: podinfo, namespace: podinfo}
    spec:
      template:
        spec:
          hostNetwork: true
          containers: [{name: a, image: b, volumeMounts: [{name: d, mountPath: /d}]}]
          volumes: [{name: d, hostPath: {path: /dev/ttyUSB0}}]
"""


def two_clusters(source: str, folder: str, *, clusters: tuple[str, ...]) -> Layout:
    texts = [
        TWO_CLUSTERS.replace("KIND", kind)
        .replace("SOURCE", source)
        .replace("PATH", f"{folder}/{kind}")
        for kind in ("staging", "production")
    ]
    return replace(layout("    ---".join(texts)), clusters=clusters)


@pytest.mark.parametrize(
    ("source", "folder"), [("GitRepository", "./apps"), ("ExternalArtifact", ".")]
)
def test_a_stage_with_a_cluster_of_its_own_shares_only_what_is_outside(
    source: str, folder: str
) -> None:
    found = two_clusters(source, folder, clusters=("clusters/staging", "clusters/production"))
    (shared,) = examine(deployed_by(found, PODINFO, PODINFO))
    assert shared.rule == "shared-address"
    assert "the address `10.0.0.9`, and" in shared.message


@pytest.mark.parametrize(
    "clusters", [("clusters",), ("clusters/staging",), ("clusters/production",), ()]
)
def test_without_two_clusters_everything_collides(clusters: tuple[str, ...]) -> None:
    found = two_clusters("GitRepository", "./apps", clusters=clusters)
    rules = {each.rule for each in examine(deployed_by(found, PODINFO, PODINFO))}
    assert rules == {"collision"}


# --- what else the files of Flux say of the rendered objects --------------------------------------

ROUTE = """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: memos, namespace: NAMESPACE}
    spec: {hostnames: ["memos.${DOMAIN}"]}
"""


def test_one_variable_can_have_two_values() -> None:
    stage, production = (ROUTE.replace("NAMESPACE", f"memos-{n}") for n in ("stage", "prod"))
    apart = flux(spec="postBuild: {substitute: {DOMAIN: stage.example.com}}")
    assert told(SHARED_HOST, deployed_by(apart, stage, production)) == []
    unfilled = flux()
    assert told(SHARED_HOST, deployed_by(unfilled, stage, production)) == []
    assert len(told(SHARED_HOST, examined(stage, production))) == 1  # nobody knows
    half = replace(apart, kustomizations=apart.kustomizations[1:])  # nor is it known here
    assert len(told(SHARED_HOST, deployed_by(half, stage, production))) == 1
    filled = [text.replace("${DOMAIN}", "example.com") for text in (stage, production)]
    assert len(told(SHARED_HOST, deployed_by(apart, *filled))) == 1
    alike = flux(spec="postBuild: {substitute: {DOMAIN: example.com}}")
    (line,) = told(SHARED_HOST, deployed_by(alike, stage, production))
    assert "`memos.${domain}`" in line


SETTINGS = "substituteFrom: [{kind: ConfigMap, name: settings}]"


@pytest.mark.parametrize(
    ("stage", "production", "shared"),
    [
        ("{substitute: {DOMAIN: x.org}}", "{substitute: {DOMAIN: x.org, OTHER: a}}", True),
        ("{substitute: {OTHER: a}}", "{substitute: {OTHER: b}}", True),
        ("{SETTINGS, substitute: {OTHER: a}}", "{SETTINGS}", True),
        ("{SETTINGS, substitute: {domain: a.org}}", "{SETTINGS}", False),
        ("{substituteFrom: [{kind: Secret, name: a}]}", "{SETTINGS}", False),
        ("{substitute: [1], substituteFrom: 3}", "{substitute: {DOMAIN: [1]}}", False),
        ("3", "[a]", True),
    ],
)
def test_a_variable_is_another_only_where_it_is_told_so(
    stage: str, production: str, *, shared: bool
) -> None:
    """That other variables have other values says nothing of this one."""
    stage, production = (each.replace("SETTINGS", SETTINGS) for each in (stage, production))
    text = FLUX.replace("STAGE_SOURCE", "flux-system-staging").replace(
        "STAGE_SPEC", f"postBuild: {stage}"
    )
    text = text.replace(
        "postBuild: {substitute: {DOMAIN: example.com}}", f"postBuild: {production}"
    )
    routes = [ROUTE.replace("NAMESPACE", f"memos-{n}") for n in ("stage", "prod")]
    assert bool(told(SHARED_HOST, deployed_by(layout(text), *routes))) is shared
