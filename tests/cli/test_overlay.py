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
    assert (
        "\nErrors left to you: 1. Mend each in the overlay, or allow it in the configuration, with"
        " a reason.\n\nerror  shared-storage  "
    ) in told
    assert "\n  PersistentVolume web-data-stage  apps/base/web/web.yaml\n" in told
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
    assert told["errors"] == 1
    assert len(told["to_decide"]) == 3


def test_what_a_rule_finds_several_times_has_its_remedy_once_and_errors_end_with_0(
    fleet: Fleet,
) -> None:
    """As a check tells it. The files are written: that is what was asked for."""
    path = "apps/base/notes/kustomization.yaml"
    fleet.clone.write(path, fleet.clone.read(path) + "  - host.yaml\n")
    fleet.clone.write("apps/base/notes/host.yaml", "---\n".join(map(_on_the_host, "abc")))
    fleet.clone.write("apps/production/kustomization.yaml", "resources: [web, ../base/notes]\n")

    added = fleet.overlay("add", "notes", code=ExitCode.DONE)
    _committed(fleet)
    checked = fleet.overlay("check", "notes", code=ExitCode.WITHHELD)

    assert "Errors left to you: 3. " in added
    told = added[added.index("error  host-path (3)") : added.index("\n\nWhen it is as")]
    assert told.count("Use another path in the stage's overlay") == 1
    assert told in checked


def _on_the_host(name: str) -> str:
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n"
        "  volumes: [{name: v, hostPath: {path: /srv/notes}}]\n"
        "  containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /v}]}]\n"
    )


def test_a_host_name_is_written_as_those_of_the_stage_are(fleet: Fleet) -> None:
    fleet.overlay("add", "web")
    path = "apps/staging/web/kustomization.yaml"
    text = fleet.clone.read(path).replace("web-stage.example.org", "web.stage.example.org")
    fleet.clone.write(path, text)
    route = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: notes}\n"
        "spec: {hostnames: [notes.example.org]}\n"
    )
    listed = "apps/base/notes/kustomization.yaml"
    fleet.clone.write(listed, fleet.clone.read(listed) + "  - route.yaml\n")
    fleet.clone.write("apps/base/notes/route.yaml", route)

    told = fleet.overlay("add", "notes")

    assert "`notes.example.org` is `notes.stage.example.org` on the stage" in told


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
    assert "error  missing-base  " in told
    assert "\n  apps/production  apps/production/web/kustomization.yaml\n" in told
    assert "Nothing in them touches production." not in told


def test_without_an_overlay_of_production_nothing_is_compared(fleet: Fleet) -> None:
    for path in (PRODUCTION, "apps/production/kustomization.yaml"):
        (fleet.clone.folder / path).unlink()

    assert "No overlay of production is known" in fleet.overlay("add", "notes")


def test_what_production_alone_has_is_told(fleet: Fleet) -> None:
    """An app whose route is in production's overlay would be reached by nobody on the stage."""
    fleet.clone.write(
        "apps/production/notes/kustomization.yaml",
        "resources: [../../base/notes, a.yaml]\n",
    )
    fleet.clone.write("apps/production/notes/a.yaml", "---\n".join(map(_settings, "abcdefgh")))

    told = fleet.overlay("add", "notes")

    assert (
        "  - Production has more in apps/production/notes: `ConfigMap a`, `ConfigMap b`, `ConfigMap"
        " c`, `ConfigMap d`, `ConfigMap e` and `ConfigMap f`, and 2 more. Where the stage needs"
        f" one, write its own, and list it in {NOTES}.\n"
    ) in told


def _settings(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"


def test_of_one_app_no_more_is_told_wherever_its_base_is(fleet: Fleet) -> None:
    _committed(fleet)
    fleet.clone.git("update-ref", "refs/remotes/origin/main", "HEAD")
    fleet.clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    fleet.clone.write("elsewhere/kustomization.yaml", "resources: [pod.yaml]\n")
    fleet.clone.write("elsewhere/pod.yaml", _on_the_host("a"))
    fleet.clone.write("apps/production/kustomization.yaml", "resources: [web, ../../elsewhere]\n")
    fleet.overlay("add", "notes")
    fleet.overlay("add", "other", "--from", "elsewhere")

    told = fleet.overlay("check", "other", code=ExitCode.WITHHELD)

    assert "error  host-path  " in told
    assert "2 added\n  + Namespace other-stage\n  + Pod other-stage/a\n" in told
    assert "notes-stage" not in told


def test_commands_name_the_stage_that_was_named(fleet: Fleet) -> None:
    config = "stages: {test: {branch: staging}, live: {branch: live}}\n"
    fleet.clone.write("understudy.yaml", config)

    told = fleet.overlay("list", "--stage", "test") + fleet.overlay(
        "add", "notes", "--stage", "test"
    )

    assert "    understudy overlay add notes --stage test\n" in told
    assert "    understudy overlay check --stage test && git add " in told


def test_production_of_many_kustomizations_is_compared_with_as_a_check_does(fleet: Fleet) -> None:
    """Each app is applied by itself: no kustomization lists them, and the rules see them all."""
    (fleet.clone.folder / "apps/production/kustomization.yaml").unlink()
    fleet.clone.write("apps/production/web/kustomization.yaml", "resources: [pod.yaml]\n")
    fleet.clone.write("apps/production/web/pod.yaml", _on_the_host("web"))
    own = kustomization("web", "apps/production/web", "flux-system")
    fleet.clone.write(PRODUCTION, f"{own}---\n{own.replace('web', 'more')}")
    fleet.clone.write("apps/production/more/kustomization.yaml", "resources: []\n")
    fleet.clone.write("understudy.yaml", _BOTH)
    path = "apps/base/notes/kustomization.yaml"
    fleet.clone.write(path, fleet.clone.read(path) + "  - host.yaml\n")
    fleet.clone.write("apps/base/notes/host.yaml", _on_the_host("a"))

    assert "error  host-path  " in fleet.overlay("add", "notes")


_BOTH = "stages: {staging: {kustomize: {stage: apps/staging, production: apps/production}}}\n"
