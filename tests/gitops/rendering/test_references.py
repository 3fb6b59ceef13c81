from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.plans import LINK, SUBMODULE, Entry
from understudy.gitops.rendering.references import closure

if TYPE_CHECKING:
    from tests.git.stores import Files
    from tests.gitops.conftest import Lay

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
OVERLAY = "apps/staging"
FILE = "apps/staging/kustomization.yaml"


def rules(lay: Lay, kustomization: str, files: Files) -> list[str]:
    """Return what is found, as `rule path`."""
    tree = lay({FILE: kustomization, **files})
    found = closure(tree, OVERLAY).problems
    for each in found:
        assert each.subject == OVERLAY
        assert each.message.isprintable()
        assert each.message.endswith(".")
        assert each.remedy.endswith(".")
    return [f"{each.rule} {each.path}" for each in found]


# --- what is followed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kustomization", "expected"),
    [
        ("resources: [../base/cm.yaml]", "apps/base"),
        ("resources: [../base/app]", "apps/base/app"),
        ("resources: [../base/app/]", "apps/base/app"),
        ("bases: [../base/app]", "apps/base/app"),
        ("Resources: [../base/app]", "apps/base/app"),
        ("components: [../base/component]", "apps/base/component"),
        ("resources: [../../root.yaml]", ""),
        ("patches: [{path: ../base/cm.yaml}]", "apps/base"),
        ("patches: [{Path: ../base/cm.yaml}]", "apps/base"),
        ("patchesStrategicMerge: [../base/cm.yaml]", "apps/base"),
        ("patchesJson6902: [{path: ../base/cm.yaml, target: {kind: A}}]", "apps/base"),
        ("replacements: [{path: ../base/cm.yaml}]", "apps/base"),
        ("configMapGenerator: [{name: a, files: [../base/cm.yaml]}]", "apps/base"),
        ("configMapGenerator: [{name: a, files: [key=../base/cm.yaml]}]", "apps/base"),
        ("configMapGenerator: [{name: a, envs: [../base/env]}]", "apps/base"),
        ("secretGenerator: [{name: a, env: ../base/env}]", "apps/base"),
        ("configurations: [../base/cm.yaml]", "apps/base"),
        ("crds: [../base/cm.yaml]", "apps/base"),
        ("openapi: {path: ../base/cm.yaml}", "apps/base"),
        ("transformers: [../base/labels.yaml]", "apps/base"),
        ("generators: [../base/generator.yaml]", "apps/base"),
        ("validators: [../base/plugins]", "apps/base/plugins"),
    ],
)
def test_every_field_that_names_something_is_followed(
    lay: Lay, kustomization: str, expected: str
) -> None:
    tree = lay(
        {
            FILE: kustomization,
            "root.yaml": CM,
            "apps/base/cm.yaml": CM,
            "apps/base/env": "A=b\n",
            "apps/base/app/kustomization.yml": "resources: [cm.yaml]",
            "apps/base/app/cm.yaml": CM,
            "apps/base/component/Kustomization": "kind: Component\n",
            "apps/base/labels.yaml": "apiVersion: builtin\nkind: LabelTransformer\n",
            "apps/base/generator.yaml": (
                "apiVersion: builtin\nkind: ConfigMapGenerator\nfiles: [../base/env]\n"
            ),
            "apps/base/plugins/kustomization.yaml": "resources: [../plugins/labels.yaml]\n",
            "apps/base/plugins/labels.yaml": "apiVersion: builtin\nkind: LabelTransformer\n",
        }
    )
    found = closure(tree, OVERLAY)
    assert found.problems == ()
    assert found.folders == ({""} if not expected else {OVERLAY, expected})


def test_a_base_is_followed_to_its_own_bases_and_once(lay: Lay) -> None:
    tree = lay(
        {
            FILE: "resources: [../a, ../b]",
            "apps/a/kustomization.yaml": "resources: [../common]",
            "apps/b/kustomization.yaml": "resources: [../common]\nnamePrefix: b-",
            "apps/common/kustomization.yaml": "resources: [gone.yaml]",
        }
    )
    found = closure(tree, OVERLAY)
    assert [each.path for each in found.problems] == ["apps/common/kustomization.yaml"]
    assert found.files == {
        FILE,
        "apps/a/kustomization.yaml",
        "apps/b/kustomization.yaml",
        "apps/common/kustomization.yaml",
    }


def test_a_patch_that_is_written_in_place_names_no_file(lay: Lay) -> None:
    patch = "patchesStrategicMerge:\n- |-\n  kind: ConfigMap\n  metadata: {name: x}\n"
    inline = "transformers:\n- |-\n  apiVersion: builtin\n  kind: LabelTransformer\n"
    assert rules(lay, patch + inline + "  metadata: {name: x}\n", {}) == []


def test_a_folder_without_a_kustomization_stands_for_what_is_in_it(lay: Lay) -> None:
    tree = lay(
        {
            "clusters/one/a.yaml": CM,
            "clusters/one/deep/b.yml": CM,
            "clusters/one/notes.md": "no\n",
            "clusters/one/app/kustomization.yaml": "resources: [c.yaml]",
            "clusters/one/app/c.yaml": CM,
            "clusters/one/app/other.yaml": CM,
        }
    )
    found = closure(tree, "clusters/one")
    assert found.problems == ()
    assert found.listed == ("clusters/one/a.yaml", "clusters/one/app", "clusters/one/deep/b.yml")
    assert found.folders == {"clusters/one"}
    # A file that comes to be in it would be one of them.
    assert closure(lay({"one/app/kustomization.yaml": "resources: []"}), "one").folders == {"one"}


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kustomization", "rule"),
    [
        ("resources: [gone.yaml]", "missing-base"),
        ("resources: [gone]", "missing-base"),
        ("resources: ['']", "overlay-cycle"),
        ("components: [../gone]", "missing-base"),
        ("patches: [{path: gone.yaml}]", "missing-base"),
        ("secretGenerator: [{name: a, files: [gone]}]", "missing-base"),
        ("resources: [https://example.org/app.yaml]", "remote-base"),
        ("resources: [HTTPS://example.org/app.yaml]", "remote-base"),
        ("resources: [https://example.org/app//deep?ref=v1]", "remote-base"),
        ("resources: [github.com/example/app]", "remote-base"),
        ("resources: ['git@example.org:a/b.git']", "remote-base"),
        ("resources: ['git::https://example.org/a/b']", "remote-base"),
        ("resources: ['ssh://git@example.org/a/b']", "remote-base"),
        ("resources: ['file:///etc/app/repository']", "remote-base"),
        ("components: [github.com/example/app]", "remote-base"),
        ("crds: ['http://127.0.0.1/crd.json']", "remote-base"),
        ("patches: [{path: 'https://example.org/p.yaml'}]", "remote-base"),
        ("configMapGenerator: [{name: a, files: ['k=https://a.example']}]", "remote-base"),
        ("resources: [../../..]", "outside-repository"),
        ("resources: [../../../../../../etc/hostname]", "outside-repository"),
        ("resources: [/etc]", "outside-repository"),
        ("components: [/etc]", "outside-repository"),
        ("patches: [{path: /etc/hostname}]", "outside-repository"),
        ("patches: [{PATH: /etc/hostname}]", "outside-repository"),
        ("openapi: {path: /etc/hostname}", "outside-repository"),
        ("crds: [/etc/hostname]", "outside-repository"),
        ("configurations: [../../../../etc/hostname]", "outside-repository"),
        ("replacements: [{path: /etc/hostname}]", "outside-repository"),
        ("patchesStrategicMerge: [/etc/hostname]", "outside-repository"),
        ("patchesStrategicMerge: ['kind: a/../../../../etc/hostname']", "outside-repository"),
        ("configMapGenerator: [{name: a, files: [/etc/hostname]}]", "outside-repository"),
        ("configMapGenerator: [{name: a, Files: [k=/etc/hostname]}]", "outside-repository"),
        ("configMapGenerator: [{name: a, ENV: /etc/hostname}]", "outside-repository"),
        ("transformers: [/etc/hostname]", "outside-repository"),
        ("resources: [..]", "overlay-cycle"),
        ("resources: ['.']", "overlay-cycle"),
        ("resources: [../staging]", "overlay-cycle"),
        ("helmCharts: [{name: app, repo: 'https://example.org'}]", "helm-chart"),
        ("helmChartInflationGenerator: [{chartName: app}]", "helm-chart"),
        ("resource: [a]", "broken-yaml"),
        ("resources: a.yaml", "broken-yaml"),
        ("resources: [1]", "broken-yaml"),
        ("resources: [{a: b}]", "broken-yaml"),
        ("resources: [!!binary L2V0Yw==]", "broken-yaml"),
        ("patches: [gone.yaml]", "broken-yaml"),
        ("patches: [{path: [a]}]", "broken-yaml"),
        ("configMapGenerator: [{files: {a: b}}]", "broken-yaml"),
        ("resources: [a", "broken-yaml"),
        ("", "broken-yaml"),
        ("- a", "broken-yaml"),
        ("[" * 9000, "broken-yaml"),
        (f"namePrefix: {'x' * (1 << 20)}", "broken-yaml"),
    ],
)
def test_what_cannot_be_rendered_is_found_before_anything_is_started(
    lay: Lay, kustomization: str, rule: str
) -> None:
    """What the file may look like to Kustomize, not what it looks like to us, is what counts."""
    assert rules(lay, kustomization, {}) == [f"{rule} {FILE}"]


def test_an_unknown_field_is_told_with_the_one_that_was_meant(lay: Lay) -> None:
    (found,) = closure(lay({FILE: "resource: [a]"}), OVERLAY).problems
    assert "`resource`" in found.message
    assert "`resources`" in found.message


def test_a_file_that_is_named_like_an_address_is_fetched_all_the_same(lay: Lay) -> None:
    """Kustomize looks at the name first, and at the disk only then."""
    files: Files = {"apps/staging/https:/example.org/app.yaml": CM}
    named = "resources: ['https://example.org/app.yaml']"
    assert rules(lay, named, files) == [f"remote-base {FILE}"]


def test_credentials_in_an_address_are_not_told(lay: Lay) -> None:
    tree = lay({FILE: "resources: ['https://ada:s3cret@example.org/app.yaml']"})
    (found,) = closure(tree, OVERLAY).problems
    assert "s3cret" not in f"{found}"
    assert "example.org/app.yaml" in found.message


def test_with_the_network_allowed_a_remote_base_is_no_problem(lay: Lay) -> None:
    tree = lay({FILE: "resources: [github.com/example/app, /etc]"})
    found = closure(tree, OVERLAY, network=True)
    assert [each.rule for each in found.problems] == ["outside-repository"]
    assert found.remote


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (Entry(b"../base/cm.yaml", LINK), "cm.yaml"),
        (Entry(b"/etc/hostname", LINK), "cm.yaml"),
        (Entry(b"../../../../../etc", LINK), "cm.yaml/hostname"),
        (Entry(b"1" * 40, SUBMODULE), "cm.yaml"),
        (Entry(b"1" * 40, SUBMODULE), "cm.yaml/inside"),
    ],
)
def test_links_and_submodules_are_not_there(lay: Lay, entry: Entry, path: str) -> None:
    files: Files = {"apps/staging/cm.yaml": entry, "apps/base/cm.yaml": CM}
    assert rules(lay, f"resources: [{path}]", files) == [f"missing-base {FILE}"]


def test_hostile_names_are_told_in_one_printable_line(lay: Lay) -> None:
    named = r'"a\nb\e[31m"'
    assert rules(lay, f"resources: [{named}]", {}) == [f"missing-base {FILE}"]
    tree = lay({"apps/a\nb/kustomization.yaml": "resources: [gone]"})
    (found,) = closure(tree, "apps/a\nb").problems
    assert found.message.isprintable()
    assert found.remedy.isprintable()


def test_a_folder_that_is_none_is_told(lay: Lay) -> None:
    tree = lay({FILE: "resources: [../empty]", "apps/empty/notes.md": "-\n"})
    (found,) = closure(tree, OVERLAY).problems
    assert (found.rule, found.path) == ("missing-base", FILE)
    (nowhere,) = closure(tree, "apps/nowhere").problems
    assert (nowhere.rule, nowhere.path) == ("missing-base", "apps/nowhere")
    (empty,) = closure(tree, "apps/empty").problems
    assert (empty.rule, empty.path) == ("missing-base", "apps/empty/kustomization.yaml")


def test_two_kustomizations_in_one_folder_are_told(lay: Lay) -> None:
    files: Files = {"apps/staging/kustomization.yml": "resources: []"}
    assert rules(lay, "resources: []", files) == ["not-rendered apps/staging/kustomization.yml"]
