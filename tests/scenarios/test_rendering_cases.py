"""What went wrong in real repositories when their stage was rendered, each as small as it gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.checks import check, typed
from tests.shapes import shape, with_text
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.world import Files, World

OVERLAYS = shape("overlays")


def repository(world: World, changes: Files | None = None) -> None:
    """Commit the repository with these changes on the base, and fetch it."""
    world.base({**OVERLAYS, **(changes or {})})
    world.git("fetch", "--quiet", "origin")


def text(path: str) -> str:
    content = OVERLAYS[path]
    assert isinstance(content, str)
    return content


def test_a_stage_that_is_apart_has_no_finding(world: World) -> None:
    repository(world)

    told = check(world)

    assert told.found == set()
    assert told.code == ExitCode.DONE
    assert told.document["stage"] == {"path": "apps/staging", "objects": 18}
    assert told.document["production"] == {"path": "apps/production", "objects": 18}


def test_objects_outside_the_stages_namespaces_are_named_with_their_files(world: World) -> None:
    """What carries the stage's own mark is no finding: Namespaces, a volume, a ClusterRole."""
    repository(
        world,
        {
            **with_text(
                OVERLAYS,
                "apps/staging/kustomization.yaml",
                "- homepage",
                "- certificates\n  - homepage",
            ),
            "apps/staging/certificates/kustomization.yaml": "resources: [grants.yaml]\n",
            "apps/staging/certificates/grants.yaml": _CONFIG_MAPS,
        },
    )

    told = check(world)

    grants = "apps/staging/certificates/grants.yaml"
    assert told.found == {
        ("escaped-namespace", "ConfigMap default/wildcard", grants),
        ("escaped-namespace", "ConfigMap security/policy", grants),
    }
    assert told.code == ExitCode.WITHHELD


def test_overlays_without_a_namespace_render_the_same_objects_twice(world: World) -> None:
    both = "resources:\n  - ../../base/speakers\n"
    repository(
        world,
        {
            "apps/staging/speakers/kustomization.yaml": both,
            "apps/production/speakers/kustomization.yaml": both,
        },
    )

    told = check(world)

    base = "apps/base/speakers"
    assert {each for each in told.found if each[0] == "collision"} == {
        ("collision", "Namespace speakers", f"{base}/namespace.yaml"),
        ("collision", "Deployment speakers/speakers", f"{base}/deployment.yaml"),
        ("collision", "Service speakers/speakers", f"{base}/service.yaml"),
    }


def test_a_cluster_role_of_both_is_a_collision(world: World) -> None:
    changes: Files = {}
    for environment, suffix in (("staging", "stage"), ("production", "prod")):
        path = f"apps/{environment}/homepage/rbac.yaml"
        changes[path] = text(path).replace(f"name: homepage-{suffix}\n", "name: homepage\n")
    repository(world, changes)

    told = check(world)

    rbac = "apps/staging/homepage/rbac.yaml"
    assert {each for each in told.found if each[0] == "collision"} == {
        ("collision", "ClusterRole homepage", rbac),
        ("collision", "ClusterRoleBinding homepage", rbac),
    }


def test_a_volume_that_both_own_is_a_collision(world: World) -> None:
    changes: Files = {}
    for environment, suffix in (("staging", "stage"), ("production", "prod")):
        path = f"apps/{environment}/music/library.yaml"
        changes[path] = text(path).replace(f"music-library-{suffix}", "music-library-pv")
    repository(world, changes)

    told = check(world)

    assert {each for each in told.found if each[0] == "collision"} == {
        (
            "collision",
            "PersistentVolume music-library-pv",
            "apps/staging/music/library.yaml",
        )
    }


def test_an_address_pinned_in_the_base_is_shared(world: World) -> None:
    pinned = "ip-pool: home\n    lbipam.cilium.io/ips: 10.42.2.37"
    service = "apps/base/speakers/service.yaml"
    repository(world, with_text(OVERLAYS, service, "ip-pool: home", pinned))

    told = check(world)

    assert told.found == {("shared-address", "Service speakers-stage/speakers", service)}
    assert "10.42.2.37" in told.of("shared-address")["Service speakers-stage/speakers"]


def test_a_base_that_is_broken_is_named_and_no_change_is_blamed(world: World) -> None:
    production = "apps/production/music/kustomization.yaml"
    repository(
        world, with_text(OVERLAYS, production, "- library.yaml", "- library.yaml\n  - gone.yaml")
    )
    on_base = check(world)
    world.pull_request(72, {"README.md": "News.\n"})

    told = check(world)
    _, page = typed(world)

    assert on_base.code == ExitCode.WITHHELD
    assert on_base.document["base"]["broken"] == ["apps/production"]
    assert told.code == ExitCode.WITHHELD, "what it has in common with production is not known"
    assert "it could not be checked, for the base is broken" in page
    assert told.found == set()
    assert told.known == {("missing-base", "apps/production", production)}
    assert re.search("The base is broken: on .*, apps/production does not render.", page)
    assert "No change made on top of it is to blame for that." in page


def test_a_stage_that_does_not_render_names_the_file(world: World) -> None:
    repository(world)
    staging = "apps/staging/music/kustomization.yaml"
    world.pull_request(
        66, with_text(OVERLAYS, staging, "- library.yaml", "- library.yaml\n  - secret.yaml")
    )

    told = check(world)

    [(_, subject, path)] = told.found
    assert (subject, path) == ("apps/staging", staging)
    assert "secret.yaml" in told.document["findings"][0]["message"]
    assert told.document["stage"]["objects"] is None
    assert told.code == ExitCode.WITHHELD


def test_a_pull_request_is_merged_before_it_is_looked_at(world: World) -> None:
    """It renders by itself; on the base, which took a file away meanwhile, it does not."""
    encrypted = "apps/production/music/secret.sops.yaml"
    repository(world, {encrypted: _ENCRYPTED})
    request = world.pull_request(
        1262,
        with_text(
            OVERLAYS,
            "apps/production/music/kustomization.yaml",
            "- library.yaml",
            "- library.yaml\n  - secret.sops.yaml",
        ),
    )
    world.move_ref("refs/pull/1262/head", request.head)
    by_itself = check(world)
    world.base({encrypted: None})

    told = check(world, "pull/1262/head")

    assert by_itself.code == ExitCode.DONE
    [(_, subject, path)] = told.found
    assert (subject, path) == ("apps/production", "apps/production/music/kustomization.yaml")
    assert "secret.sops.yaml" in told.document["findings"][0]["message"]
    assert told.code == ExitCode.WITHHELD


def test_where_production_does_not_render_the_stage_is_held_against_the_one_before(
    world: World,
) -> None:
    repository(world)
    production = "apps/production/music/kustomization.yaml"
    route = "apps/staging/music/httproute.yaml"
    world.pull_request(
        12,
        {
            **with_text(OVERLAYS, production, "- library.yaml", "- library.yaml\n  - gone.yaml"),
            **with_text(OVERLAYS, route, "music.stage.example.org", "music.example.org"),
        },
    )

    told = check(world)

    assert told.found == {
        ("missing-base", "apps/production", production),
        ("shared-host", "HTTPRoute music-stage/music", route),
    }


def test_another_path_of_a_volume_would_wedge_the_stage(world: World) -> None:
    """One Kustomization is one transaction: none of the stage's apps would be applied (trap 32)."""
    repository(world)
    world.move_ref("refs/heads/staging", "refs/heads/master")
    world.git("fetch", "--quiet", "origin")
    library = "apps/staging/music/library.yaml"
    world.pull_request(
        1165, with_text(OVERLAYS, library, "/export/staging/music", "/export/staging/family/music")
    )

    told = check(world)

    assert told.found == {
        ("immutable-field", "PersistentVolume music-library-stage", library),
    }
    message = told.of("immutable-field")["PersistentVolume music-library-stage"]
    assert "nfs" in message
    assert "/export/staging/music" in message
    assert "/export/staging/family/music" in message
    assert told.code == ExitCode.WITHHELD


def test_overlays_that_nothing_lists_are_orphans(world: World) -> None:
    orphan = "resources: [../../base/speakers]\nnamespace: mosquitto-stage\n"
    path = "apps/staging/mosquitto/kustomization.yaml"
    repository(world, {path: orphan})

    told = check(world)

    assert told.found == {("orphan-overlay", "apps/staging/mosquitto", path)}
    assert told.code == ExitCode.DONE


def test_what_changes_nothing_that_is_rendered_has_no_effect(world: World) -> None:
    repository(world)
    world.pull_request(1333, {"infra/controllers/renovate/cronjob.yaml": "kind: CronJob\n"})

    told = check(world)
    _, page = typed(world)

    effect = told.document["effect"]
    assert [effect[key] for key in ("added", "changed", "removed")] == [[], [], []]
    assert "No effect on the stage" in page
    assert told.code == ExitCode.DONE


_CONFIG_MAPS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: wildcard
  namespace: default
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: policy
  namespace: security
"""
_ENCRYPTED = """\
apiVersion: v1
kind: Secret
metadata:
  name: lastfm
  namespace: music
stringData:
  KEY: ENC[AES256_GCM,data:c3RhZ2U=,iv:EjRWeJq83vA=,tag:EjRWeJq83vA=,type:str]
"""
