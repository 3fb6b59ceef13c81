"""Overlays of real trees, rendered by the real Kustomize."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.gitops.layouts import APPS, CONFIG_MAP, FLUX
from tests.gitops.rendering.test_kustomize import running
from tests.kustomize_program import PLACE, program
from understudy.core.config import Kustomize
from understudy.core.errors import UsageError
from understudy.gitops.rendering import kustomize
from understudy.gitops.rendering.kustomize import VARIABLE, NotBuilt, Program, find_program
from understudy.gitops.rendering.parsing import Unreadable, manifests
from understudy.gitops.rendering.renders import Broken, Rendered, Renderer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Files
    from tests.gitops.conftest import Lay
    from understudy.core.decisions import Finding
    from understudy.git.trees import GitTree


def rendered(tree: GitTree, overlay: str) -> Rendered:
    found = Renderer(tree, program()).render(overlay)
    assert isinstance(found, Rendered), found
    return found


def broken(tree: GitTree, overlay: str) -> Finding:
    found = Renderer(tree, program()).render(overlay)
    assert isinstance(found, Broken), found
    (finding,) = found.findings
    assert finding.subject == found.overlay == overlay
    for text in (finding.message, finding.remedy):
        assert text.isprintable()
        assert "/tmp/" not in text  # noqa: S108 - where it was laid out is nobody's business
    return finding


# --- what comes out -------------------------------------------------------------------------------


def test_each_object_comes_with_the_file_that_it_is_in(lay: Lay) -> None:
    found = rendered(lay(APPS), "apps/staging")
    assert {str(each.id): each.path for each in found.manifests} == {
        "Namespace web-stage": "apps/base/web/namespace.yaml",
        "Deployment web-stage/web": "apps/base/web/deployment.yaml",
        "ConfigMap web-stage/settings-57ktgc2gh7": "apps/staging/web/kustomization.yaml",
        "Secret web-stage/password": "apps/staging/web/secret.sops.yaml",
        "Deployment web-stage/metrics": "apps/components/metrics/metrics.yaml",
    }


@pytest.mark.parametrize("overlay", ["apps/staging", "apps/production", "apps/base/web", ""])
def test_what_is_rendered_is_what_kustomize_renders_of_everything(
    lay: Lay, tmp_path: Path, overlay: str
) -> None:
    """Only what an overlay depends on is laid out, and it is rendered by way of another one."""
    tree = lay({**APPS, "kustomization.yaml": "resources: [apps/production]\nnamePrefix: x-\n"})
    tree.export([""], tmp_path / "all")
    whole = program().build(tmp_path / "all" / overlay, deadline=30)
    assert not isinstance(whole, NotBuilt), whole
    expected = manifests(whole, root="..")
    assert not isinstance(expected, Unreadable)
    assert [each.body for each in rendered(tree, overlay).manifests] == [
        each.body for each in expected
    ]


def test_encrypted_files_render_without_a_key(lay: Lay) -> None:
    found = rendered(lay(APPS), "apps/staging")
    (secret,) = [each for each in found.manifests if each.id.kind == "Secret"]
    assert secret.at("sops", "mac") == "ENC[AES256_GCM,data:bWFj,type:str]"


@pytest.mark.parametrize(
    "named", ["apps/staging", "./apps/staging/", "/apps/staging", "apps//staging"]
)
def test_an_overlay_may_be_written_as_flux_has_it(lay: Lay, named: str) -> None:
    found = rendered(lay(APPS), named)
    assert (found.overlay, len(found.manifests)) == ("apps/staging", 5)


def test_kustomizes_own_label_is_there_where_the_overlay_asks_for_it(lay: Lay) -> None:
    labelled: Files = {
        "o/kustomization.yaml": "resources: [cm.yaml]\nbuildMetadata: [managedByLabel]\n",
        "o/cm.yaml": CONFIG_MAP,
    }
    (found,) = rendered(lay(labelled), "o").manifests
    assert found.at("metadata", "labels", "app.kubernetes.io/managed-by") == "kustomize-v5.8.1"
    plain: Files = {"o/kustomization.yaml": "resources: [cm.yaml]", "o/cm.yaml": CONFIG_MAP}
    (found,) = rendered(lay(plain), "o").manifests
    assert found.at("metadata") == {"name": "x"}


def test_a_folder_without_a_kustomization_renders_as_flux_would(lay: Lay) -> None:
    found = rendered(lay(FLUX), "clusters/home")
    assert sorted(each.path for each in found.manifests) == [
        "clusters/home/apps.yaml",
        "clusters/home/flux-system/gotk-sync.yaml",
    ]


def test_the_program_is_looked_for_when_it_is_needed(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    renderer = Renderer(lay({**APPS, "bad/kustomization.yaml": "resources: [gone]"}))
    assert isinstance(renderer.render("bad"), Broken)
    with pytest.raises(UsageError, match="No Kustomize"):
        renderer.render("apps/staging")
    monkeypatch.setenv(VARIABLE, str(PLACE))
    assert isinstance(renderer.render("apps/staging"), Rendered)


def test_an_older_kustomize_in_kubectl_renders_the_same(lay: Lay, tmp_path: Path) -> None:
    """Its command is another one, its output is not."""
    stand_in = tmp_path / "kubectl"
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = kustomize ] && shift && exec {PLACE} build "$@"\n')
    stand_in.chmod(0o755)
    tree = lay(APPS)
    other = Program(argv=(str(stand_in), "kustomize"), version="5.5.0")
    assert Renderer(tree, other).render("apps/staging") == rendered(tree, "apps/staging")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl")
def test_the_kubectl_that_is_installed_renders_the_same(lay: Lay) -> None:
    kubectl = find_program({VARIABLE: "kubectl", "PATH": os.environ["PATH"]})
    tree = lay(APPS)
    assert Renderer(tree, kubectl).render("apps/staging") == rendered(tree, "apps/staging")


# --- what does not --------------------------------------------------------------------------------

BASE: Files = {"o/kustomization.yaml": "resources: [../b]", "b/cm.yaml": CONFIG_MAP}


@pytest.mark.parametrize(
    ("files", "rule", "path", "said"),
    [
        (
            {"b/kustomization.yaml": "resources: [cm.yaml]", "b/cm.yaml": "a: [b"},
            "broken-yaml",
            "b/cm.yaml",
            "line 1: did not find expected ',' or ']'.",
        ),
        (
            {"b/kustomization.yaml": "resources: [cm.yaml]", "b/cm.yaml": CONFIG_MAP * 2},
            "broken-yaml",
            "b/cm.yaml",
            "line 4, column 1: `apiVersion` is there twice.",
        ),
        (
            {"b/kustomization.yaml": "resources: [cm.yaml]", "b/cm.yaml": "just: data\n"},
            "not-rendered",
            "b/cm.yaml",
            "missing Resource metadata.",
        ),
        (
            {
                "b/kustomization.yaml": "resources: [cm.yaml, ../c]",
                "c/kustomization.yaml": "resources: [cm.yaml]",
                "c/cm.yaml": CONFIG_MAP,
            },
            "not-rendered",
            "c/kustomization.yaml",
            "already registered id: ConfigMap.v1.[noGrp]/x.[noNs].",
        ),
        (
            {
                "b/kustomization.yaml": "resources: [cm.yaml]\npatches: [{path: p.yaml}]",
                "b/p.yaml": CONFIG_MAP.replace("x}", "y}"),
            },
            "not-rendered",
            "b/kustomization.yaml",
            "failed to find unique target for patch ConfigMap.v1.[noGrp]/y.[noNs].",
        ),
        (
            {"b/kustomization.yaml": "resources: [cm.yaml]\nnamespace: [x]\n"},
            "not-rendered",
            "b/kustomization.yaml",
            "cannot unmarshal array into Go struct field Kustomization.namespace of type string.",
        ),
        (
            {"b/kustomization.yaml": "kind: Component\nresources: [cm.yaml]\n"},
            "not-rendered",
            "b/kustomization.yaml",
            "expected kind != 'Component' for path 'b'.",
        ),
        (
            {
                "b/kustomization.yaml": (
                    "resources: [cm.yaml]\npatches:\n- patch: nope\n  target: {kind: ConfigMap}\n"
                )
            },
            "not-rendered",
            "b/kustomization.yaml",
            'PatchTransformer: unable to parse SM or JSON patch from [patch: "nope"].',
        ),
    ],
)
def test_the_file_to_mend_is_named_with_kustomizes_reason(
    lay: Lay, files: Files, rule: str, path: str, said: str
) -> None:
    tree = lay({**BASE, **files})
    found = broken(tree, "o")
    assert (found.rule, found.path) == (rule, path)
    assert found.message.endswith(said)
    if shutil.which("kubectl"):
        kubectl = find_program({VARIABLE: "kubectl", "PATH": os.environ["PATH"]})
        assert Renderer(tree, kubectl).render("o") == Broken(overlay="o", findings=(found,))


def test_all_that_is_missing_is_told_at_once(lay: Lay) -> None:
    files: Files = {
        "o/kustomization.yaml": "resources: [../b, gone.yaml]",
        "b/kustomization.yaml": "resources: [secret.sops.yaml]",
    }
    found = Renderer(lay(files), program()).render("o")
    assert isinstance(found, Broken)
    assert [(each.path, each.rule) for each in found.findings] == [
        ("b/kustomization.yaml", "missing-base"),
        ("o/kustomization.yaml", "missing-base"),
    ]
    assert "there is no `b/secret.sops.yaml`" in found.findings[0].message


def test_an_overlay_that_does_not_end_is_stopped_and_told(lay: Lay, tmp_path: Path) -> None:
    settings = Kustomize(deadline=timedelta(seconds=0.5))
    found = Renderer(lay(APPS), running(tmp_path, "sleep 600"), settings).render("apps/staging")
    assert isinstance(found, Broken)
    (finding,) = found.findings
    assert (finding.rule, finding.path) == ("render-timeout", "apps/staging/kustomization.yaml")
    assert "0.5 seconds" in finding.message


def test_an_overlay_that_renders_to_too_much_is_told(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kustomize, "SIZE", 100)
    assert broken(lay(APPS), "apps/staging").rule == "render-too-large"


def test_what_is_no_object_is_told(lay: Lay, tmp_path: Path) -> None:
    strange = running(tmp_path, "echo 'just: data'")
    found = Renderer(lay(APPS), strange).render("apps/staging")
    assert isinstance(found, Broken)
    assert found.findings[0].rule == "broken-yaml"
    assert "has no `apiVersion`" in found.findings[0].message


def test_a_file_that_no_disk_takes_is_told_as_a_finding(lay: Lay) -> None:
    """Whoever can open a pull request could otherwise stop every rebuild."""
    found = broken(lay({**APPS, f"apps/staging/{'x' * 300}": "-\n"}), "apps/staging")
    assert found.rule == "not-rendered"
