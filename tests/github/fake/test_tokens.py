"""The fake's apps and tokens: real signatures, tokens that expire."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import jwt
import pytest

from tests.github.fake.asking import Client, client
from tests.github.fake.tokens import APP_ID, INSTALLATION_ID

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

TOKENS = f"//app/installations/{INSTALLATION_ID}/access_tokens"
OTHER_SECRET = "k" * 32


def _signed(hub: GitHubWorld, **claims: object) -> Client:
    now = int(time.time())
    whole = {"iat": now - 60, "exp": now + 300, "iss": str(APP_ID), **claims}
    return Client(hub, jwt.encode(whole, hub.tokens.app.private_key, algorithm="RS256"))


def test_an_app_finds_its_installation_and_gets_a_token(hub: GitHubWorld) -> None:
    app = _signed(hub)
    found = app.rest("GET", "/installation").json
    issued = app.rest("POST", TOKENS, {"permissions": {"contents": "read"}})

    assert (found["id"], found["app_id"]) == (INSTALLATION_ID, APP_ID)
    assert issued.status == 201
    assert issued.json["token"] == hub.tokens.given[-1].text
    viewer = Client(hub, issued.json["token"]).graphql("{ viewer { login } }")
    assert viewer["data"]["viewer"]["login"] == "stagehand[bot]"


def test_a_token_expires_when_the_test_wants(hub: GitHubWorld) -> None:
    hub.tokens.app.lifetime = timedelta(seconds=-1)
    late = Client(hub, _signed(hub).rest("POST", TOKENS).json["token"])
    token = hub.tokens.actions()
    ask = client(hub, token)

    assert late.rest("GET", "").json["message"] == "Bad credentials"
    assert ask.rest("GET", "").status == 200
    hub.tokens.expire(token)
    assert ask.rest("GET", "").status == 401


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": int(time.time()) - 5}, "Expiration time"),
        ({"exp": int(time.time()) + 7200}, "too far in the future"),
        ({"iss": "1"}, "Integration not found"),
        ({"iat": None}, "could not be decoded"),
    ],
)
def test_a_bad_jwt_is_refused(hub: GitHubWorld, claims: dict[str, object], says: str) -> None:
    answer = _signed(hub, **claims).rest("GET", "/installation")

    assert answer.status == 401
    assert says in answer.json["message"]


def test_another_key_is_refused(hub: GitHubWorld) -> None:
    forged = jwt.encode({"iss": str(APP_ID)}, OTHER_SECRET, algorithm="HS256")

    assert Client(hub, forged).rest("GET", "/installation").status == 401


def test_an_app_gets_no_more_than_it_has_and_only_where_it_is(hub: GitHubWorld) -> None:
    app = _signed(hub)

    assert app.rest("POST", TOKENS, {"permissions": {"contents": "write"}}).status == 201
    assert app.rest("POST", TOKENS, {"permissions": {"workflows": "write"}}).status == 422
    assert app.rest("POST", TOKENS, {"repositories": ["elsewhere"]}).status == 422
    assert app.rest("POST", "//app/installations/1/access_tokens").status == 404
    hub.tokens.app_installed = False
    assert app.rest("GET", "/installation").status == 404
