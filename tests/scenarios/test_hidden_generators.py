"""Generators and transformers in a list are looked into: Kustomize takes the list apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks import check
from tests.shapes import shape
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import Files, World

COMPONENTS = shape("components")
STAGING = "apps/staging/kustomization.yaml"
_OF = (
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    "resources:\n  - wiki\ngenerators:\n"
)
_LIST = """\
apiVersion: builtin
kind: {kind}
metadata:
  name: hidden
items:
  - apiVersion: builtin
    kind: ConfigMapGenerator
    metadata:
      name: leak
      namespace: wiki-stage
    files:
      - key={file}
"""


@pytest.mark.parametrize("kind", ["List", "ConfigMapGeneratorList"])
@pytest.mark.parametrize("written", ["in a file", "inline"])
def test_a_list_hides_no_file_of_the_machine(
    kind: str, written: str, world: World, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the machine")
    hidden = _LIST.format(kind=kind, file=secret)
    inline = "  - |\n" + "".join(f"    {line}\n" for line in hidden.splitlines())
    in_a_file: Files = {STAGING: f"{_OF}  - hidden.yaml\n", "apps/staging/hidden.yaml": hidden}
    world.base(COMPONENTS)
    world.pull_request(6, {STAGING: _OF + inline} if written == "inline" else in_a_file)

    told = check(world)

    assert told.code == ExitCode.WITHHELD
    assert told.document["stage"]["objects"] is None
