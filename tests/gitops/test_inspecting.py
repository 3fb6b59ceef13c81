from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests import kustomize_program
from tests.shapes import shape, with_text
from understudy.core.config import Allowed, Isolation, Stage
from understudy.core.decisions import Severity
from understudy.core.errors import ConfigError, UsageError
from understudy.gitops.inspecting import Asked, Named, inspect
from understudy.gitops.rendering.renders import Renderer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.gitops.conftest import Lay
    from understudy.core.inspection import Inspection
    from understudy.core.ports import Tree

FILES: dict[str, str] = {path: str(text) for path, text in shape("overlays").items()}
STAGE = Stage(branch="staging")
LIBRARY = "apps/staging/music/library.yaml"
ROUTE = "apps/staging/music/httproute.yaml"
STAGING = "apps/staging/kustomization.yaml"
PRODUCTION = "apps/production/kustomization.yaml"


def changed(path: str, old: str, new: str) -> dict[str, str]:
    return {**FILES, path: str(with_text(dict(FILES), path, old, new)[path])}


OTHER_PATH = changed(LIBRARY, "/export/staging/music", "/export/stage/music")
TAKEN_HOST = changed(ROUTE, "music.stage.example.org", "music.example.org")
BROKEN_STAGE = changed(STAGING, "- music", "- music\n  - gone")
BROKEN_PRODUCTION = changed(PRODUCTION, "- music", "- music\n  - gone")
NO_STAGE = {path: text for path, text in FILES.items() if not path.startswith("apps/staging")}


def rendering(tree: Tree) -> Renderer:
    return Renderer(tree, kustomize_program.program())


def looked_at(
    lay: Lay,
    revision: Mapping[str, str],
    *,
    base: Mapping[str, str] | None = None,
    published: Mapping[str, str] | None = None,
    stage: Stage = STAGE,
) -> Inspection:
    asked = Asked(
        revision=Named(name="revision", tree=lay({**revision})),
        stage=stage,
        base=None if base is None else Named(name="base", tree=lay({**base})),
        published=None if published is None else Named(name="published", tree=lay({**published})),
    )
    return inspect(asked, rendering)


def rules(inspection: Inspection) -> list[str]:
    return [each.rule for each in inspection.findings]


def test_without_anything_to_compare_with_all_that_is_found_counts(lay: Lay) -> None:
    told = looked_at(lay, TAKEN_HOST)

    assert rules(told) == ["shared-host"]
    assert (told.base, told.published, told.effect, told.known) == (None, None, None, ())


def test_what_the_base_has_too_is_known(lay: Lay) -> None:
    told = looked_at(lay, {**TAKEN_HOST, "README.md": "News.\n"}, base=TAKEN_HOST)

    assert rules(told) == []
    assert [each.rule for each in told.known] == ["shared-host"]


def test_what_is_found_on_the_base_itself_counts(lay: Lay) -> None:
    told = looked_at(lay, TAKEN_HOST, base=TAKEN_HOST)

    assert rules(told) == ["shared-host"]
    assert told.base is not None
    assert told.base.is_same
    assert told.effect is None


def test_a_base_without_a_stage_is_no_hindrance_to_adding_one(lay: Lay) -> None:
    told = looked_at(lay, FILES, base=NO_STAGE)

    assert rules(told) == []
    assert told.effect is not None
    assert len(told.effect.added) == 18


def test_of_a_base_whose_stage_is_broken_no_effect_can_be_told(lay: Lay) -> None:
    told = looked_at(lay, FILES, base=BROKEN_STAGE)

    assert told.base is not None
    assert told.base.broken == ("apps/staging",)
    assert told.effect is None


@pytest.mark.parametrize("key", ["stage", "production"])
def test_an_overlay_that_is_configured_and_nowhere_is_a_mistake(lay: Lay, key: str) -> None:
    """Nothing would be compared with production, and nobody would know."""
    stage = Stage(
        branch="staging", kustomize=msgspec.structs.replace(STAGE.kustomize, **{key: "apps/prod"})
    )

    with pytest.raises(ConfigError, match=rf"kustomize.{key}: apps/prod`: there is no such folder"):
        looked_at(lay, FILES, base=FILES, stage=stage)


# --- the published stage -------------------------------------------------------------------------


def test_the_cluster_has_what_is_published(lay: Lay) -> None:
    told = looked_at(lay, OTHER_PATH, base=OTHER_PATH, published=FILES)

    assert rules(told) == ["immutable-field"]
    assert told.published == "published"


def test_where_nothing_is_published_the_cluster_has_what_the_base_has(lay: Lay) -> None:
    told = looked_at(lay, OTHER_PATH, base=FILES)

    assert rules(told) == ["immutable-field"]
    assert told.published is None


def test_a_published_stage_without_the_overlay_has_nothing(lay: Lay) -> None:
    assert rules(looked_at(lay, OTHER_PATH, base=FILES, published=NO_STAGE)) == []


def test_of_a_published_stage_that_does_not_render_nothing_is_known(lay: Lay) -> None:
    told = looked_at(lay, OTHER_PATH, base=FILES, published=BROKEN_STAGE)

    assert rules(told) == []
    assert told.published is None


# --- what Flux is told ---------------------------------------------------------------------------

FLUX = "clusters/home/apps-staging.yaml"
NAMED = changed(FLUX, "  prune: true", "  nameSuffix: -x\n  prune: true")


def test_the_stage_is_what_flux_makes_of_its_overlay(lay: Lay) -> None:
    told = looked_at(lay, NAMED, base=FILES)

    assert told.effect is not None
    assert "Deployment music-stage/music-x" in told.effect.added
    assert "Deployment music-stage/music" in told.effect.removed


def test_so_is_the_published_stage(lay: Lay) -> None:
    assert rules(looked_at(lay, NAMED, published=NAMED)) == rules(looked_at(lay, NAMED))


def test_a_mistake_in_what_flux_is_told_is_found_even_where_the_stage_is_broken(lay: Lay) -> None:
    wrong = changed(FLUX, "prune: true", "prunes: true")[FLUX]

    told = looked_at(lay, {**BROKEN_STAGE, FLUX: wrong})

    assert rules(told) == ["missing-base", "schema", "schema"]
    assert {each.path for each in told.findings if each.rule == "schema"} == {FLUX}


# --- overlays that do not render -----------------------------------------------------------------


def test_a_production_that_does_not_render_is_taken_as_on_the_base(lay: Lay) -> None:
    both = {**BROKEN_PRODUCTION, ROUTE: TAKEN_HOST[ROUTE]}

    told = looked_at(lay, both, base=FILES)

    assert rules(told) == ["missing-base", "shared-host"]
    assert told.production_as_on == "base"


def test_a_base_whose_production_does_not_render_is_held_against_that_of_the_revision(
    lay: Lay,
) -> None:
    """Whoever mends production is not blamed for what the stage shares with it."""
    broken = {**BROKEN_PRODUCTION, ROUTE: TAKEN_HOST[ROUTE]}

    told = looked_at(lay, TAKEN_HOST, base=broken)

    assert rules(told) == []
    assert [each.rule for each in told.known] == ["shared-host"]


def test_without_production_only_the_stage_is_looked_at(lay: Lay) -> None:
    alone = {
        path: text
        for path, text in FILES.items()
        if not path.startswith(("apps/production", "clusters"))
    }

    told = looked_at(lay, alone)

    assert (told.production, rules(told)) == (None, [])


def test_without_a_stage_there_is_nothing_to_look_at(lay: Lay) -> None:
    alone = {path: text for path, text in NO_STAGE.items() if not path.startswith("clusters")}

    with pytest.raises(UsageError, match="no telling which folder"):
        looked_at(lay, alone)


# --- settings ------------------------------------------------------------------------------------


def allowing(rule: str) -> Stage:
    entry = Allowed(rule=rule, object="*", reason="A demonstration.")
    return msgspec.structs.replace(STAGE, isolation=Isolation(allow=(entry,)))


def test_what_is_allowed_is_excused(lay: Lay) -> None:
    told = looked_at(lay, TAKEN_HOST, stage=allowing("shared-host"))

    assert rules(told) == []
    assert [each.reason for each in told.excused] == ["A demonstration."]


@pytest.mark.parametrize(
    ("revision", "rule", "found"),
    [
        pytest.param(FILES, "shared-host", ["unused-allowance"], id="it could look"),
        pytest.param(FILES, "immutable-field", [], id="nothing is known of the cluster"),
        pytest.param(FILES, "missing-base", [], id="of renders"),
        pytest.param(BROKEN_STAGE, "shared-host", ["missing-base"], id="nothing to look at"),
        pytest.param(BROKEN_PRODUCTION, "shared-host", ["missing-base"], id="no production"),
    ],
)
def test_an_allowance_is_unused_only_where_its_rule_could_look(
    revision: Mapping[str, str], rule: str, found: list[str], lay: Lay
) -> None:
    assert rules(looked_at(lay, revision, stage=allowing(rule))) == found


def test_errors_are_told_first_and_what_one_rule_found_together(lay: Lay) -> None:
    orphan = "resources: [../../base/speakers]\n"
    files = {**TAKEN_HOST, "apps/staging/orphan/kustomization.yaml": orphan}
    severity = {"shared-host": Severity.WARNING, "orphan-overlay": Severity.ERROR}
    stage = msgspec.structs.replace(STAGE, isolation=Isolation(severity=severity))

    assert rules(looked_at(lay, files)) == ["shared-host", "orphan-overlay"]
    assert rules(looked_at(lay, files, stage=stage)) == ["orphan-overlay", "shared-host"]
