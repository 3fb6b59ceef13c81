"""Who we are on GitHub, as the environment says: a token, or the key of a GitHub App.

A token goes into headers and into git's environment, nowhere else.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from understudy.core.errors import UsageError
from understudy.redaction import keep_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.forges.github.place import Place

REQUESTER = "understudy"
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
APP_ID, APP_KEY = "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"

_NEITHER = (
    "Set GITHUB_TOKEN (a workflow has one, `gh auth token` prints one), or GITHUB_APP_ID and"
    " GITHUB_APP_PRIVATE_KEY; `--forge plain` reads branches instead."
)


class Credentials(Protocol):
    """Something that has a token which is good for the next minutes."""

    def token(self) -> str:
        """Return the token."""


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token from the environment: of a workflow run, or of a person."""

    text: str = field(repr=False)

    def token(self) -> str:
        """Return it as it was given."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKey:
    """A GitHub App, with its private key in PEM form."""

    app_id: str
    key: str = field(repr=False)


def found_in(environment: Mapping[str, str]) -> GivenToken | AppKey | None:
    """Return what the environment offers: an App before a token; None if nothing.

    Raises:
        UsageError: the App's key cannot be read, one half of the App is missing, or a token is
            none.
    """
    app_id, key = environment.get(APP_ID, ""), environment.get(APP_KEY, "")
    if app_id or key:
        if not (app_id and key):
            message = f"Of {APP_ID} and {APP_KEY} one is set without the other."
            raise UsageError(message, hint="Set both, or neither to use GITHUB_TOKEN.")
        text = _pem(key)
        keep_secret(text)
        return AppKey(app_id=app_id, key=text)
    for name in TOKENS:
        if token := environment.get(name, "").strip():
            keep_secret(token)
            _refuse_unsendable(name, token)
            return GivenToken(token)
    return None


def no_credentials(place: Place) -> UsageError:
    """Return the error that tells of a GitHub that would be asked without a token."""
    return UsageError(f"There is no token to read {place.url} with.", hint=_NEITHER)


@dataclass(frozen=True, slots=True)
class GitAccess:
    """Lets git in over https. Satisfies `ports.Access`."""

    place: Place
    credentials: Credentials

    def git_settings(self) -> Sequence[tuple[str, str]]:
        """Return the header for this server alone, in place of any that is set elsewhere.

        Git takes a setting for a longer address before one for the server, hence three of them.
        Helpers are left out: where GitHub refuses the token, git would tell them to forget what
        they keep for the user. Redirects are not followed: git takes the header along to wherever
        the first one leads.

        GitHub takes a token as the password of any user:
        https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
        """
        password = f"x-access-token:{self.credentials.token()}".encode()
        encoded = base64.b64encode(password).decode()
        keep_secret(encoded)
        header = f"Authorization: Basic {encoded}"
        server, page = f"{self.place.server}/", self.place.url
        keys = [f"http.{url}.extraHeader" for url in (server, page, f"{page}.git")]
        headers = [(key, value) for key in keys for value in ("", header)]
        return (
            *headers,
            (f"http.{server}.followRedirects", "false"),
            (f"credential.{server}.helper", ""),
        )


def _refuse_unsendable(name: str, token: str) -> None:
    if token.isascii() and token.isprintable() and " " not in token:
        return
    message = f"What is in {name} is no token: it has a space, a line's end or an odd character."
    raise UsageError(message, hint="Set it to the token alone.")


def _pem(key: str) -> str:
    if key.lstrip().startswith("-----BEGIN"):
        return key.replace("\\n", "\n").strip() + "\n"
    try:
        return Path(key).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError, RuntimeError):
        # The name could be the key itself, in a form that is not known: it is not repeated.
        message = f"{APP_KEY} is neither a private key in PEM form nor a file that can be read."
        raise UsageError(message, hint="Give the text of the .pem file, or its path.") from None
