from __future__ import annotations

import pytest

from understudy.gitops.ownership import Ownership
from understudy.gitops.writing.host_names import HostNames

OWN = Ownership(patterns=("*-stage",), branch="staging")
PRODUCTION = frozenset({"web.example.org", "notes.example.org", "auth.example.net", "home.lan"})


def new(host: str, *stage: str, production: frozenset[str] = PRODUCTION) -> str | None:
    names = HostNames(mark="-stage", own=OWN, production=production, stage=frozenset(stage))
    return names.on_stage(host)


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("web.example.org", "web-stage.example.org"),
        ("go", "go-stage"),
        ("${APP}.example.org", "${APP}-stage.example.org"),
        ("${HOST}", None),
        ("*.example.org", None),
    ],
)
def test_where_the_stage_has_no_habit_a_name_gets_the_mark_in_its_first_part(
    host: str, wanted: str | None
) -> None:
    assert new(host) == wanted


@pytest.mark.parametrize(
    ("stage", "wanted"),
    [
        ("web.stage.example.org", "go.stage.example.org"),
        ("stage.web.example.org", "stage.go.example.org"),
        ("staging-web.example.org", "staging-go.example.org"),
        ("web-stg.example.org", "go-stg.example.org"),
        ("web.staging.lan", "go.staging.lan"),
    ],
)
def test_one_name_that_says_it_is_the_stages_is_a_habit(stage: str, wanted: str) -> None:
    assert new("go.example.org", stage) == wanted


@pytest.mark.parametrize(
    ("stage", "wanted"),
    [
        (("web2.example.org",), "go-stage.example.org"),
        (("web-lab.example.org",), "go-stage.example.org"),
        (("web-lab.example.org", "notes-lab.example.org"), "go-lab.example.org"),
        (("web.example.com",), "go-stage.example.org"),
        (("web.example.com", "notes.example.com"), "go.example.com"),
    ],
)
def test_names_that_do_not_say_it_are_a_habit_if_there_are_several(
    stage: tuple[str, ...], wanted: str
) -> None:
    assert new("go.example.org", *stage) == wanted


def test_the_most_usual_is_followed() -> None:
    stage = ("web-stage.example.org", "auth.stage.example.net", "notes.stage.example.org")

    assert new("go.example.org", *stage) == "go.stage.example.org"


def test_a_habit_holds_for_other_domains_and_another_domain_for_its_own_alone() -> None:
    assert new("go.example.com", "web.stage.example.org") == "go.stage.example.com"
    assert new("go.example.com", "web.staging.lan") == "go-stage.example.com"


def test_a_name_that_holds_another_is_taken_for_itself() -> None:
    production = frozenset({"home.example.org", "home-page.example.org"})

    told = new("go.example.org", "home-page.stage.example.org", production=production)

    assert told == "go.stage.example.org"


def test_what_production_has_too_is_no_habit_of_the_stage() -> None:
    production = PRODUCTION | {"web.stage.example.org"}

    told = new("go.example.org", "web.stage.example.org", production=production)

    assert told == "go-stage.example.org"


def test_names_keep_their_letters_for_a_variable_is_another_in_small_ones() -> None:
    assert new("go.${DOMAIN}", "web.stage.example.org") == "go.stage.${DOMAIN}"
    assert new("go.example.org", "web.stage.${domain}") == "go-stage.example.org"
