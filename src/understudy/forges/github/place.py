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
    from urllib.parse import SplitResult

PUBLIC = "https://github.com"

_PATH = re.compile(r"/?(?!\.)([\w.-]+)/(?!\.+(?:git)?/?$)([\w.-]+?)(?:\.git)?/?", re.ASCII)
_SHORT_SSH = re.compile(r"(?:[^@/\s]+@)?([^:/\s]+):(?!//)(.+)")
_SSH_ALIASES = {"ssh.github.com": "github.com"}
_USUAL_PORTS = {"https": ":443", "http": ":80"}
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
    is_public = host == "github.com"
    is_named = bool(host) and host in _hosts_of(named, with_port=scheme in _USUAL_PORTS)
    if not (is_public or is_named or certain):
        return None
    if not host or match is None:
        if not certain:
            return None
        message = f"`{redacted(address)}` is not the address of a repository on GitHub."
        raise UsageError(message, hint="Give one such as https://github.com/owner/name.")
    own = f"{scheme}://{host}" if scheme in _USUAL_PORTS else f"https://{host}"
    server = PUBLIC if is_public else named if is_named else own
    rest, graphql = _services(server, environment if is_named else {})
    for url in (server, rest, graphql):
        _refuse_unencrypted(url)
    return Place(server=server, owner=match[1], name=match[2], rest=rest, graphql=graphql)


def _parts(address: str) -> tuple[str, str, str]:
    """Return host (with a port that is not the usual one), path and scheme; empty: none of ours."""
    if not address.isprintable():  # Python would read it without, git would not
        return "", "", ""
    if "://" not in address:
        match = _SHORT_SSH.fullmatch(address)
        return (_without_alias(match[1].lower()), match[2], "ssh") if match else ("", "", "")
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", "", ""
    if parts.scheme in _USUAL_PORTS:
        return _host_of(parts), parts.path, parts.scheme
    host = (parts.hostname or "") if parts.scheme in {"ssh", "git"} else ""
    return _without_alias(host), parts.path, parts.scheme


def _host_of(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_USUAL_PORTS.get(parts.scheme, ""))


def _without_alias(host: str) -> str:
    return _SSH_ALIASES.get(host, host)


def _hosts_of(server: str, *, with_port: bool) -> set[str]:
    """Return how an address names a server. One for ssh has another port, or none."""
    try:
        parts = urlsplit(server)
    except ValueError:
        return set()
    return {_host_of(parts)} if with_port else {parts.hostname or ""}


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
    try:
        parts = urlsplit(url)
    except ValueError:
        pass  # no address at all
    else:
        if parts.hostname and (parts.scheme == "https" or _is_here(parts)):
            return
    message = f"GitHub at {redacted(url)} is not reached by https: a token would be seen."
    raise UsageError(message, hint="Use an https:// address.")


def _is_here(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in _LOOPBACK
