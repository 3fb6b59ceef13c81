"""What Flux's notification-controller really writes, and what must not be taken for it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.config import Flux, Stage
from understudy.core.deployment import Deployment, Readiness
from understudy.core.flux_statuses import Told, deployment_in
from understudy.core.model import CommitSha

COMMIT = CommitSha("a" * 40)
STAGE = Stage(branch="staging")
NAME = "kustomization/apps-staging/0c9c2e41"


def read(*told: Told, stage: Stage = STAGE, is_base: bool = False) -> Deployment | None:
    return deployment_in(told, COMMIT, stage, is_base=is_base)


def names(found: Deployment | None) -> list[str]:
    return [each.name for each in found.kustomizations] if found else []


@pytest.mark.parametrize(
    ("word", "description", "expected"),
    [
        ("SUCCESS", "reconciliation succeeded", Readiness.READY),
        ("success", "", Readiness.READY),
        ("FAILURE", "health check failed", Readiness.FAILED),
        ("failure", "build failed", Readiness.FAILED),
        ("error", "", Readiness.FAILED),
        ("success", "dependency not ready", Readiness.PROGRESSING),
        ("success", "health check canceled", Readiness.PROGRESSING),
        ("pending", "progressing", Readiness.PROGRESSING),
        ("running", "", Readiness.PROGRESSING),
        ("sunny", "reconciliation succeeded", Readiness.UNKNOWN),
    ],
)
def test_trap_07_only_a_success_that_is_one_is_ready(
    word: str, description: str, expected: Readiness
) -> None:
    found = read(Told(name=NAME, word=word, description=description))

    assert found is not None
    (applied,) = found.kustomizations
    assert (applied.readiness, applied.message) == (expected, description)
    assert applied.attempted == COMMIT
    assert applied.applied == (COMMIT if expected is Readiness.READY else None)


def test_trap_33_all_that_was_told_of_a_commit_is_one_deployment() -> None:
    at = datetime(2026, 11, 25, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    found = read(
        Told(name="kustomization/media/0c9c2e41", word="failure", description="build failed"),
        Told(name=NAME, word="success", description="reconciliation succeeded", at=at),
        Told(name="gitrepository/flux-system-staging/0c9c2e41", word="success"),
        Told(name="understudy/staging", word="success"),
        Told(name="ci/circle", word="failure"),
    )

    assert found is not None
    assert (found.told_by, names(found)) == ("forge", ["apps-staging", "media"])
    assert found.kustomizations[0].since == "2026-11-25T10:00:00+00:00"
    assert found.kustomizations[0].namespace == "flux-system"
    assert found.source is not None
    assert (found.source.name, found.source.revision) == ("flux-system-staging", COMMIT)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("success", Readiness.READY),
        ("failure", Readiness.FAILED),
        ("pending", Readiness.PROGRESSING),
        ("sunny", Readiness.UNKNOWN),
    ],
)
def test_trap_07_a_source_is_no_more_than_it_says(word: str, expected: Readiness) -> None:
    name = "gitrepository/flux-system-staging/0c9c2e41"
    found = read(Told(name=name, word=word, description="stored artifact"))

    assert found is not None
    assert found.source is not None
    assert found.source.readiness is expected


def test_two_clusters_that_apply_it_under_one_name_both_speak() -> None:
    found = read(
        Told(name="kustomization/apps-staging/0c9c2e41", word="success"),
        Told(name="kustomization/apps-staging/ffffffff", word="failure"),
    )

    assert names(found) == ["apps-staging", "apps-staging"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "kustomization",
        "kustomization/",
        "kustomization//0c9c2e41",
        "kustomization/-x/0c9c2e41",
        "kustomization/a b/0c9c2e41",
        "my/kustomization/apps/0c9c2e41",
        "helmrelease/podinfo/0c9c2e41",
        "understudy/staging",
    ],
)
def test_what_is_not_named_as_flux_names_it_says_nothing(name: str) -> None:
    assert read(Told(name=name, word="success")) is None


@pytest.mark.parametrize(
    "name",
    [
        "Kustomization/apps-staging/0C9C2E41",
        "kustomization/apps-staging",
        "kustomization/apps-staging/melodic-muse/0c9c2e41",
    ],
)
def test_a_name_that_its_owner_composed_is_known_by_its_beginning(name: str) -> None:
    assert names(read(Told(name=name, word="success"))) == ["apps-staging"]


def test_where_the_configuration_names_what_deploys_it_nothing_else_counts() -> None:
    stage = Stage(branch="staging", flux=Flux(kustomization="media", source="other"))
    found = read(
        Told(name=NAME, word="failure"),
        Told(name="kustomization/media/0c9c2e41", word="success"),
        Told(name="gitrepository/flux-system-staging/0c9c2e41", word="success"),
        stage=stage,
        is_base=True,
    )

    assert names(found) == ["media"]
    assert found is not None
    assert found.source is None


def test_trap_10_production_says_nothing_of_a_stage_that_is_the_base_itself() -> None:
    production = Told(name="kustomization/apps-production/0c9c2e41", word="failure")

    assert read(production, is_base=True) is None
    assert names(read(production, Told(name=NAME, word="success"), is_base=True)) == [
        "apps-staging"
    ]


@given(st.lists(st.builds(Told, name=st.text(), word=st.text(), description=st.text())))
def test_whatever_is_told_can_be_read(told: list[Told]) -> None:
    read(*told)
