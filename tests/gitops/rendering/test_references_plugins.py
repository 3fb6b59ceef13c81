"""Generators, transformers and validators: none is run, and what they name is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.rendering.test_references import CM, FILE, rules

if TYPE_CHECKING:
    from tests.git.stores import Files
    from tests.gitops.conftest import Lay

EXEC = (
    "apiVersion: example.org/v1\nkind: Maker\nmetadata:\n  name: x\n"
    "  annotations:\n    config.kubernetes.io/function: 'exec: {path: ./run.sh}'\n"
)
BUILT_IN = "apiVersion: builtin\nkind: {kind}\nmetadata: {{name: x}}\n{more}\n"


@pytest.mark.parametrize("field", ["generators", "transformers", "validators"])
@pytest.mark.parametrize("where", ["file", "folder", "in place"])
def test_a_program_is_never_run(lay: Lay, field: str, where: str) -> None:
    files: Files = {
        "apps/plugins/kustomization.yaml": "resources: [it.yaml]",
        "apps/plugins/it.yaml": EXEC,
    }
    named = {
        "file": "[../plugins/it.yaml]",
        "folder": "[../plugins]",
        "in place": "\n- |-\n  " + EXEC.replace("\n", "\n  "),
    }[where]
    path = FILE if where == "in place" else "apps/plugins/it.yaml"
    assert rules(lay, f"{field}: {named}", files) == [f"plugin {path}"]


@pytest.mark.parametrize(
    ("kind", "more", "rule"),
    [
        ("PatchTransformer", "path: /etc/hostname", "outside-repository"),
        ("PatchTransformer", "Path: ../../../../etc/hostname", "outside-repository"),
        ("PatchStrategicMergeTransformer", "paths: [/etc/hostname]", "outside-repository"),
        ("ReplacementTransformer", "replacements: [{path: /etc/hostname}]", "outside-repository"),
        ("ConfigMapGenerator", "files: [k=/etc/hostname]", "outside-repository"),
        ("SecretGenerator", "envs: [/etc/hostname]", "outside-repository"),
        ("SecretGenerator", "env: https://example.org/x", "remote-base"),
        ("ConfigMapGenerator", "files: [gone]", "missing-base"),
        ("ConfigMapGenerator", "files: gone", "broken-yaml"),
        ("HelmChartInflationGenerator", "name: app", "helm-chart"),
    ],
)
@pytest.mark.parametrize("in_place", [True, False])
def test_what_a_built_in_plugin_names_is_followed(
    lay: Lay, kind: str, more: str, rule: str, *, in_place: bool
) -> None:
    text = BUILT_IN.format(kind=kind, more=more)
    named = "\n- |-\n  " + text.replace("\n", "\n  ") if in_place else " [it.yaml]"
    path = FILE if in_place else "apps/staging/it.yaml"
    found = rules(lay, f"generators:{named}", {"apps/staging/it.yaml": text})
    assert found == [f"{rule} {path}"]


def test_a_plugin_that_is_changed_while_rendering_is_refused(lay: Lay) -> None:
    """Its path would be another one than that which was looked at."""
    files: Files = {
        "apps/plugins/kustomization.yaml": (
            "resources: [it.yaml]\npatches:\n- target: {kind: PatchTransformer}\n"
            "  patch: '[{op: replace, path: /path, value: /etc/hostname}]'\n"
        ),
        "apps/plugins/it.yaml": BUILT_IN.format(kind="PatchTransformer", more="path: it.yaml"),
        "apps/staging/it.yaml": CM,
    }
    found = rules(lay, "transformers: [../plugins]", files)
    assert found == ["plugin apps/plugins/kustomization.yaml"]


def test_a_plugin_that_cannot_be_read_is_told(lay: Lay) -> None:
    found = rules(lay, "transformers: [it.yaml]", {"apps/staging/it.yaml": "a: [b"})
    assert found == ["broken-yaml apps/staging/it.yaml"]


HIDDEN = "{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: y}, files: [k=/etc/x]}"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("List", f"items: [{HIDDEN}]"),
        ("ConfigMapGeneratorList", ""),
        ("LabelTransformer", f"Items: [{HIDDEN}]"),
        ("LabelTransformer", "'<<': {files: [k=/etc/hostname]}"),
        ("ValueAddTransformer", "targetFilePath: /etc/hostname"),
        ("Unheard", ""),
    ],
)
def test_only_plugins_that_are_known_are_rendered(lay: Lay, kind: str, more: str) -> None:
    text = BUILT_IN.format(kind=kind, more=more)
    found = rules(lay, "transformers: [it.yaml]", {"apps/staging/it.yaml": text})
    assert found in (
        ["plugin apps/staging/it.yaml"],
        ["broken-yaml apps/staging/it.yaml"],
    )


def test_of_two_fields_of_one_name_none_is_believed(lay: Lay) -> None:
    text = BUILT_IN.format(kind="ConfigMapGenerator", more="files: [k=/etc/hostname]\nfiles: []")
    found = rules(lay, "generators: [it.yaml]", {"apps/staging/it.yaml": text})
    assert found == ["broken-yaml apps/staging/it.yaml"]


def test_what_is_an_object_and_a_file_is_refused(lay: Lay) -> None:
    """Kustomize might take the one, and understudy have looked at the other."""
    name = "{apiVersion: builtin, kind: List, items: []}"
    text = BUILT_IN.format(kind="LabelTransformer", more="")
    found = rules(lay, f"generators: ['{name}']", {f"apps/staging/{name}": text})
    assert found == [f"plugin {FILE}"]


def test_a_whole_address_is_one_even_with_an_equals_sign(lay: Lay) -> None:
    text = BUILT_IN.format(kind="ConfigMapGenerator", more="files: ['http://127.0.0.1/?a=it.yaml']")
    found = rules(lay, "generators: [it.yaml]", {"apps/staging/it.yaml": text})
    assert found == ["remote-base apps/staging/it.yaml"]
