from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.scripted_http import Asked, Says, Scripted, in_turn, says_json, scripted
from understudy.core.errors import RefusedError, UnavailableError, UsageError
from understudy.forges.github.app import AppCredentials
from understudy.forges.github.auth import AppKey
from understudy.forges.github.place import place_of
from understudy.redaction import redacted
from understudy.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scripted_http import Answer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class _Time:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class _GitHub:
    """Gives out tokens that last an hour on its own clock."""

    def __init__(self, time: _Time) -> None:
        self.time = time
        self.given = 0

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            return says_json({"id": 777, "app_id": 42})
        self.given += 1
        expires = (self.time.at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return says_json({"token": f"ghs_secret-{self.given}", "expires_at": expires}, 201)


@pytest.fixture
def time() -> _Time:
    return _Time()


@pytest.fixture
def server(time: _Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted(_GitHub(time)) as running:
        yield running


@pytest.fixture
def transport() -> Iterator[Transport]:
    opened = Transport()
    yield opened
    opened.close()


def _credentials(
    server: Scripted, transport: Transport, time: _Time, key: str = _pem(KEY)
) -> AppCredentials:
    place = place_of(f"{server.address}/ada/fleet.git", {}, certain=True)
    assert place is not None
    return AppCredentials(
        AppKey(app_id="42", key=key), place=place, transport=transport, clock=time
    )


@pytest.fixture
def credentials(server: Scripted, transport: Transport, time: _Time) -> AppCredentials:
    return _credentials(server, transport, time)


def test_a_token_for_this_repository_alone_is_asked_for_once(
    server: Scripted, transport: Transport, time: _Time
) -> None:
    credentials = _credentials(server, transport, time)
    assert server.log == []

    assert [credentials.token() for _ in range(3)] == ["ghs_secret-1"] * 3

    asked, got = server.log
    assert (asked.method, asked.path) == ("GET", "/api/v3/repos/ada/fleet/installation")
    assert (got.method, got.path) == ("POST", "/api/v3/app/installations/777/access_tokens")
    assert got.document == {"repositories": ["fleet"]}
    assert redacted("ghs_secret-1") == "***"


def test_the_app_proves_who_it_is_for_a_few_minutes_only(
    server: Scripted, transport: Transport, time: _Time
) -> None:
    _credentials(server, transport, time).token()

    for asked in server.log:
        scheme, _, token = asked.headers["authorization"].partition(" ")
        claims = jwt.decode(token, KEY.public_key(), algorithms=["RS256"])
        assert (scheme.lower(), claims["iss"]) == ("bearer", "42")
        now = datetime.now(UTC).timestamp()
        assert claims["iat"] <= now - 30
        assert now < claims["exp"] <= now + 600


@pytest.mark.parametrize(("minutes", "expected"), [(54, 1), (56, 2), (61, 2)])
def test_a_token_is_renewed_before_it_runs_out(
    server: Scripted, transport: Transport, time: _Time, minutes: int, expected: int
) -> None:
    credentials = _credentials(server, transport, time)
    credentials.token()
    time.at += timedelta(minutes=minutes)

    assert credentials.token() == f"ghs_secret-{expected}"


def test_a_token_can_be_renewed_long_after_the_first(
    server: Scripted, transport: Transport, time: _Time
) -> None:
    credentials = _credentials(server, transport, time)
    credentials.token()
    time.at += timedelta(hours=2)
    transport.within(-1.0)  # git fetched for longer than GitHub may be asked

    assert credentials.token() == "ghs_secret-2"


def test_a_new_token_takes_no_time_from_what_is_read_with_it(
    credentials: AppCredentials, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport.within(1000.0)

    credentials.token()

    slept: list[float] = []
    monkeypatch.setattr("understudy.transport.time.sleep", slept.append)
    transport.pause(0, "told to wait", at_least=900.0)
    assert slept == [900.0]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("no key at all", id="no PEM"),
        pytest.param(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", id="a broken PEM"
        ),
        pytest.param(
            KEY.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode(),
            id="the public half",
        ),
        pytest.param(_pem(ec.generate_private_key(ec.SECP256R1())), id="of another kind"),
    ],
)
def test_a_key_that_is_none_is_told_and_never_repeated(
    server: Scripted, transport: Transport, time: _Time, key: str
) -> None:
    with pytest.raises(UsageError, match="is not a private key in PEM form") as caught:
        _credentials(server, transport, time, key).token()

    assert key not in "".join(traceback.format_exception(caught.value))
    assert server.log == []


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            says_json({"message": "Not Found"}, 404),
            UsageError,
            "The GitHub App 42 is not installed on ada/fleet.",
        ),
        (
            says_json({"message": "This installation has been suspended"}, 403),
            RefusedError,
            "GitHub refused the App 42 (403): This installation has been suspended.",
        ),
        (
            says_json({"message": "'Issued at' claim ('iat') is in the future"}, 401),
            RefusedError,
            "GitHub refused the App 42 (401): 'Issued at' claim ('iat') is in the future.",
        ),
        (Says(status=401, body=b"<html>"), RefusedError, "GitHub refused the App 42 (401)."),
        (
            Says(body=b"<html>"),
            UnavailableError,
            "GitHub's answer to the App cannot be read.",
        ),
        (says_json({"id": "x"}), UnavailableError, "GitHub's answer to the App cannot be read."),
    ],
)
def test_what_stands_in_the_apps_way_is_told(
    server: Scripted,
    credentials: AppCredentials,
    answer: Answer,
    kind: type[Exception],
    message: str,
) -> None:
    server.script = in_turn(answer)
    with pytest.raises(kind) as caught:
        credentials.token()

    assert caught.value.args == (message,)


def test_an_answer_with_a_token_that_cannot_be_read_is_not_repeated(
    server: Scripted, transport: Transport, time: _Time
) -> None:
    issued = says_json({"token": "ghs_half-read", "expires_at": "soon"}, 201)
    server.script = in_turn(says_json({"id": 777}), replace(issued))
    with pytest.raises(UnavailableError) as caught:
        _credentials(server, transport, time).token()

    assert "ghs_half-read" not in "".join(traceback.format_exception(caught.value))
