from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.gitops.layouts import APPS, CONFIG_MAP
from tests.gitops.rendering.test_kustomize import running
from tests.kustomize_program import program
from tests.plans import EPOCH
from understudy.core.config import Kustomize
from understudy.gitops.rendering import render_cache
from understudy.gitops.rendering.kustomize import Program
from understudy.gitops.rendering.renders import Broken, Rendered, Renderer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Files
    from tests.gitops.conftest import Lay
    from understudy.git.trees import GitTree

OVERLAY = "apps/staging"


def render(tree: GitTree, cache: Path, using: Program | None = None) -> Rendered | Broken:
    return Renderer(tree, using or program(), cache=cache).render(OVERLAY)


@pytest.fixture
def never(tmp_path: Path) -> Program:
    """A Kustomize of the same version that must not be run."""
    return running(tmp_path / "never", f"touch {tmp_path}/was-run; exit 1")


def test_an_overlay_that_did_not_change_is_not_rendered_again(
    lay: Lay, tmp_path: Path, never: Program
) -> None:
    before = render(lay(APPS), tmp_path / "cache")
    elsewhere: Files = {
        **APPS,
        "docs/notes.md": "Changed.\n",
        "apps/production/kustomization.yaml": "resources: []\n",
        "apps/base/other/kustomization.yaml": "resources: []\n",
    }
    assert render(lay(elsewhere), tmp_path / "cache", never) == before
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    "path",
    [
        "apps/staging/kustomization.yaml",
        "apps/base/web/deployment.yaml",
        "apps/components/metrics/kustomization.yaml",
        "apps/staging/namespaces.yaml",
        "shared/mode.txt",
        "shared/beside.txt",
    ],
)
def test_whatever_it_depends_on_makes_it_render_again(
    lay: Lay, tmp_path: Path, never: Program, path: str
) -> None:
    render(lay(APPS), tmp_path / "cache")
    changed = str(APPS.get(path, "")) + "# changed\n"
    assert isinstance(render(lay({**APPS, path: changed}), tmp_path / "cache", never), Broken)
    assert (tmp_path / "was-run").exists()


def test_a_base_that_comes_to_be_named_is_looked_at(lay: Lay, tmp_path: Path) -> None:
    """What an overlay depended on last time is no answer when one of that is another now."""
    render(lay(APPS), tmp_path / "cache")
    files: Files = {
        **APPS,
        "apps/base/web/kustomization.yaml": "resources: [namespace.yaml, ../more]\n",
        "apps/base/more/kustomization.yaml": "resources: [more.yaml]\n",
        "apps/base/more/more.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: more}\n",
    }
    first = render(lay(files), tmp_path / "cache")
    files["apps/base/more/more.yaml"] = str(files["apps/base/more/more.yaml"]).replace(
        "{name: more}", "{name: most}"
    )
    second = render(lay(files), tmp_path / "cache")
    assert isinstance(first, Rendered)
    assert isinstance(second, Rendered)
    names = [{each.id.name for each in found.manifests} for found in (first, second)]
    assert names[0] ^ names[1] == {"more", "most"}


def test_another_version_renders_anew(lay: Lay, tmp_path: Path, never: Program) -> None:
    render(lay(APPS), tmp_path / "cache")
    newer = Program(argv=never.argv, version="5.9.0")
    assert isinstance(render(lay(APPS), tmp_path / "cache", newer), Broken)


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"0" * 64 + b"\n[]"])
def test_a_damaged_entry_is_a_miss_and_mended(lay: Lay, tmp_path: Path, damage: bytes) -> None:
    tree, cache = lay(APPS), tmp_path / "cache"
    before = render(tree, cache)
    whole = {file: file.read_bytes() for file in cache.iterdir()}
    for file in whole:
        file.write_bytes(damage)
    assert render(tree, cache) == before
    assert {file: file.read_bytes() for file in cache.iterdir()} == whole


def test_an_entry_that_was_cut_short_is_a_miss(lay: Lay, tmp_path: Path) -> None:
    tree, cache = lay(APPS), tmp_path / "cache"
    before = render(tree, cache)
    for file in cache.iterdir():
        file.write_bytes(file.read_bytes()[:-20])
    assert render(tree, cache) == before


def test_a_cache_that_cannot_be_written_is_none(lay: Lay, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is in the way\n")
    assert isinstance(render(lay(APPS), tmp_path / "cache"), Rendered)


def test_nobody_else_can_read_what_is_kept(lay: Lay, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        render(lay(APPS), tmp_path / "cache")
    finally:
        os.umask(before)
    places = [tmp_path / "cache", *(tmp_path / "cache").iterdir()]
    assert len(places) > 1
    assert [place.stat().st_mode & 0o077 for place in places] == [0] * len(places)


def test_what_is_broken_is_not_kept(lay: Lay, tmp_path: Path, never: Program) -> None:
    assert isinstance(render(lay(APPS), tmp_path / "cache", never), Broken)
    assert isinstance(render(lay(APPS), tmp_path / "cache"), Rendered)


def test_what_the_network_has_is_not_kept(lay: Lay, tmp_path: Path) -> None:
    """The same name stands for something else tomorrow."""
    tree = lay({f"{OVERLAY}/kustomization.yaml": "resources: ['https://example.org/app.yaml']"})
    fetching = running(tmp_path, f"printf '{CONFIG_MAP}'")
    for _ in range(2):
        found = Renderer(tree, fetching, Kustomize(network=True), cache=tmp_path / "cache").render(
            OVERLAY
        )
        assert isinstance(found, Rendered)
    assert not (tmp_path / "cache").exists()


def test_a_file_that_is_new_in_a_folder_without_a_kustomization_counts(
    lay: Lay, tmp_path: Path
) -> None:
    files: Files = {
        f"{OVERLAY}/app/kustomization.yaml": "resources: [cm.yaml]",
        f"{OVERLAY}/app/cm.yaml": CONFIG_MAP,
    }
    added = CONFIG_MAP.replace("x}", "y}")
    counts = []
    for each in (files, {**files, f"{OVERLAY}/new.yaml": added}):
        found = render(lay(each), tmp_path / "cache")
        assert isinstance(found, Rendered)
        counts.append(len(found.manifests))
    assert counts == [1, 2]


def test_what_was_used_last_stays(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, never: Program
) -> None:
    monkeypatch.setattr(render_cache, "KEPT", 3)
    first, *others = (lay({**APPS, "shared/mode.txt": f"{number}\n"}) for number in range(3))
    before = render(first, tmp_path / "cache")
    oldest = list((tmp_path / "cache").iterdir())
    for tree in others:
        for file in (tmp_path / "cache").iterdir():
            moment = EPOCH - (file in oldest)
            os.utime(file, (moment, moment))
        assert render(first, tmp_path / "cache") == before
        render(tree, tmp_path / "cache")
    assert render(first, tmp_path / "cache", never) == before


def test_old_entries_make_room(lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_cache, "KEPT", 4)
    for number in range(5):
        tree = lay({**APPS, "shared/mode.txt": f"{number}\n"})
        render(tree, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 4


def test_what_is_kept_is_equal_to_what_was_rendered(lay: Lay, tmp_path: Path) -> None:
    odd = (
        "apiVersion: example.org/v1\nkind: Odd\nmetadata: {name: odd}\n"
        "spec: {day: 2026-02-03, number: 1.5, none: null, big: 123456789012345678901, on: yes,"
        " text: 'ü'}\n"
    )
    files: Files = {f"{OVERLAY}/kustomization.yaml": "resources: [odd.yaml]"}
    tree = lay({**files, f"{OVERLAY}/odd.yaml": odd})
    first, second = (render(tree, tmp_path / "cache") for _ in range(2))
    assert isinstance(first, Rendered)
    assert first == second
    assert first.manifests[0].at("spec", "day") == "2026-02-03T00:00:00Z"
