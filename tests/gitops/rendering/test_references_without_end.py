"""Overlays that lead in a circle, or to more than can be rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.rendering.test_references import CM, FILE, OVERLAY, rules
from understudy.gitops.rendering import references
from understudy.gitops.rendering.references import DEPTH, closure

if TYPE_CHECKING:
    import pytest

    from tests.git.stores import Files
    from tests.gitops.conftest import Lay


def test_overlays_that_name_each_other_are_told_with_the_way_around(lay: Lay) -> None:
    tree = lay(
        {
            FILE: "resources: [../a]",
            "apps/a/kustomization.yaml": "resources: [../b]",
            "apps/b/kustomization.yaml": "components: [../a]",
        }
    )
    (found,) = closure(tree, OVERLAY).problems
    assert (found.rule, found.path) == ("overlay-cycle", "apps/b/kustomization.yaml")
    assert "`apps/staging` → `apps/a` → `apps/b` → `apps/a`" in found.message


def test_a_long_row_of_overlays_ends(lay: Lay) -> None:
    files: Files = {
        f"o{number}/kustomization.yaml": f"resources: [../o{number + 1}]" for number in range(400)
    }
    (found,) = closure(lay(files), "o0").problems
    assert (found.rule, found.path) == ("render-too-large", f"o{DEPTH - 1}/kustomization.yaml")


def test_overlays_that_double_what_they_take_in_are_weighed_first(lay: Lay) -> None:
    """Forty small files stand for more objects than any machine holds."""
    files: Files = {
        f"o{number}/kustomization.yaml": f"resources: [../o{number + 1}, ../p{number}]"
        for number in range(40)
    }
    files |= {
        f"p{number}/kustomization.yaml": f"resources: [../o{number + 1}]\nnamePrefix: p"
        for number in range(40)
    }
    files["o40/kustomization.yaml"] = "resources: [cm.yaml]"
    files["o40/cm.yaml"] = CM
    found = closure(lay(files), "o0").problems
    assert {each.rule for each in found} == {"render-too-large"}


def test_files_that_are_too_large_are_not_rendered(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "WEIGHT", 100)
    assert rules(lay, "resources: [cm.yaml]", {"apps/staging/cm.yaml": CM}) == []
    large = CM + "#" * 100
    files: Files = {"apps/staging/cm.yaml": large}
    assert rules(lay, "resources: [cm.yaml]", files) == [f"render-too-large {FILE}"]
