"""Where a repository is: from the remote's address to the servers that are asked about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from understudy.core.errors import UsageError
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC = "https://github.com"

_PATH = re.compile(r"/?([\w.-]+)/([\w.-]+?)(?:\.git)?/?", re.ASCII)
_SHORT_SSH = re.compile(r"(?:[^@/\s]+@)?([^:/\s]+):(?!//)(.+)")
_SSH_ALIASES = {"ssh.github.com": "github.com"}
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One repository, and the addresses under which GitHub answers for it."""

    server: str
    owner: str
    name: str
    rest: str
    graphql: str

    @property
    def repository(self) -> str:
        """Return `owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def url(self) -> str:
        """Return the page of the repository."""
        return f"{self.server}/{self.repository}"


def place_of(
    address: str, environment: Mapping[str, str], *, certain: bool = False
) -> Place | None:
    """Return the place of a remote; None where it is not on GitHub as far as can be told.

    It is on github.com, or on the server that a workflow run names in GITHUB_SERVER_URL. With
    `certain` any server is taken for GitHub Enterprise Server.

    Raises:
        UsageError: `certain`, and yet the address names no repository; or the token would be sent
            unencrypted.
    """
    host, path, scheme = _parts(address)
    match = _PATH.fullmatch(path)
    named = environment.get("GITHUB_SERVER_URL", "").rstrip("/")
    is_public = host == urlsplit(PUBLIC).netloc
    is_named = bool(named) and host == urlsplit(named).netloc
    if not (is_public or is_named or certain):
        return None
    if not host or match is None:
        if not certain:
            return None
        message = f"`{redacted(address)}` is not the address of a repository on GitHub."
        raise UsageError(message, hint="Give one such as https://github.com/owner/name.")
    server = named if is_named else PUBLIC if is_public else f"{scheme}://{host}"
    rest, graphql = _services(server, environment if is_named else {})
    for url in (rest, graphql):
        _refuse_unencrypted(url)
    return Place(server=server, owner=match[1], name=match[2], rest=rest, graphql=graphql)


def _parts(address: str) -> tuple[str, str, str]:
    """Return host with port, path, and the scheme under which the host's API is reached."""
    if "://" in address:
        parts = urlsplit(address)
        if parts.scheme in {"http", "https"}:
            return parts.netloc.rpartition("@")[2].lower(), parts.path, parts.scheme
        host = (parts.hostname or "").lower() if parts.scheme in {"ssh", "git"} else ""
        return _SSH_ALIASES.get(host, host), parts.path, "https"
    match = _SHORT_SSH.fullmatch(address)
    if match is None:
        return "", "", ""
    host = match[1].lower()
    return _SSH_ALIASES.get(host, host), match[2], "https"


def _services(server: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """https://docs.github.com/en/enterprise-server/rest and /graphql say where they are."""
    public = server == PUBLIC
    rest = "https://api.github.com" if public else f"{server}/api/v3"
    graphql = "https://api.github.com/graphql" if public else f"{server}/api/graphql"
    return (
        environment.get("GITHUB_API_URL", "").rstrip("/") or rest,
        environment.get("GITHUB_GRAPHQL_URL", "").rstrip("/") or graphql,
    )


def _refuse_unencrypted(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    message = f"GitHub's API at {redacted(url)} is not reached by https: a token would be seen."
    raise UsageError(message, hint="Use an https:// address.")
