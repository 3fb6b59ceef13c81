"""Who may do what: tokens of every kind, and GitHub Apps that sign with their own key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["actions", "installation", "fine-grained", "classic"]
LEVELS = {"none": 0, "read": 1, "write": 2, "admin": 3}
ACTIONS = {
    "metadata": "read",
    "contents": "write",
    "pull_requests": "read",
    "checks": "read",
    "actions": "read",
    "statuses": "write",
    "deployments": "write",
    "issues": "write",
}
"""What the generated workflow asks for, all of it."""

FINE_GRAINED = {**ACTIONS, "checks": "none"}
"""A fine-grained token has no permission for checks: there is none to give."""

LONGEST_JWT = timedelta(minutes=10)
APP_ID = 4242
INSTALLATION_ID = 777


@dataclass(frozen=True, kw_only=True)
class Token:
    """A secret and what it is good for. `login` is who acts, as REST writes it."""

    text: str
    kind: Kind
    login: str
    permissions: Mapping[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None

    def may(self, permission: str, level: str = "read") -> bool:
        """Tell whether the token has a permission on the repository."""
        if self.kind == "classic":
            return "repo" in self.scopes and (
                permission != "workflows" or "workflow" in self.scopes
            )
        return LEVELS[self.permissions.get(permission, "none")] >= LEVELS[level]

    @property
    def of_app(self) -> bool:
        """Tell whether an app acts, and no person."""
        return self.kind in {"actions", "installation"}

    @property
    def refusal(self) -> str:
        """Return GitHub's words for a permission that is missing."""
        who = "integration" if self.of_app else "personal access token"
        return f"Resource not accessible by {who}"


@dataclass(kw_only=True)
class GitHubApp:
    """An app that is installed on the repository."""

    slug: str = "stagehand"
    permissions: dict[str, str] = field(default_factory=lambda: dict(ACTIONS))
    lifetime: timedelta = timedelta(hours=1)

    @property
    def private_key(self) -> str:
        """Return the key as the app's owner has it."""
        return (
            _key()
            .private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
            .decode()
        )


class Tokens:
    """All tokens that were given out, and the app."""

    def __init__(self, owner: str) -> None:
        """Give nothing out yet."""
        self.owner = owner
        self.app = GitHubApp()
        self.app_installed = True
        self._known: dict[str, Token] = {}

    def actions(self, permissions: Mapping[str, str] = ACTIONS) -> Token:
        """Give out the token of a workflow's job."""
        return self._give("ghs_actions", "actions", "github-actions[bot]", permissions)

    def fine_grained(self, permissions: Mapping[str, str] = FINE_GRAINED) -> Token:
        """Give out a fine-grained personal access token."""
        return self._give("github_pat_", "fine-grained", self.owner, permissions)

    def classic(self, *scopes: str) -> Token:
        """Give out a classic personal access token."""
        return self._add(
            Token(
                text=f"ghp_{self._number()}",
                kind="classic",
                login=self.owner,
                scopes=frozenset(scopes),
            )
        )

    def installation(self, permissions: Mapping[str, str] | None = None) -> Token:
        """Give out a token of the app's installation; it lives as long as the app says."""
        given = {**self.app.permissions, **(permissions or {})}
        return self._add(
            Token(
                text=f"ghs_{self._number()}",
                kind="installation",
                login=f"{self.app.slug}[bot]",
                permissions=given,
                expires_at=_now() + self.app.lifetime,
            )
        )

    def find(self, text: str) -> Token | None:
        """Return the token with that text, unless it is unknown or expired."""
        token = self._known.get(text)
        if token and token.expires_at and token.expires_at <= _now():
            return None
        return token

    @property
    def given(self) -> list[Token]:
        """Return all tokens that are not taken back, oldest first."""
        return list(self._known.values())

    def expire(self, token: Token) -> None:
        """Let a token expire now."""
        del self._known[token.text]

    def refuses_jwt(self, text: str) -> str | None:
        """Return what GitHub says of a JWT that is not good, or None."""
        try:
            claims = jwt.decode(
                text, _key().public_key(), algorithms=["RS256"], options={"require": ["exp", "iat"]}
            )
        except jwt.ExpiredSignatureError:
            return "'Expiration time' claim ('exp') must be a numeric value representing the future"
        except jwt.InvalidTokenError:
            return "A JSON web token could not be decoded"
        if claims["exp"] - _now().timestamp() > LONGEST_JWT.total_seconds():
            return "'Expiration time' claim ('exp') is too far in the future"
        if str(claims.get("iss")) != str(APP_ID):
            return "Integration not found"
        return None

    def _give(self, prefix: str, kind: Kind, login: str, permissions: Mapping[str, str]) -> Token:
        text = f"{prefix}{self._number()}"
        return self._add(Token(text=text, kind=kind, login=login, permissions=dict(permissions)))

    def _add(self, token: Token) -> Token:
        self._known[token.text] = token
        return token

    def _number(self) -> str:
        return f"{len(self._known) + 1:036d}"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _now() -> datetime:
    return datetime.now(UTC)
