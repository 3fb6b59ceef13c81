from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.checks import check, typed
from tests.render.runner import commands
from tests.shapes import shape, with_text
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World

OVERLAYS = shape("overlays")
ROUTE = "apps/staging/music/httproute.yaml"
SHARED_HOST = with_text(OVERLAYS, ROUTE, "music.stage.example.org", "music.example.org")
FOUND = {("shared-host", "HTTPRoute music-stage/music", ROUTE)}


@pytest.fixture
def homelab(world: World) -> World:
    """A base with a clean stage, and a pull request #7 that takes a host of production's."""
    world.base(OVERLAYS)
    request = world.pull_request(7, SHARED_HOST, branch="topic")
    world.move_ref("refs/pull/7/head", request.head)
    world.git("fetch", "--quiet", "origin")
    return world


def test_it_is_told_as_a_page(homelab: World) -> None:
    code, page = typed(homelab)

    assert code == ExitCode.WITHHELD
    assert page.startswith("the work tree: 1 error\n\n  apps/staging     18 objects\n")
    assert "error  shared-host  The stage and production answer to the same host name\n" in page


@pytest.mark.parametrize("flag", [("--json",), ("--format", "json")])
def test_it_is_told_as_json(flag: tuple[str, ...], homelab: World) -> None:
    code, said = typed(homelab, *flag)

    assert code == ExitCode.WITHHELD
    assert json.loads(said)["errors"] == 1


@pytest.mark.parametrize("flag", [("--sarif",), ("--format", "sarif")])
def test_it_is_told_as_sarif(flag: tuple[str, ...], homelab: World) -> None:
    code, said = typed(homelab, *flag)

    [run] = json.loads(said)["runs"]
    assert code == ExitCode.WITHHELD
    assert [each["ruleId"] for each in run["results"]] == ["shared-host"]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]


def test_where_a_workflow_runs_it_is_told_as_annotations_and_a_summary(
    homelab: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    homelab.machine.extra.update(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))

    code, said = typed(homelab)

    [error] = commands(capfd.readouterr().err)
    assert (code, said) == (ExitCode.WITHHELD, "")
    assert (error.name, error.properties["file"]) == ("error", ROUTE)
    assert summary.read_text().startswith("### the work tree\\: 1 error\n\n```\n")


def test_in_a_workflow_too_a_form_can_be_chosen(homelab: World) -> None:
    homelab.machine.extra.update(GITHUB_ACTIONS="true")

    assert json.loads(typed(homelab, "--sarif")[1])["version"] == "2.1.0"


# --- which revision ------------------------------------------------------------------------------


def test_a_revision_of_the_clone_can_be_named(homelab: World) -> None:
    homelab.git("checkout", "--quiet", "master")

    assert check(homelab).found == set()
    assert check(homelab, "topic").found == FOUND
    assert check(homelab, "origin/topic").document["revision"] == "origin/topic"


def test_a_long_id_is_told_in_short(homelab: World) -> None:
    head = homelab.requests[7].head

    for where in ((), ("--repo", homelab.address)):
        assert check(homelab, head, *where).document["revision"] == head[:7]


def test_the_base_is_where_the_revision_left_it(homelab: World) -> None:
    """What landed on the base meanwhile is no effect of this change."""
    homelab.base(with_text(OVERLAYS, "apps/base/speakers/deployment.yaml", "0.31.0", "0.32.0"))
    homelab.git("fetch", "--quiet", "origin")

    effect = check(homelab, "topic").document["effect"]

    assert effect["changed"] == ["HTTPRoute music-stage/music"]


@pytest.mark.parametrize("name", ["pull/7/head", "refs/pull/7/head"])
def test_a_pull_request_is_looked_at_as_merged_into_the_base(name: str, homelab: World) -> None:
    homelab.git("checkout", "--quiet", "master")
    homelab.base(with_text(OVERLAYS, "apps/base/speakers/deployment.yaml", "0.31.0", "0.32.0"))

    told = check(homelab, name)

    assert told.found == FOUND
    assert told.document["revision"] == name
    assert told.document["base"]["revision"].startswith("master at ")
    assert told.document["effect"]["changed"] == ["HTTPRoute music-stage/music"]


def test_with_an_address_no_clone_is_needed(homelab: World, tmp_path: Path) -> None:
    homelab.clone = tmp_path

    assert check(homelab, "topic", "--repo", homelab.address).found == FOUND
    assert check(homelab, "--repo", homelab.address).found == set()


def test_what_the_base_already_contains_has_the_base_s_files(homelab: World) -> None:
    homelab.land(7)

    told = check(homelab, "pull/7/head")

    assert told.document["base"]["revision"].startswith("master at ")
    assert told.document["effect"] is None


def test_what_conflicts_with_the_base_cannot_be_looked_at(
    homelab: World, capsys: pytest.CaptureFixture[str]
) -> None:
    homelab.base(with_text(OVERLAYS, ROUTE, "music.stage.example.org", "m.stage.example.org"))

    assert typed(homelab, "pull/7/head")[0] == ExitCode.USAGE
    assert f"it conflicts with the base in `{ROUTE}`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "This clone has no commit `nowhere`."),
        (("--against", "nowhere"), "This clone has no commit `nowhere`."),
        (("pull/99/head",), "`refs/pull/99/head` is no branch, tag or tip of the remote."),
        (("--stage", "nowhere"), "There is no stage `nowhere`."),
    ],
)
def test_what_does_not_exist_is_named(
    arguments: tuple[str, ...], said: str, homelab: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(homelab, *arguments)[0] == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_against_a_revision_it_is_compared_with_that_one_alone(homelab: World) -> None:
    homelab.move_ref("refs/heads/staging", "refs/heads/master")
    homelab.git("fetch", "--quiet", "origin")

    told = check(homelab, "--against", "topic")

    assert told.found == FOUND
    assert told.document["published"] is None
    assert told.document["base"]["revision"].startswith("topic at ")
    assert check(homelab).document["published"].startswith("staging at ")


# --- which settings ------------------------------------------------------------------------------

ALLOWING = """\
stages:
  staging:
    isolation:
      allow: [{rule: shared-host, object: HTTPRoute music-stage/*, reason: A demonstration.}]
"""


def test_the_settings_are_those_among_the_files(homelab: World) -> None:
    (homelab.clone / "understudy.yaml").write_text(ALLOWING)

    told = check(homelab)

    assert told.found == set()
    assert [each["reason"] for each in told.document["excused"]] == ["A demonstration."]


def test_settings_can_be_named_instead(homelab: World, tmp_path: Path) -> None:
    config = tmp_path / "other.yaml"
    config.write_text(ALLOWING)

    assert check(homelab, "--config", str(config)).found == set()


def test_of_a_remote_the_settings_are_those_of_the_default_branch(homelab: World) -> None:
    """A pull request cannot allow itself anything (invariant 8)."""
    homelab.move_ref(
        "refs/pull/8/head", homelab.branch("eight", {"understudy.yaml": ALLOWING}, on="topic")
    )

    assert check(homelab, "pull/8/head").found == FOUND


def test_settings_for_a_rule_that_does_not_exist_are_refused(
    homelab: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (homelab.clone / "understudy.yaml").write_text(ALLOWING.replace("shared-host", "shared-hots"))

    assert typed(homelab)[0] == ExitCode.USAGE
    assert "Did you mean `shared-host`?" in capsys.readouterr().err


def test_overlays_can_be_anywhere(world: World) -> None:
    moved = {
        path.replace("apps/staging", "deploy/preview").replace("apps/prod", "deploy/prod"): text
        for path, text in OVERLAYS.items()
        if not path.startswith("clusters")
    }
    configured = "{stage: deploy/preview, production: deploy/production}"
    settings = f"stages: {{staging: {{kustomize: {configured}}}}}\n"
    world.base(
        {
            **{
                path: str(text).replace("../../base", "../../../apps/base")
                for path, text in moved.items()
            },
            "understudy.yaml": settings,
        }
    )

    told = check(world)

    assert told.document["stage"] == {"path": "deploy/preview", "objects": 18}
    assert told.document["production"] == {"path": "deploy/production", "objects": 18}


# --- where it cannot work ------------------------------------------------------------------------


def test_without_kustomize_it_says_what_to_install(
    homelab: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tests.kustomize_program.environment", lambda: {"UNDERSTUDY_KUSTOMIZE": "x"}
    )

    assert typed(homelab)[0] == ExitCode.USAGE
    assert "Install kustomize 5.4.2 or newer" in capsys.readouterr().err


def test_outside_of_a_clone_it_says_so(
    homelab: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    homelab.clone = tmp_path / "elsewhere"
    homelab.clone.mkdir()

    assert typed(homelab)[0] == ExitCode.USAGE
    assert "is in no Git clone with files" in capsys.readouterr().err
