from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import git_repository, kustomization
from tests.gitops.writing.fleets import FLEET, PRODUCTION, SOURCE, STAGED, SYNC
from understudy.core.config import Flux, Kustomize, Stage
from understudy.gitops.layout import Layout, found_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.gitops.conftest import Lay

STAGING = Stage(branch="staging")

INSTANCE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: flux-instance
spec:
  values:
    instance:
      sync:
        kind: GitRepository
        url: https://github.com/ada/home
        ref: refs/heads/main
        path: kubernetes/cluster
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: apps-production, namespace: argocd}
spec:
  source: {repoURL: https://github.com/ada/home, targetRevision: HEAD, path: apps/production}
  destination: {server: https://kubernetes.default.svc, namespace: apps}
"""
APPLICATION_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: staging, namespace: argocd}
spec:
  generators:
    - git:
        repoURL: https://github.com/ada/home
        revision: staging
        directories: [{path: apps/staging/*}]
  template:
    metadata: {name: '{{.path.basename}}'}
    spec:
      source: {repoURL: https://github.com/ada/home, path: '{{.path.path}}'}
"""


def test_sources_and_what_is_applied_from_them(lay: Lay) -> None:
    layout = found_in(lay({**STAGED}))

    assert [(s.path, s.name, s.branch, s.secret) for s in layout.sources] == [
        (SYNC, "flux-system", "main", "flux-system"),
        (SOURCE, "flux-system-staging", "staging", "flux-system"),
    ]
    assert [(a.name, a.folder, a.source_name) for a in layout.kustomizations] == [
        ("apps-production", "apps/production", "flux-system"),
        ("apps-staging", "apps/staging", "flux-system-staging"),
        ("flux-system", "clusters/home", "flux-system"),
    ]
    assert layout.clusters == ("clusters/home",)
    assert layout.apps_below("apps/base") == ("notes", "web")
    assert [s.name for s in layout.stage_sources(STAGING)] == ["flux-system-staging"]


def _without(*paths: str) -> dict[str, str]:
    return {path: text for path, text in STAGED.items() if path not in paths}


@pytest.mark.parametrize(
    ("files", "stage", "overlays"),
    [
        pytest.param(STAGED, STAGING, ("apps/staging", "apps/production"), id="both applied"),
        pytest.param(FLEET, STAGING, (None, None), id="no stage yet"),
        pytest.param(
            _without(SOURCE), STAGING, ("apps/staging", "apps/production"), id="by the folder"
        ),
        pytest.param(
            {
                **FLEET,
                "apps/staging/web/kustomization.yaml": "",
                "apps/staging/notes/kustomization.yaml": "",
                "apps/staging/kustomization.yaml": "",
                SOURCE: git_repository("s", "staging"),
                "clusters/home/a.yaml": kustomization("a", "apps/staging/web", "s"),
                "clusters/home/b.yaml": kustomization("b", "apps/staging/notes", "s"),
            },
            STAGING,
            ("apps/staging", "apps/production"),
            id="app by app",
        ),
        pytest.param(
            FLEET,
            Stage(branch="x", kustomize=Kustomize(stage="stage", production="prod")),
            ("stage", "prod"),
            id="as configured",
        ),
        pytest.param(
            {**STAGED, "clusters/home/more.yaml": kustomization(
                "infra-staging", "infra/staging", "flux-system-staging")},
            Stage(branch="staging", flux=Flux(kustomization="infra-staging")),
            ("infra/staging", None),
            id="the kustomization is named",
        ),
        pytest.param(
            {"a.yaml": APPLICATION, "b.yaml": APPLICATION_SET},
            STAGING,
            ("apps/staging", "apps/production"),
            id="Argo CD",
        ),
        pytest.param(
            {
                **FLEET,
                "apps/staging/web/kustomization.yaml": "",
                "apps/staging/kustomization.yaml": "",
                SOURCE: git_repository("s", "staging"),
                "clusters/home/a.yaml": kustomization("a", "apps/staging/web", "s"),
            },
            STAGING,
            ("apps/staging", "apps/production"),
            id="app by app, one so far",
        ),
        pytest.param({}, STAGING, (None, None), id="nothing"),
    ],
)  # fmt: skip
def test_the_overlays_of_stage_and_production(
    lay: Lay, files: Mapping[str, str], stage: Stage, overlays: tuple[str | None, str | None]
) -> None:
    layout = found_in(lay({**files}))

    assert (layout.stage_overlay(stage), layout.production_overlay(stage)) == overlays


def test_what_the_flux_operator_makes_is_a_source_too(lay: Lay) -> None:
    layout = found_in(lay({"flux/helmrelease.yaml": INSTANCE}))

    assert [(s.name, s.branch, s.url) for s in layout.sources] == [
        ("flux-system", "main", "https://github.com/ada/home")
    ]
    assert layout.clusters == ("kubernetes/cluster",)


def test_two_clusters_have_each_its_own_source(lay: Lay) -> None:
    files = {
        "clusters/a/flux-system/gotk-sync.yaml": git_repository("flux-system", "main"),
        "clusters/b/flux-system/gotk-sync.yaml": git_repository("flux-system", "staging"),
        "clusters/a/apps.yaml": kustomization("apps", "apps/a", "flux-system"),
        "clusters/b/apps.yaml": kustomization("apps", "apps/b", "flux-system"),
    }

    layout = found_in(lay({**files}))

    found = [layout.source_of(each) for each in layout.kustomizations]
    assert [each.branch if each else None for each in found] == ["main", "staging"]
    assert layout.stage_overlay(STAGING) == "apps/b"


def test_a_list_is_looked_into(lay: Lay) -> None:
    inside = "\n".join(f"  {line}" for line in git_repository("s", "staging").splitlines())
    text = f"apiVersion: v1\nkind: List\nitems:\n- {inside.strip()}\n"

    assert [s.name for s in found_in(lay({"list.yaml": text})).sources] == ["s"]


@pytest.mark.parametrize(
    "text",
    [
        "{{- range .Values.apps }}\napiVersion: argoproj.io/v1alpha1\nkind: Application\n",
        "kind: GitRepository\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n",
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_counts(lay: Lay, text: str) -> None:
    layout = found_in(lay({**STAGED, "templates/apps.yaml": text}))

    assert layout.unread == ("templates/apps.yaml",)
    assert len(layout.sources) == 2


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec: 3\nmetadata: []\n",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: 4}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {generators: {git: 1}}\n",
        "apiVersion: notification.toolkit.fluxcd.io/v1\nkind: Receiver\nspec: {resources: [1]}\n",
        "- apiVersion: source.toolkit.fluxcd.io/v1\n  kind: GitRepository\n",
    ],
)
def test_hostile_documents_do_no_harm(lay: Lay, text: str) -> None:
    found_in(lay({"x.yaml": text}))


def test_a_definition_of_kinds_is_not_parsed(lay: Lay) -> None:
    broken = (
        "kind: CustomResourceDefinition\nmetadata: {name: x.source.toolkit.fluxcd.io}\n"
        "kind: GitRepository\n"
    )

    assert found_in(lay({PRODUCTION: broken})) == Layout()
