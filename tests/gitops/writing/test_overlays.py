from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import kustomization
from tests.gitops.writing.fleets import FLEET, OVERLAY, PRODUCTION, STAGED
from tests.kustomize_program import program
from understudy.core.config import Isolation, Stage
from understudy.core.errors import ConfigError, UsageError
from understudy.gitops.isolation import registry
from understudy.gitops.layout import found_in
from understudy.gitops.rendering.renders import Rendered, Renderer
from understudy.gitops.ruling import Examined
from understudy.gitops.scopes import Scopes
from understudy.gitops.writing import apps, overlays
from understudy.gitops.writing.overlaid import Overlaid

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay
    from understudy.core.ports import Tree
    from understudy.gitops.objects import Manifest
    from understudy.gitops.writing.drafts import Drafts

STAGING = Stage(branch="staging")

WEB = """\
# web on the stage: what apps/base/web has, in a namespace of its own.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web-stage
resources:
  - ../../base/web
labels:
  - pairs:
      env: staging
    includeSelectors: false
patches:
  - target:
      group: rbac.authorization.k8s.io
      kind: ClusterRole
      name: web-reader
    patch: |
      - op: replace
        path: /metadata/name
        value: web-reader-stage
  - target:
      group: rbac.authorization.k8s.io
      kind: ClusterRoleBinding
      name: web-reader
    patch: |
      - op: replace
        path: /metadata/name
        value: web-reader-stage
      - op: replace
        path: /subjects/0/namespace
        value: web-stage
  - target:
      kind: Service
      name: cache
    patch: |
      - op: remove
        path: /metadata/annotations/lbipam.cilium.io~1ips
      - op: remove
        path: /spec/loadBalancerIP
      - op: remove
        path: /spec/ports/0/nodePort
  - target:
      kind: PersistentVolume
      name: web-data
    patch: |
      - op: replace
        path: /metadata/name
        value: web-data-stage
      - op: replace
        path: /spec/claimRef/namespace
        value: web-stage
  - target:
      group: apps
      kind: Deployment
      name: web
    patch: |
      - op: replace
        path: /spec/template/spec/containers/0/env/0/value
        value: https://web-stage.example.org/
      - op: replace
        path: /spec/template/spec/containers/0/env/1/value
        value: redis://cache.web-stage.svc.cluster.local:6379
  - target:
      group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: web
    patch: |
      - op: replace
        path: /spec/hostnames/0
        value: web-stage.example.org
      - op: replace
        path: /spec/rules/0/backendRefs/0/namespace
        value: web-stage
"""
NOTES = """\
# notes on the stage: what apps/base/notes has, in a namespace of its own.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: notes-stage
resources:
  - ../../base/notes
  - namespace.yaml
labels:
  - pairs:
      env: staging
    includeSelectors: false
"""


def render(tree: Tree, folder: str) -> tuple[Manifest, ...]:
    found = Renderer(tree, program()).render(folder)
    assert isinstance(found, Rendered), found
    return found.manifests


def plan(tree: Tree, name: str, *, base: str | None = None, stage: Stage = STAGING) -> Drafts:
    app = apps.app(found_in(tree), stage, name, base=base)
    layout = found_in(tree)

    def of(folder: str | None) -> tuple[Manifest, ...]:
        found = Renderer(tree, program()).render(folder or "")
        return found.manifests if isinstance(found, Rendered) and folder else ()

    seen = overlays.Seen(
        base=render(tree, app.base),
        production=of(app.production),
        all_of_production=of(layout.production_overlay(stage)),
        all_of_stage=of(layout.stage_overlay(stage)),
    )
    return overlays.drafted(tree, stage, app=app, seen=seen)


def texts(drafts: Drafts) -> dict[str, str]:
    return {each.path: each.text for each in drafts.files}


def test_an_overlay_with_all_that_must_differ_from_production(lay: Lay) -> None:
    drafts = plan(lay({**STAGED}), "web")

    assert texts(drafts) == {
        "apps/staging/web/kustomization.yaml": WEB,
        OVERLAY: "resources:\n  - web\n",
    }
    assert drafts.to_decide == (
        (
            "`web.example.org` is `web-stage.example.org` on the stage: see that DNS and a"
            " certificate know it, or choose another in the overlay."
        ),
        (
            "Deployment web needs the ConfigMap `web-settings`, which apps/base/web does not have."
            " Production has it in apps/production/web/settings.yaml. Write one for the stage, and"
            " list it in apps/staging/web/kustomization.yaml."
        ),
        (
            "Deployment web needs the Secret `web-login`, which apps/base/web does not have. Write"
            " one for the stage, encrypted for the cluster as the others are, and list it in"
            " apps/staging/web/kustomization.yaml."
        ),
    )


def test_an_app_without_a_namespace_of_its_own_gets_one(lay: Lay) -> None:
    written = texts(plan(lay({**STAGED}), "notes"))

    assert written["apps/staging/notes/kustomization.yaml"] == NOTES
    assert written["apps/staging/notes/namespace.yaml"] == (
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: notes-stage\n"
    )


def test_all_of_it_is_in_the_namespaces_of_the_stage_and_apart_from_production(lay: Lay) -> None:
    tree = lay({**STAGED})
    for name in ("web", "notes"):
        tree = Overlaid(tree, plan(tree, name).files)  # type: ignore[assignment]

    stage, production = render(tree, "apps/staging"), render(tree, "apps/production")

    scopes = Scopes.told_by(stage)
    assert {m.id.namespace for m in stage if not scopes.is_cluster_wide(m.id)} == {
        "notes-stage",
        "web-stage",
    }
    names = {str(each.id) for each in stage if scopes.is_cluster_wide(each.id)}
    assert names == {
        "ClusterRole web-reader-stage",
        "ClusterRoleBinding web-reader-stage",
        "Namespace notes-stage",
        "Namespace web-stage",
        "PersistentVolume web-data-stage",
    }
    examined = Examined(stage=stage, production=production, settings=Isolation())
    found = registry.examine(examined)
    # No patch can give it a volume of its own.
    assert [f"{each.rule} {each.subject}" for each in found] == [
        "shared-storage PersistentVolume web-data-stage"
    ]
    claim = next(each for each in stage if each.id.kind == "PersistentVolumeClaim")
    binding = next(each for each in stage if each.id.kind == "ClusterRoleBinding")
    assert claim.at("spec", "volumeName") == "web-data-stage"
    assert binding.at("roleRef", "name") == "web-reader-stage"


def test_the_stage_is_listed_in_order_and_comments_stay(lay: Lay) -> None:
    files = {
        **STAGED,
        OVERLAY: "# ours\nresources:\n  - notes # first\n",
        "apps/staging/notes/kustomization.yaml": "",
    }

    assert texts(plan(lay({**files}), "web"))[OVERLAY] == (
        "# ours\nresources:\n  - notes # first\n  - web\n"
    )


VARIABLES = {
    **STAGED,
    "apps/base/notes/notes.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\n"
        "data: {a: 'x.${DOMAIN}', b: '$${NOT_THIS}', c: '${ZONE:=eu}'}\n"
    ),
    "apps/production/notes/kustomization.yaml": "resources: [../../base/notes]\n",
}


def test_variables_that_flux_fills_in_are_told(lay: Lay) -> None:
    # Production's Kustomization of this fleet has `postBuild`.
    told = plan(lay({**VARIABLES}), "notes").to_decide

    assert told == (
        (
            "Flux is to fill in `DOMAIN` and `ZONE`: give them values for the stage in"
            " `spec.postBuild.substitute` of what applies it."
        ),
    )


def test_variables_of_what_flux_fills_nothing_in_are_not_asked_for(lay: Lay) -> None:
    text = STAGED["apps/base/web/web.yaml"].replace(
        "kind: Deployment\nmetadata:\n",
        "kind: Deployment\nmetadata:\n  annotations:\n"
        "    kustomize.toolkit.fluxcd.io/substitute: disabled\n",
    )
    files = {**STAGED, "apps/base/web/web.yaml": text.replace("ada/web:1.0.0", "ada/web:${TAG}")}

    assert not any("TAG" in each for each in plan(lay({**files}), "web").to_decide)


def test_what_flux_puts_into_the_base_in_production_is_told(lay: Lay) -> None:
    more = "  components:\n    - ../../../components/backup\n"
    applied = kustomization("notes", "apps/base/notes", "flux-system", more)

    drafts = plan(lay({**STAGED, "clusters/home/notes.yaml": applied}), "notes")

    assert (
        "In production Flux puts `components` of clusters/home/notes.yaml into it: put what the"
        " stage needs of that into apps/staging/notes/kustomization.yaml."
    ) in drafts.to_decide


def test_where_flux_fills_in_nothing_a_dollar_is_a_dollar(lay: Lay) -> None:
    files = {
        **VARIABLES,
        PRODUCTION: kustomization("apps-production", "apps/production", "flux-system"),
    }

    assert plan(lay({**files}), "notes").to_decide == ()


def test_an_app_from_any_folder(lay: Lay) -> None:
    files = {path.replace("apps/base/notes", "lib/n"): text for path, text in STAGED.items()}

    written = texts(plan(lay({**files}), "notes", base="lib/n/"))

    assert "  - ../../../lib/n\n" in written["apps/staging/notes/kustomization.yaml"]


def test_namespaces_as_configured(lay: Lay) -> None:
    stage = replace_namespaces("stage-*")

    text = texts(plan(lay({**STAGED}), "web", stage=stage))["apps/staging/web/kustomization.yaml"]

    assert "namespace: stage-web\n" in text
    assert "value: web-reader-stage\n" in text


def replace_namespaces(*patterns: str) -> Stage:
    return Stage(branch="staging", isolation=Isolation(namespaces=patterns))


def test_where_no_stage_is_yet_it_is_beside_the_bases(lay: Lay) -> None:
    written = texts(plan(lay({**FLEET}), "notes"))

    assert written[OVERLAY].endswith("resources:\n  - notes\n")


def test_a_branch_with_slashes_makes_no_broken_label(lay: Lay) -> None:
    stage = Stage(branch="env/next")
    files = {**STAGED, "apps/env/next/kustomization.yaml": "resources: []\n"}

    written = texts(plan(lay({**files}), "notes", base="apps/base/notes", stage=stage))

    assert "      env: next\n" in written["apps/env/next/notes/kustomization.yaml"]


@pytest.mark.parametrize("patterns", [("stage",), ("*",), ("*-st?ge",), ("*-*",), ()])
def test_patterns_that_do_not_tell_a_namespace(patterns: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"isolation\.namespaces"):
        overlays.namespace_of("web", patterns)


def test_a_stage_that_lists_the_base_itself_has_the_app_already(lay: Lay) -> None:
    tree = lay({**STAGED, OVERLAY: "resources:\n  - ../base/web\n"})

    with pytest.raises(UsageError, match="is on the stage already"):
        plan(tree, "web")

    assert {each.name: each.on_stage for each in apps.apps(tree, found_in(tree), STAGING)} == {
        "notes": None,
        "web": True,
    }
