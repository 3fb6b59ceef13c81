"""A GitHub App as it is installed on one repository: it gets its tokens for itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec
from gidgethub.apps import get_jwt
from gidgethub.sansio import create_headers

from understudy.core.errors import RefusedError, UnavailableError, UsageError
from understudy.forges.github.auth import APP_ID, APP_KEY, REQUESTER
from understudy.redaction import keep_secret, redacted
from understudy.transport import Request

if TYPE_CHECKING:
    from understudy.core.ports import Clock
    from understudy.forges.github.auth import AppKey
    from understudy.forges.github.place import Place
    from understudy.transport import Response, Transport

_RENEWED_BEFORE = timedelta(minutes=5)
_ASKING = 120.0
"""Seconds for a new token: it may be asked for long after the last one."""


class _Installation(msgspec.Struct, frozen=True):
    id: int


class _Issued(msgspec.Struct, frozen=True):
    token: str
    expires_at: datetime


class _Refusal(msgspec.Struct, frozen=True):
    message: str = ""


class AppCredentials:
    """A GitHub App as it is installed on one repository; its tokens last an hour."""

    def __init__(self, app: AppKey, *, place: Place, transport: Transport, clock: Clock) -> None:
        """Nothing is asked before the first token is needed."""
        self._app_id, self._key = app.app_id, app.key
        self._place, self._transport, self._clock = place, transport, clock
        self._issued: _Issued | None = None

    def token(self) -> str:
        """Return a token for this repository alone, asked for anew before it runs out.

        Raises:
            UsageError: the key is none, or the App is not installed on the repository.
            UnavailableError: GitHub does not answer.
        """
        issued = self._issued
        if issued is None or issued.expires_at - self._clock.now() < _RENEWED_BEFORE:
            self._transport.at_least(_ASKING)
            issued = self._issued = self._issue()
            keep_secret(issued.token)
        return issued.token

    def _issue(self) -> _Issued:
        repository = self._place.repository
        found = self._asked("GET", f"/repos/{repository}/installation")
        installation = _decoded(found, _Installation).id
        body = msgspec.json.encode({"repositories": [self._place.name]})
        issued = self._asked("POST", f"/app/installations/{installation}/access_tokens", body)
        return _decoded(issued, _Issued)

    def _asked(self, method: str, path: str, body: bytes = b"") -> Response:
        url = self._place.rest + path
        headers = create_headers(REQUESTER, jwt=self._jwt())
        response = self._transport.request(
            Request(method=method, url=url, headers=headers, body=body)
        )
        if response.status in {200, 201}:
            return response
        if response.status == 404:  # noqa: PLR2004 - not found
            message = f"The GitHub App {self._app_id} is not installed on {self._place.repository}."
            raise UsageError(message, hint="Install it there, with the permissions it needs.")
        said = _message(response)
        message = f"GitHub refused the App {self._app_id} ({response.status}){said}."
        raise RefusedError(message, hint=f"Check {APP_ID} and {APP_KEY}.")

    def _jwt(self) -> str:
        try:
            jwt = get_jwt(app_id=self._app_id, private_key=self._key)
        except Exception:  # noqa: BLE001 - of two libraries below, each fails in its own ways
            message = f"{APP_KEY} is not a private key in PEM form."
            hint = "Give the text of the .pem file, or its path."
            raise UsageError(message, hint=hint) from None
        keep_secret(jwt)
        return jwt


T = TypeVar("T", bound=msgspec.Struct)


def _decoded(response: Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # What cannot be read may hold a token: nothing of it is repeated.
        message = "GitHub's answer to the App cannot be read."
        raise UnavailableError(message, hint="Try again; nothing is lost.") from None


def _message(response: Response) -> str:
    try:
        said = msgspec.json.decode(response.body, type=_Refusal).message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return f": {redacted(said).rstrip('.')[:200]}" if said else ""
