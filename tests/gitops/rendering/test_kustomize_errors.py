"""Words of Kustomize that a render in a test does not bring forth; the others are in renders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gitops.layouts import APPS
from understudy.gitops.rendering.kustomize_errors import LENGTH, cause
from understudy.gitops.rendering.references import closure

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay

WHERE = Path("/scratch/repository")
ENTERED = (
    "accumulating resources: accumulation err='accumulating resources from '../../base/web': read"
    " /scratch/repository/apps/base/web: is a directory': recursed accumulation of path"
    " '/scratch/repository/apps/base/web': "
)


@pytest.mark.parametrize(
    ("said", "path", "told"),
    [
        (f"Error: {ENTERED}no luck", "apps/base/web/kustomization.yaml", "no luck."),
        (f"error: {ENTERED}no luck", "apps/base/web/kustomization.yaml", "no luck."),
        (
            f"# Warning: 'bases' is deprecated.\nError: {ENTERED}no luck\n",
            "apps/base/web/kustomization.yaml",
            "no luck.",
        ),
        (
            'E1124 16:14:36.7 1 run.go:72] "command failed" err="no \\"x\\" here"\n',
            "apps/staging/kustomization.yaml",
            'no "x" here.',
        ),
        (
            'E1124 16:14:36.7 1 run.go:72] "command failed" err=<\n\tone\n\ttwo\n >\n',
            "apps/staging/kustomization.yaml",
            "one two.",
        ),
        ("exit code 137", "apps/staging/kustomization.yaml", "exit code 137."),
        ("Error: no such thing", "apps/staging/kustomization.yaml", "no such thing."),
        (
            "Error: https://ada:s3cret@example.org/x: not found",
            "apps/staging/kustomization.yaml",
            "https://***@example.org/x: not found.",
        ),
        (
            "Error: a\x1b[31m\nb '/scratch/repository/apps/x' is not there",
            "apps/staging/kustomization.yaml",
            "a [31m b 'apps/x' is not there.",
        ),
        (
            "Error: " + "x" * 9000,
            "apps/staging/kustomization.yaml",
            "x" * (LENGTH - 1) + "….",
        ),
    ],
)
def test_what_matters_is_told(lay: Lay, said: str, path: str, told: str) -> None:
    tree = lay(APPS)
    found = cause(said, tree, closure(tree, "apps/staging"), repository=WHERE)
    assert (found.rule, found.path) == ("not-rendered", path)
    assert found.message == f"Kustomize cannot render `apps/staging`: {told}"


def test_a_repeated_key_that_is_nowhere_to_be_found_is_told_all_the_same(lay: Lay) -> None:
    tree = lay(APPS)
    said = 'Error: line 3: mapping key "kind" already defined at line 2'
    found = cause(said, tree, closure(tree, "apps/staging"), repository=WHERE)
    assert found.rule == "not-rendered"
    assert 'mapping key "kind" already defined at line 2' in found.message
