"""`understudy check` on repositories of the shapes that people have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.checks import check, typed
from tests.shapes import shape, with_text
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World


@pytest.mark.parametrize(
    ("name", "stage", "production"),
    [
        pytest.param("overlays", ("apps/staging", 18), ("apps/production", 18), id="overlays"),
        pytest.param("components", ("apps/staging", 4), ("apps/production", 4), id="components"),
        pytest.param("sops", ("apps/staging", 3), ("apps/production", 3), id="encrypted"),
        pytest.param(
            "ks-per-app", ("kubernetes/stage", 3), ("kubernetes/apps", 7), id="one ks.yaml per app"
        ),
    ],
)
def test_a_stage_that_is_apart_has_no_finding(
    name: str, stage: tuple[str, int], production: tuple[str, int], world: World
) -> None:
    world.base(shape(name))

    told = check(world)

    assert told.found == set()
    for key, (path, objects) in (("stage", stage), ("production", production)):
        assert told.document[key] == {"path": path, "objects": objects}
    assert told.code == ExitCode.DONE


def test_a_stage_that_is_a_cluster_of_its_own_may_have_the_names_of_production(
    world: World,
) -> None:
    world.base(shape("helm-releases"))

    told = check(world)

    assert told.found == set()
    assert told.document["stage"]["objects"] == 3


def test_two_overlays_of_one_cluster_may_not(world: World) -> None:
    files = shape("helm-releases")
    own = "clusters/staging/flux-system/gotk-sync.yaml"
    source = str(files.pop(own)).replace("name: flux-system\n", "name: staging\n", 1)
    moved = {
        "clusters/production/staging-source.yaml": source.partition("---")[0],
        "clusters/production/staging-apps.yaml": str(files.pop("clusters/staging/apps.yaml"))
        .replace("name: apps", "name: apps-staging")
        .replace("name: flux-system\n  timeout", "name: staging\n  timeout"),
    }
    del files["clusters/staging/flux-system/kustomization.yaml"]
    world.base({**files, **moved})

    told = check(world)

    base = "apps/base/podinfo"
    assert {each for each in told.found if each[0] == "collision"} == {
        ("collision", "Namespace podinfo", f"{base}/namespace.yaml"),
        ("collision", "HelmRelease podinfo/podinfo", f"{base}/release.yaml"),
        ("collision", "HelmRepository podinfo/podinfo", f"{base}/repository.yaml"),
    }


def test_a_helm_release_in_a_namespace_of_the_stage_is_apart(world: World) -> None:
    files = shape("helm-releases")
    staging = "apps/staging/kustomization.yaml"
    own = "kind: Kustomization\nnamespace: podinfo-stage"
    world.base(
        {
            **files,
            **with_text(files, staging, "kind: Kustomization", own),
        }
    )

    told = check(world)

    assert told.found == set()
    assert told.document["stage"]["objects"] == 3


def test_without_an_overlay_of_a_stage_the_next_step_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """One environment, no overlay: there is nothing that could be a stage yet."""
    files = shape("ks-per-app")
    world.base({path: text for path, text in files.items() if "stage" not in path})

    code, said = typed(world)

    assert (code, said) == (ExitCode.USAGE, "")
    assert "understudy init --flux" in capsys.readouterr().err


def test_an_encrypted_secret_is_never_opened_and_never_shown(world: World) -> None:
    files = shape("sops")
    encrypted = "apps/staging/mail/secret.sops.yaml"
    world.base(files)
    world.pull_request(4, with_text(files, encrypted, "data:c3RhZ2UlbmM=", "data:bmV3ZXIlbmM="))

    told = check(world)

    assert told.document["effect"]["changed"] == ["Secret mail-stage/mail-credentials"]
    assert "ENC[" not in json.dumps(told.document)


def test_a_changed_component_is_told_for_the_app_that_uses_it(world: World) -> None:
    files = shape("components")
    world.base(files)
    world.pull_request(5, with_text(files, "components/probes/probes.yaml", "/healthz", "/ready"))

    told = check(world)

    assert told.document["effect"]["changed"] == ["Deployment wiki-stage/wiki"]


@pytest.mark.parametrize("name", ["overlays", "components", "sops"])
def test_files_that_are_not_committed_count(name: str, world: World) -> None:
    """It is asked before a push, and before a commit too."""
    files = shape(name)
    world.base(files)
    staging = "apps/staging/kustomization.yaml"
    changed = str(files[staging]).replace("resources:\n", "resources:\n  - not-there\n")
    (world.clone / staging).write_text(changed)

    told = check(world)

    assert {(subject, path) for _, subject, path in told.found} == {("apps/staging", staging)}
    assert told.code == ExitCode.WITHHELD


@pytest.mark.parametrize("name", ["overlays", "sops"])
def test_the_clone_is_left_as_it_was(name: str, world: World) -> None:
    world.base(shape(name))
    (world.clone / "apps" / "new.yaml").write_text("kind: New\n")
    before = files_in(world.clone)

    check(world)

    assert files_in(world.clone) == before


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
