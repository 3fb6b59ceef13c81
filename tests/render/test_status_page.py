from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.render.samples import INCLUDED, WAITING, commit, record, revision
from understudy.core.deployment import AppliedStatus, Deployment, Readiness, SourceStatus
from understudy.core.errors import ExitCode
from understudy.core.record import DecisionWord
from understudy.core.standing import Standing, Unknown, members_of
from understudy.render.page import plain
from understudy.render.status_page import status_document, status_page

NEW, OLD = commit("b"), commit("d")
RECORD = record(
    pull_requests=(INCLUDED, WAITING),
    decision=DecisionWord.PUBLISHED,
    candidate=revision("b"),
    published=revision("b"),
    hold=None,
    findings=(),
)
SOURCE = SourceStatus(
    namespace="flux-system",
    name="staging",
    branch="staging",
    url="https://example",
    readiness=Readiness.READY,
    revision=NEW,
    since="2026-11-24T13:59:01Z",
)
APPS = AppliedStatus(
    namespace="flux-system",
    name="apps",
    readiness=Readiness.READY,
    applied=NEW,
    attempted=NEW,
    since="2026-11-24T13:59:01Z",
    watches_health=True,
)


def standing(apps: AppliedStatus | Unknown = APPS, **changed: Any) -> Standing:  # noqa: ANN401 - as it has it
    told: Deployment | Unknown
    if isinstance(apps, Unknown):
        told = apps
    else:
        told = Deployment(told_by="cluster", source=SOURCE, kustomizations=(apps,))
    now = Standing(
        stage="staging",
        branch="staging",
        record=RECORD,
        tip=NEW,
        base_tip=RECORD.base.sha,
        deployment=told,
        members=() if isinstance(told, Unknown) else members_of([RECORD], NEW, told),
    )
    return replace(now, **changed)


def page(now: Standing) -> str:
    return plain(status_page(now, flags="--stage staging"))


def test_each_part_has_its_place() -> None:
    assert page(standing()).splitlines()[2:] == [
        "",
        "Flux, as the cluster tells: bbbbbbb is deployed",
        "  flux-system/staging  ready      has bbbbbbb of staging, since 2026-11-24 13:59 UTC",
        "  flux-system/apps     ready      has bbbbbbb, since 2026-11-24 13:59 UTC",
        "",
        "In (1)",
        "  #4   healthy     Update podinfo",
        "",
        "Waiting (1)",
        f"  #{WAITING.number}  waiting     {WAITING.title}",
        f"                   {WAITING.detail}",
    ]


@pytest.mark.parametrize(
    ("apps", "said"),
    [
        (
            replace(APPS, readiness=Readiness.SUSPENDED, applied=OLD),
            "suspended  has ddddddd, tries",
        ),
        (replace(APPS, readiness=Readiness.PROGRESSING, applied=None), "has applied nothing yet"),
        (replace(APPS, applied=OLD, attempted=OLD), "not deployed yet: waiting for apps"),
        (replace(APPS, watches_health=False), "whether it is healthy, nobody watches"),
        (replace(APPS, watches_health=None), "cannot be told without the cluster"),
        (
            replace(APPS, readiness=Readiness.UNKNOWN, applied=None, attempted=None),
            "unknown    nothing is told of it",
        ),
    ],
)
def test_how_it_stands_is_said(apps: AppliedStatus, said: str) -> None:
    assert said in page(standing(apps))


def test_why_nobody_knows_of_health_is_not_said_where_it_is_watched() -> None:
    told = page(standing(replace(APPS, readiness=Readiness.SUSPENDED)))

    assert "#4   deployed" in told
    assert "healthy" not in told


def test_a_long_and_hostile_message_stays_one_harmless_line() -> None:
    hostile = replace(
        APPS, readiness=Readiness.FAILED, message="bad\n\x1b[2J\u202e " + "x" * 5000, failing="A b"
    )

    (told,) = (each for each in page(standing(hostile)).splitlines() if "bad" in each)

    assert "\x1b" not in told
    assert "\u202e" not in told
    assert len(told) < 1200


def test_a_stage_behind_and_a_branch_of_others_are_told_with_what_mends_them() -> None:
    told = page(standing(base_tip=OLD, tip=OLD))

    assert "master has moved on to ddddddd since." in told
    assert "The branch staging is at ddddddd, which the newest record did not put there." in told
    assert told.count("    understudy rebuild --stage staging\n") == 2


def test_what_is_not_known_is_said_once() -> None:
    unknown = Unknown(message="No cluster.", hint="Name one.", exit_code=ExitCode.UNAVAILABLE)

    told = page(standing(unknown))

    assert "\n\nNo cluster.\n    Name one.\n\nIn (1)\n  #4   in          Update" in told


def test_a_stage_without_a_record_says_what_makes_one() -> None:
    told = page(standing(Unknown(message="?"), record=None, tip=None))

    assert told.startswith("staging: There is no record yet.\n    understudy rebuild")


def test_the_document_says_the_same() -> None:
    told = json.loads(status_document(standing()))

    assert (told["delivery"], told["behind_base"], told["problem"]) == ("delivered", False, None)
    assert told["kustomizations"][0]["readiness"] == "ready"
    assert [each["deployed"] for each in told["pull_requests"]] == ["healthy", None]


def test_the_document_of_the_unknown() -> None:
    unknown = Unknown(message="No cluster.", hint="Name one.")
    told = json.loads(status_document(standing(unknown, record=None, tip=None)))

    assert told["problem"] == {"message": "No cluster.", "hint": "Name one."}
    assert (told["delivery"], told["source"], told["pull_requests"]) == (None, None, [])
