"""Overlays as Flux applies them, rendered by the real Kustomize."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import kustomize_program
from tests.gitops.layouts import CONFIG_MAP
from tests.gitops.rendering.test_kustomize import running
from understudy.core.config import Stage
from understudy.gitops import applying
from understudy.gitops.layout import found_in
from understudy.gitops.rendering.renders import Broken, Rendered, Renderer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.gitops.conftest import Lay
    from understudy.core.decisions import Finding
    from understudy.core.ports import Tree
    from understudy.gitops.objects import Manifest

STAGE = Stage(branch="staging")
OVERLAY = "apps/staging"
APP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "ghcr.io/example/web:1.0"}]}
"""
SETTINGS = "components/settings"
FILES: dict[str, str] = {
    f"{OVERLAY}/kustomization.yaml": "resources: [web]\n",
    f"{OVERLAY}/web/kustomization.yaml": "resources: [web.yaml]\n",
    f"{OVERLAY}/web/web.yaml": APP,
    f"{SETTINGS}/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [x.yaml]\n"
    ),
    f"{SETTINGS}/x.yaml": CONFIG_MAP,
}
SOURCE = """
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: NAME, namespace: flux-system}
spec: {url: "https://example.org/home.git", ref: {branch: BRANCH}}
"""
SOURCES: dict[str, str] = {
    "clusters/home/sources.yaml": "---".join(
        SOURCE.replace("NAME", name).replace("BRANCH", branch)
        for name, branch in (("stage", "staging"), ("production", "main"))
    )
}
FLUX_FILE = "clusters/home/apps-staging.yaml"


def flux(folder: str = OVERLAY, *, name: str = "apps-staging", **spec: Any) -> str:  # noqa: ANN401
    """Return the file of a Kustomization that applies a folder of the stage."""
    source = {"sourceRef": {"kind": "GitRepository", "name": "stage"}}
    return json.dumps(
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": name, "namespace": "flux-system"},
            "spec": {"path": f"./{folder}", **source, **spec},
        }
    )


def applied(lay: Lay, files: Mapping[str, str], overlay: str = OVERLAY) -> Rendered | Broken:
    tree = lay({**FILES, **SOURCES, **files})
    deploying = found_in(tree).deploying(overlay, STAGE)
    return applying.rendered(tree, overlay, applied=deploying, rendering=rendering)


def rendering(tree: Tree) -> Renderer:
    return Renderer(tree, kustomize_program.program())


def objects(lay: Lay, files: Mapping[str, str], overlay: str = OVERLAY) -> dict[str, Manifest]:
    found = applied(lay, files, overlay)
    assert isinstance(found, Rendered), found
    assert found.overlay == overlay
    return {str(each.id): each for each in found.manifests}


def problem(lay: Lay, files: Mapping[str, str]) -> Finding:
    found = applied(lay, files)
    assert isinstance(found, Broken), found
    (finding,) = found.findings
    return finding


# --- what one Kustomization changes --------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({}, "Deployment web/web"),
        ({"targetNamespace": "web-stage"}, "Deployment web-stage/web"),
        ({"namePrefix": "a-", "nameSuffix": "-z"}, "Deployment web/a-web-z"),
    ],
)
def test_what_is_rendered_has_the_names_that_flux_gives(
    lay: Lay, spec: dict[str, Any], name: str
) -> None:
    found = objects(lay, {FLUX_FILE: flux(**spec)})

    assert {told: each.path for told, each in found.items()} == {name: f"{OVERLAY}/web/web.yaml"}


def test_a_name_that_flux_gives_stands_for_that_of_the_overlay(lay: Lay) -> None:
    own = {f"{OVERLAY}/kustomization.yaml": "resources: [web]\nnamePrefix: own-\nnamespace: own\n"}

    assert list(objects(lay, own)) == ["Deployment own/own-web"]
    told = objects(lay, {**own, FLUX_FILE: flux(namePrefix="a-", targetNamespace="web-stage")})
    assert list(told) == ["Deployment web-stage/a-web"]


def test_patches_are_applied_to_what_they_target(lay: Lay) -> None:
    replicas = {"patch": "- {op: add, path: /spec/replicas, value: 3}"}
    paused = {"patch": "- {op: add, path: /spec/paused, value: true}"}
    patches = [
        {**replicas, "target": {"kind": "Deployment"}},
        {**paused, "target": {"kind": "StatefulSet"}},
    ]

    (found,) = objects(lay, {FLUX_FILE: flux(patches=patches)}).values()

    assert (found.at("spec", "replicas"), found.at("spec", "paused")) == (3, None)


@pytest.mark.parametrize(
    ("own", "given", "image"),
    [
        ("", {"newTag": "2.0"}, "ghcr.io/example/web:2.0"),
        ("newTag: '2.0'", {"newName": "example.org/web"}, "example.org/web:2.0"),
        ("digest: 'sha256:00'", {"newTag": "3.0"}, "ghcr.io/example/web:3.0"),
        ("newTag: '2.0'", {"digest": "sha256:00"}, "ghcr.io/example/web@sha256:00"),
    ],
)
def test_images_are_those_that_flux_is_told_to_use(
    lay: Lay, own: str, given: dict[str, str], image: str
) -> None:
    name = "ghcr.io/example/web"
    more = f"images: [{{name: {name}, {own}}}]\n" if own else ""
    files = {f"{OVERLAY}/kustomization.yaml": f"resources: [web]\n{more}"}

    (found,) = objects(lay, {**files, FLUX_FILE: flux(images=[{"name": name, **given}])}).values()

    (container,) = found.at("spec", "template", "spec", "containers")
    assert container["image"] == image


def test_components_are_added(lay: Lay) -> None:
    spec: dict[str, Any] = {
        "components": ["../../components/settings"],
        "targetNamespace": "web-stage",
    }

    assert list(objects(lay, {FLUX_FILE: flux(**spec)})) == [
        "ConfigMap web-stage/x",
        "Deployment web-stage/web",
    ]


def test_components_may_be_missing_where_that_is_said(lay: Lay) -> None:
    spec: dict[str, Any] = {"components": ["../../components/gone", "../../components/settings"]}

    assert problem(lay, {FLUX_FILE: flux(**spec)}).path == FLUX_FILE
    found = objects(lay, {FLUX_FILE: flux(**spec, ignoreMissingComponents=True)})
    assert "ConfigMap x" in found


def test_common_metadata_is_on_every_object(lay: Lay) -> None:
    common = {"labels": {"app": "other", "team": "a"}, "annotations": {"note": "b"}}

    (found,) = objects(lay, {FLUX_FILE: flux(commonMetadata=common)}).values()

    assert found.at("metadata", "labels") == {"app": "other", "team": "a"}
    assert found.at("metadata", "annotations") == {"note": "b"}
    assert found.at("spec", "selector", "matchLabels") == {"app": "web"}


def test_a_folder_without_a_kustomization_is_given_one(lay: Lay) -> None:
    files = {path: text for path, text in FILES.items() if path != f"{OVERLAY}/kustomization.yaml"}
    tree = lay({**files, **SOURCES, FLUX_FILE: flux(targetNamespace="web-stage")})
    deploying = found_in(tree).deploying(OVERLAY, STAGE)

    found = applying.rendered(tree, OVERLAY, applied=deploying, rendering=rendering)

    assert isinstance(found, Rendered), found
    assert [str(each.id) for each in found.manifests] == ["Deployment web-stage/web"]


def test_what_flux_fills_in_later_stays_as_it_is(lay: Lay) -> None:
    text = APP.replace("web:1.0", "web:${VERSION}")
    spec: dict[str, Any] = {
        "postBuild": {"substitute": {"VERSION": "2.0"}},
        "targetNamespace": "web-stage",
    }

    (found,) = objects(lay, {f"{OVERLAY}/web/web.yaml": text, FLUX_FILE: flux(**spec)}).values()

    (container,) = found.at("spec", "template", "spec", "containers")
    assert container["image"] == "ghcr.io/example/web:${VERSION}"


@pytest.mark.parametrize(
    "spec",
    [
        {"targetNamespace": 5},
        {"patches": "none"},
        {"patches": [5]},
        {"images": [5]},
        {"components": {}},
        {"commonMetadata": []},
    ],
)
def test_settings_that_are_none_change_nothing(lay: Lay, spec: dict[str, Any]) -> None:
    """Flux refuses them: that is told of the file, which is held against its schema."""
    assert list(objects(lay, {FLUX_FILE: flux(**spec)})) == ["Deployment web/web"]


# --- whose mistake it is -------------------------------------------------------------------------


def test_what_flux_is_told_to_change_is_to_blame_for_what_it_breaks(lay: Lay) -> None:
    patch = {"patch": "- {op: remove, path: /spec/gone}", "target": {"kind": "Deployment"}}

    found = problem(lay, {FLUX_FILE: flux(patches=[patch])})

    assert (found.rule, found.subject, found.path) == ("not-rendered", OVERLAY, FLUX_FILE)
    assert found.message.startswith(
        f"Flux applies it with `spec.patches` of `{FLUX_FILE}`, and so it does not render."
        f" Kustomize cannot render `{OVERLAY}`:"
    )
    assert found.remedy == f"Correct `spec.patches` in `{FLUX_FILE}`."


@pytest.mark.parametrize("text", ["resources: [gone.yaml]", "resources: [", "- web"])
def test_an_overlay_that_is_broken_by_itself_is_to_blame(lay: Lay, text: str) -> None:
    path = f"{OVERLAY}/kustomization.yaml"

    assert problem(lay, {path: text, FLUX_FILE: flux(namePrefix="a-")}).path == path


# --- several Kustomizations ----------------------------------------------------------------------


def of_app(app: str, **spec: Any) -> dict[str, str]:  # noqa: ANN401
    name = f"apps-staging-{app}"
    return {f"clusters/home/{name}.yaml": flux(f"{OVERLAY}/{app}", name=name, **spec)}


DATABASE: dict[str, str] = {
    f"{OVERLAY}/db/kustomization.yaml": "resources: [db.yaml]\n",
    f"{OVERLAY}/db/db.yaml": CONFIG_MAP,
    f"{OVERLAY}/kustomization.yaml": "resources: [web, ./db/]\n",
}


def test_where_each_app_is_applied_by_itself_each_is_rendered_so(lay: Lay) -> None:
    apps = {
        **of_app("web", targetNamespace="web-stage"),
        **of_app("db", targetNamespace="db-stage"),
    }

    assert sorted(objects(lay, {**DATABASE, **apps})) == [
        "ConfigMap db-stage/x",
        "Deployment web-stage/web",
    ]


def test_an_app_that_nothing_applies_yet_is_looked_at_too(lay: Lay) -> None:
    found = objects(lay, {**DATABASE, **of_app("web", targetNamespace="web-stage")})

    assert sorted(found) == ["ConfigMap x", "Deployment web-stage/web"]


def test_an_app_that_the_overlay_does_not_list_is_applied_all_the_same(lay: Lay) -> None:
    unlisted = {**DATABASE, f"{OVERLAY}/kustomization.yaml": "resources: [web]\n"}

    found = objects(lay, {**unlisted, FLUX_FILE: flux(), **of_app("db")})

    assert sorted(found) == ["ConfigMap x", "Deployment web/web"]


def test_what_is_applied_twice_is_there_once_as_the_overlay_has_it(lay: Lay) -> None:
    other = of_app("web", commonMetadata={"labels": {"app": "other"}})

    (found,) = objects(lay, {FLUX_FILE: flux(), **other}).values()

    assert found.at("metadata", "labels") == {"app": "web"}


def test_what_is_broken_is_told_of_each_app(lay: Lay) -> None:
    broken = {f"{OVERLAY}/{app}/kustomization.yaml": "resources: [gone]" for app in ("web", "db")}

    found = applied(lay, {**DATABASE, **broken, **of_app("web"), **of_app("db")})

    assert isinstance(found, Broken)
    assert [each.subject for each in found.findings] == [
        f"{OVERLAY}/{app}" for app in ("db", "web")
    ]


def test_a_kustomization_of_the_overlay_is_taken_as_the_overlay_changes_it(lay: Lay) -> None:
    nested = {
        f"{OVERLAY}/kustomization.yaml": (
            "resources: [ks.yaml]\n"
            "patches: [{patch: '- {op: add, path: /spec/targetNamespace, value: web-stage}',"
            " target: {kind: Kustomization}}]\n"
        ),
        f"{OVERLAY}/ks.yaml": flux(f"{OVERLAY}/web", name="web"),
        FLUX_FILE: flux(),
    }

    assert sorted(objects(lay, nested)) == [
        "Deployment web-stage/web",
        "Kustomization flux-system/web",
    ]


def test_production_is_rendered_as_its_own_kustomization_applies_it(lay: Lay) -> None:
    production = {
        "apps/production/kustomization.yaml": "resources: [../staging/web]\n",
        FLUX_FILE: flux(namePrefix="stage-"),
        "clusters/home/apps.yaml": flux(
            "apps/production",
            name="apps",
            namePrefix="live-",
            sourceRef={"kind": "GitRepository", "name": "production"},
        ),
    }

    assert list(objects(lay, production, "apps/production")) == ["Deployment web/live-web"]
    assert list(objects(lay, production)) == ["Deployment web/stage-web"]


def test_a_kustomization_of_another_branch_counts_for_nothing_beside_that_of_the_stage(
    lay: Lay,
) -> None:
    other = flux(
        name="old", namePrefix="old-", sourceRef={"kind": "GitRepository", "name": "production"}
    )

    assert list(objects(lay, {"clusters/home/a.yaml": other, FLUX_FILE: flux()})) == [
        "Deployment web/web"
    ]
    assert list(objects(lay, {"clusters/home/a.yaml": other})) == ["Deployment web/old-web"]


# --- what is kept --------------------------------------------------------------------------------


def test_what_flux_changes_is_part_of_what_a_render_is_kept_under(lay: Lay, tmp_path: Path) -> None:
    never = running(tmp_path / "never", f"touch {tmp_path}/was-run; exit 1")

    def names(files: Mapping[str, str], program: Any) -> list[str]:  # noqa: ANN401
        tree = lay({**FILES, **SOURCES, **files})
        found = applying.rendered(
            tree,
            OVERLAY,
            applied=found_in(tree).deploying(OVERLAY, STAGE),
            rendering=lambda each: Renderer(each, program, cache=tmp_path / "cache"),
        )
        return [str(each.id) for each in getattr(found, "manifests", ())]

    real = kustomize_program.program()
    one, other = ({FLUX_FILE: flux(namePrefix=prefix)} for prefix in ("a-", "b-"))
    assert names(one, real) == names(one, never) == ["Deployment web/a-web"]
    assert not (tmp_path / "was-run").exists()
    assert names(other, real) == ["Deployment web/b-web"]
    assert names({}, real) == ["Deployment web/web"]
