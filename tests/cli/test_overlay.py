from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import kustomization
from tests.gitops.writing.fleets import OVERLAY, PRODUCTION, STAGE, STAGED
from tests.kustomize_program import environment
from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.clones import Clone

NOTES = "apps/staging/notes/kustomization.yaml"
NAMESPACE = "apps/staging/notes/namespace.yaml"


class Fleet:
    """A clone with a stage that Flux deploys, in which `understudy overlay` is typed."""

    def __init__(self, clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
        """Take a clone that we stand in."""
        self.clone = clone
        self._capsys = capsys

    def overlay(self, *arguments: str, code: int = ExitCode.DONE) -> str:
        """Type it; return what it printed."""
        assert run(["overlay", *arguments]) == code, self._capsys.readouterr()
        told = self._capsys.readouterr()
        return told.err if code == ExitCode.USAGE else told.out


@pytest.fixture
def fleet(
    clone: Clone,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Fleet:
    """A clone whose stage is deployed and has no app yet."""
    for name, value in {**environment(), "UNDERSTUDY_CACHE": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    for path, text in STAGED.items():
        clone.write(path, text)
    return Fleet(clone, capsys)


def test_an_app_is_added_and_what_it_renders_is_told(fleet: Fleet) -> None:
    told = fleet.overlay("add", "notes")

    assert told == (
        "Wrote 3 files\n"
        f"  created   {NAMESPACE}\n"
        f"  created   {NOTES}\n"
        f"  changed   {OVERLAY}\n"
        "\n"
        "It renders 2 objects in notes-stage.\n"
        "Nothing in them touches production.\n"
        "\n"
        "When it is as you want it, check the whole, and bring it to the default branch:\n"
        f"    understudy overlay check && git add {NAMESPACE} {NOTES} {OVERLAY}\n"
    )
    assert fleet.clone.read(OVERLAY) == "resources:\n  - notes\n"


def test_what_a_person_must_decide_is_told(fleet: Fleet) -> None:
    told = fleet.overlay("add", "web")

    assert "It renders 8 objects in web-stage.\n" in told
    assert "Nothing in them touches production." not in told
    assert "error  shared-storage  PersistentVolume web-data-stage\n" in told
    assert "\nTo decide\n  - `web.example.org` is `web-stage.example.org` on the stage" in told
    assert "  - Deployment web needs the Secret `web-login`" in told


def test_again_it_changes_nothing(fleet: Fleet) -> None:
    fleet.overlay("add", "notes")
    before = fleet.clone.files()

    told = fleet.overlay("add", "notes")

    assert told.startswith(f"Wrote nothing\n  unchanged {OVERLAY}\n")
    assert fleet.clone.files() == before


def test_an_overlay_that_is_listed_nowhere_is_listed(fleet: Fleet) -> None:
    fleet.clone.write("apps/staging/old/kustomization.yaml", "resources: [old.yaml]\n")
    fleet.clone.write(
        "apps/staging/old/old.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old, namespace: old-stage}\n",
    )

    told = fleet.overlay("add", "old")

    assert told.startswith(f"Wrote 1 file\n  changed   {OVERLAY}\n")


def test_a_dry_run_writes_nothing_and_shows_it(fleet: Fleet) -> None:
    before = fleet.clone.files()

    told = fleet.overlay("add", "notes", "--dry-run")

    assert told.startswith("Would write 3 files\n")
    assert "+namespace: notes-stage\n" in told
    assert "-resources: []\n+resources:\n+  - notes\n" in told
    assert fleet.clone.files() == before


def test_the_whole_is_told_as_json(fleet: Fleet) -> None:
    told = json.loads(fleet.overlay("add", "web", "--dry-run", "--json"))

    assert told["overlay"] == "apps/staging/web"
    assert told["namespaces"] == ["web-stage"]
    assert [each["rule"] for each in told["findings"]] == ["shared-storage"]
    assert len(told["to_decide"]) == 3


def test_where_each_app_is_applied_by_itself_so_is_a_new_one(fleet: Fleet) -> None:
    fleet.overlay("add", "notes")
    own = kustomization("apps-staging-notes", "apps/staging/notes", "flux-system-staging")
    fleet.clone.write(STAGE, own)

    fleet.overlay("add", "web")

    assert fleet.clone.read(STAGE).startswith(f"{own}---\n")
    assert "  path: ./apps/staging/web\n" in fleet.clone.read(STAGE)


def test_a_base_that_does_not_render_is_named_and_nothing_is_written(fleet: Fleet) -> None:
    fleet.clone.write("apps/base/notes/kustomization.yaml", "resources: [gone.yaml]\n")
    before = fleet.clone.files()

    told = fleet.overlay("add", "notes", code=ExitCode.USAGE)

    assert told.startswith("error: `apps/base/notes` does not render.")
    assert "gone.yaml" in told
    assert fleet.clone.files() == before


def test_the_apps_are_listed(fleet: Fleet) -> None:
    fleet.clone.write("apps/staging/old/kustomization.yaml", "")
    fleet.overlay("add", "notes")

    assert fleet.overlay("list") == (
        "App    Stage       Production\n"
        "notes  yes         -\n"
        "old    not listed  -\n"
        "web    -           yes\n"
        "\n"
        "`not listed`: it has an overlay that nothing applies. To list it:\n"
        "    understudy overlay add old\n"
        "To make an overlay for an app that has none:\n"
        "    understudy overlay add web\n"
    )
    assert json.loads(fleet.overlay("list", "--json"))["apps"][0] == {
        "name": "notes",
        "has_base": True,
        "has_overlay": True,
        "on_stage": True,
        "in_production": False,
    }


def _committed(fleet: Fleet) -> None:
    fleet.clone.git("add", "--all")
    fleet.clone.git(
        "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--message", "fleet"
    )


def test_the_stage_is_checked_or_one_app_of_it(fleet: Fleet) -> None:
    _committed(fleet)
    fleet.overlay("add", "notes")
    fleet.overlay("add", "web")

    whole = fleet.overlay("check", code=ExitCode.WITHHELD)
    web = fleet.overlay("check", "web", code=ExitCode.WITHHELD)
    notes = fleet.overlay("check", "notes", "--json")

    assert "shared-storage" in whole
    assert "shared-storage" in web
    assert json.loads(notes)["findings"] == []


def test_an_app_that_is_not_on_the_stage_cannot_be_checked(fleet: Fleet) -> None:
    _committed(fleet)

    told = fleet.overlay("check", "web", code=ExitCode.USAGE)

    assert "There is no overlay of `web` for the stage." in told


def test_production_that_does_not_render_is_told_for_nothing_is_compared(fleet: Fleet) -> None:
    fleet.clone.write("apps/production/web/kustomization.yaml", "resources: [gone.yaml]\n")

    told = fleet.overlay("add", "notes")

    assert "It renders 2 objects in notes-stage." in told
    assert "error  missing-base  apps/production" in told
    assert "Nothing in them touches production." not in told


def test_without_an_overlay_of_production_nothing_is_compared(fleet: Fleet) -> None:
    for path in (PRODUCTION, "apps/production/kustomization.yaml"):
        (fleet.clone.folder / path).unlink()

    assert "No overlay of production is known" in fleet.overlay("add", "notes")
