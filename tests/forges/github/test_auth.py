from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from understudy.core.errors import UsageError
from understudy.forges.github.auth import (
    AppKey,
    GitAccess,
    GivenToken,
    found_in,
    no_credentials,
)
from understudy.forges.github.place import Place, place_of
from understudy.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path

PEM = "-----BEGIN RSA PRIVATE KEY-----\nbm8ga2V5\n-----END RSA PRIVATE KEY-----\n"
TOKEN = "github_pat_of-the-tests-0815"  # noqa: S105 - invented


def _place() -> Place:
    place = place_of("https://github.com/ada/fleet", {})
    assert place is not None
    return place


def test_nothing_in_the_environment_is_nothing() -> None:
    assert found_in({}) is None
    assert found_in({"GITHUB_TOKEN": "", "GH_TOKEN": " \n", "GITHUB_APP_ID": ""}) is None


@pytest.mark.parametrize(
    "environment",
    [
        {"GITHUB_TOKEN": TOKEN},
        {"GH_TOKEN": TOKEN},
        {"GITHUB_TOKEN": f"{TOKEN}\n", "GH_TOKEN": "another-one"},
        {"GITHUB_TOKEN": "", "GH_TOKEN": TOKEN},
    ],
)
def test_a_token_is_taken_and_kept_secret_from_then_on(environment: dict[str, str]) -> None:
    found = found_in(environment)

    assert isinstance(found, GivenToken)
    assert found.token() == TOKEN
    assert redacted(f"said {TOKEN}") == "said ***"


@pytest.mark.parametrize(
    "token", ["two words", "two\nlines", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_what_no_header_can_hold_is_no_token(token: str) -> None:
    with pytest.raises(UsageError, match="What is in GH_TOKEN is no token") as caught:
        found_in({"GH_TOKEN": token})

    assert token not in "".join(traceback.format_exception(caught.value))


def test_an_app_comes_before_a_token() -> None:
    found = found_in({"GITHUB_APP_ID": "42", "GITHUB_APP_PRIVATE_KEY": PEM, "GITHUB_TOKEN": TOKEN})

    assert found == AppKey(app_id="42", key=PEM)


def test_the_key_may_be_text_text_in_one_line_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(PEM)

    for key in (PEM, f"\n{PEM}\n", PEM.replace("\n", "\\n"), str(file)):
        found = found_in({"GITHUB_APP_ID": "42", "GITHUB_APP_PRIVATE_KEY": key})
        assert found == AppKey(app_id="42", key=PEM)


@pytest.mark.parametrize("key", ["no/such/file", "x" * 5000, "a\0b", "~no-such-user-at-all/key"])
def test_a_key_that_cannot_be_read_is_told_and_never_repeated(key: str) -> None:
    with pytest.raises(UsageError, match="neither a private key") as caught:
        found_in({"GITHUB_APP_ID": "42", "GITHUB_APP_PRIVATE_KEY": key})

    assert key not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("half", [{"GITHUB_APP_ID": "42"}, {"GITHUB_APP_PRIVATE_KEY": PEM}])
def test_half_an_app_is_refused_though_there_is_a_token(half: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="one is set without the other"):
        found_in({**half, "GITHUB_TOKEN": TOKEN})


def test_no_representation_shows_a_secret() -> None:
    token, key = GivenToken(TOKEN), AppKey(app_id="42", key=PEM)
    access = GitAccess(_place(), token)

    shown = repr([token, key, access])

    assert TOKEN not in shown
    assert "bm8ga2V5" not in shown
    assert "'42'" in shown


def test_what_git_is_given_is_secret_too_and_for_this_server_alone() -> None:
    settings = GitAccess(_place(), GivenToken(TOKEN)).git_settings()

    assert all("https://github.com/" in key for key, _ in settings)
    headers = {value for key, value in settings if value and key.endswith(".extraHeader")}
    assert len(headers) == 1
    assert TOKEN not in "".join(headers)
    assert redacted(headers.pop()) == "Authorization: Basic ***"


def test_who_has_no_token_is_told_how_to_get_one() -> None:
    error = no_credentials(_place())

    assert error.message == "There is no token to read https://github.com/ada/fleet with."
    assert "gh auth token" in error.hint
