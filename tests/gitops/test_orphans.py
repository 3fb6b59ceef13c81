from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.core.decisions import Severity
from understudy.gitops import orphans
from understudy.gitops.layout import found_in

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay
    from tests.plans import Entry
    from understudy.core.decisions import Finding
    from understudy.git.trees import GitTree

OVERLAY = "apps/staging"
LISTED: dict[str, str | bytes | Entry] = {
    f"{OVERLAY}/kustomization.yaml": "resources: [web, ./db/]",
    f"{OVERLAY}/web/kustomization.yaml": "resources: [../../base/web]",
    f"{OVERLAY}/db/kustomization.yml": "resources: [db.yaml]",
    f"{OVERLAY}/db/db.yaml": "{}",
    "apps/base/web/kustomization.yaml": "resources: [web.yaml]",
    "apps/base/forgotten/kustomization.yaml": "resources: [web.yaml]",
}
FLUX = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: mqtt, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/staging/mqtt
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""


def _found(tree: GitTree) -> list[Finding]:
    return list(orphans.findings(tree, OVERLAY, found_in(tree)))


def _told(lay: Lay, files: dict[str, str]) -> list[str]:
    return [each.subject for each in _found(lay({**LISTED, **files}))]


def test_overlays_that_are_listed_are_no_orphans(lay: Lay) -> None:
    assert _told(lay, {}) == []


def test_an_overlay_that_nothing_lists_is_told_with_what_to_add(lay: Lay) -> None:
    files = {**LISTED, f"{OVERLAY}/mqtt/kustomization.yaml": "resources: [a.yaml]"}
    (found,) = _found(lay(files))
    assert (found.rule, found.severity) == ("orphan-overlay", Severity.WARNING)
    assert found.subject == "apps/staging/mqtt"
    assert found.path == "apps/staging/mqtt/kustomization.yaml"
    assert found.remedy == (
        "Add `mqtt` to `resources` in `apps/staging/kustomization.yaml`, or delete the folder."
    )


@pytest.mark.parametrize(
    "files",
    [
        {f"{OVERLAY}/web/kustomization.yaml": "components: [../mqtt]"},
        {"clusters/home/kustomization.yaml": "resources: [../../apps/staging/mqtt]"},
        {"clusters/home/mqtt.yaml": FLUX},
        {f"{OVERLAY}/kustomization.yaml": "# mqtt\nresources: [web, db, mqtt]"},
    ],
)
def test_whoever_lists_it_it_is_no_orphan(lay: Lay, files: dict[str, str]) -> None:
    assert _told(lay, {f"{OVERLAY}/mqtt/kustomization.yaml": "", **files}) == []


def test_what_is_inside_an_overlay_is_its_own_business(lay: Lay) -> None:
    inside = {f"{OVERLAY}/web/spare/kustomization.yaml": ""}
    assert _told(lay, inside) == []


def test_an_orphan_is_told_once_for_all_that_is_in_it(lay: Lay) -> None:
    files = {f"{OVERLAY}/mqtt/{each}kustomization.yaml": "" for each in ("", "a/", "b/")}
    assert _told(lay, files) == ["apps/staging/mqtt"]


def test_groups_of_overlays_are_looked_into(lay: Lay) -> None:
    files = {f"{OVERLAY}/media/{each}/kustomization.yaml": "" for each in ("films", "music")}
    files[f"{OVERLAY}/kustomization.yaml"] = "resources: [web, db, media/music]"
    assert _told(lay, files) == ["apps/staging/media/films"]


def test_a_comment_lists_nothing(lay: Lay) -> None:
    files = {
        f"{OVERLAY}/kustomization.yaml": "resources: [web, db]\n# - mqtt\n",
        f"{OVERLAY}/mqtt/kustomization.yaml": "",
    }
    assert _told(lay, files) == ["apps/staging/mqtt"]


def test_flux_lists_by_itself_what_is_below_a_folder_without_a_kustomization(lay: Lay) -> None:
    tree = lay({f"{OVERLAY}/{each}/kustomization.yaml": "" for each in ("web", "db")})
    assert _found(tree) == []


def test_a_kustomization_that_cannot_be_read_lists_nothing(lay: Lay) -> None:
    files = {
        "apps/base/web/kustomization.yaml": "resources: [mqtt",
        f"{OVERLAY}/mqtt/kustomization.yaml": "",
    }
    assert _told(lay, files) == ["apps/staging/mqtt"]
