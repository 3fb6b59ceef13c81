from __future__ import annotations

import pytest

from understudy.forges.github.auth import GivenToken
from understudy.forges.github.doctor_credentials import CHECKS, STATUSES, Kind, kind_of, remedy


class OfAnApp:
    def token(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ghs_1", Kind.JOB),
        ("github_pat_1", Kind.FINE_GRAINED),
        ("ghp_1", Kind.CLASSIC),
        ("gho_1", Kind.LOGIN),
        ("0123456789abcdef", Kind.OTHER),
    ],
)
def test_a_token_tells_its_kind_by_its_beginning(text: str, kind: Kind) -> None:
    assert kind_of(GivenToken(text)) is kind


def test_an_app_is_known_without_asking_for_its_token() -> None:
    assert kind_of(OfAnApp()) is Kind.APP


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_remedy_of_one_line(kind: Kind) -> None:
    said = remedy(kind, "write", STATUSES)

    assert said.endswith(".")
    assert "\n" not in said


def test_several_permissions_are_asked_for_at_once() -> None:
    assert remedy(Kind.APP, "read", CHECKS, STATUSES) == (
        "Give the App the permissions `Checks: read` and `Commit statuses: read`; accept it where"
        " it is installed."
    )
    assert remedy(Kind.OTHER, "read", CHECKS) == "Give the token the permission `Checks: read`."
