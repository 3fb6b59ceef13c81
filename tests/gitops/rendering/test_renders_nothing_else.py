"""Whatever a kustomization names: no file of the machine gets into a render."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import pytest

from tests.gitops.layouts import CONFIG_MAP
from tests.kustomize_program import program
from tests.plans import LINK, Entry
from understudy.gitops.rendering.renders import Broken, Renderer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Files
    from tests.gitops.conftest import Lay

SECRET = "the-secret-of-the-machine"  # noqa: S105 - made up
READERS = [
    "resources: [{secret}]",
    "configMapGenerator: [{{name: x, files: ['k={secret}']}}]",
    "configMapGenerator: [{{name: x, FILES: ['k={secret}']}}]",
    "configMapGenerator: [{{name: x, envs: [{secret}]}}]",
    "secretGenerator: [{{name: x, env: {secret}}}]",
    "resources: [cm.yaml]\npatches: [{{path: {secret}, target: {{kind: ConfigMap}}}}]",
    "resources: [cm.yaml]\npatchesStrategicMerge: [{secret}]",
    (
        "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n"
        "  metadata: {{name: x}}\n  files: ['k={secret}']"
    ),
    "generators: [link.yaml]",
    "configMapGenerator: [{{name: x, files: [link.yaml]}}]",
    "configMapGenerator: [{{name: x, files: [folder/secret.yaml]}}]",
]


@pytest.mark.parametrize("kustomization", READERS)
@pytest.mark.parametrize("absolute", [True, False])
def test_no_file_of_the_machine_gets_into_a_render(
    lay: Lay, tmp_path: Path, kustomization: str, *, absolute: bool
) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(f"{CONFIG_MAP}data: {{a: {SECRET}}}\n")
    path = str(secret) if absolute else posixpath.join(*[".."] * 12, str(secret)[1:])
    files: Files = {
        "o/kustomization.yaml": kustomization.format(secret=path),
        "o/cm.yaml": CONFIG_MAP,
        "o/link.yaml": Entry(str(secret).encode(), LINK),
        "o/folder": Entry(str(tmp_path).encode(), LINK),
    }
    found = Renderer(lay(files), program()).render("o")
    assert isinstance(found, Broken)
    assert {each.rule for each in found.findings} <= {"outside-repository", "missing-base"}
    assert SECRET not in f"{found}"


def test_the_readers_would_read_if_they_were_let(lay: Lay, tmp_path: Path) -> None:
    """Else the test above could not fail."""
    secret = tmp_path / "secret.yaml"
    secret.write_text(f"{CONFIG_MAP}data: {{a: {SECRET}}}\n")
    for number, kustomization in enumerate(READERS[:-3]):
        folder = tmp_path / f"all{number}"
        lay(
            {
                "o/kustomization.yaml": kustomization.format(secret=secret),
                "o/cm.yaml": CONFIG_MAP,
            }
        ).export([""], folder)
        built = program().build(folder / "o", deadline=30)
        if number not in {0, 3, 4}:  # a folder, and variables, are read otherwise
            assert isinstance(built, bytes), (kustomization, built)
            assert SECRET in built.decode()
