"""A plain client for tests of the fake: no retries, no opinions."""

from __future__ import annotations

import http.client
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.gitenv import clean_environment, dated
from tests.plans import EPOCH

if TYPE_CHECKING:
    from tests.github.fake.tokens import Token
    from tests.github.hosted import HostedWorld


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - any document
        """Return the body as plain values."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Somebody with a token, or without."""

    world: HostedWorld
    secret: str | None

    def rest(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        """Call a REST endpoint of the repository, or of the API where the path begins with //."""
        url = f"/api/v3{path[1:] if path.startswith('//') else '/repos/ada/fleet' + path}"
        return self._call(method, url, body, headers)

    def graphql(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - any document
        """Ask a GraphQL question and return the whole answer."""
        return self._call("POST", "/api/graphql", {"query": query, "variables": variables}, {}).json

    def pull_requests(self, fields: str, arguments: str = "first: 100") -> Any:  # noqa: ANN401
        """Return the connection of pull requests."""
        asked = f"pullRequests({arguments}) {{ {fields} }}"
        answer = self.graphql(f'{{ repository(owner: "ada", name: "fleet") {{ {asked} }} }}')
        assert "errors" not in answer, answer["errors"]
        return answer["data"]["repository"]["pullRequests"]

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run git in the clone; the token is in the environment."""
        extra = {}
        if self.secret is not None:
            helper = f"!f() {{ echo username=x-access-token; echo password={self.secret}; }}; f"
            extra = {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "credential.helper",
                "GIT_CONFIG_VALUE_0": helper,
            }
        return subprocess.run(
            ["git", *arguments],
            cwd=self.world.clone,
            env={**dated(clean_environment(self.world.folder), EPOCH), **extra},
            capture_output=True,
            text=True,
            check=False,
        )

    def _call(self, method: str, url: str, body: object, headers: dict[str, str]) -> Answered:
        host = urlsplit(self.world.fake.root).netloc
        sent = {
            "User-Agent": "a-test",
            **{key.replace("_", "-"): it for key, it in headers.items()},
        }
        if self.secret is not None:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        connection = http.client.HTTPConnection(host, timeout=20)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, url, content, sent)
            response = connection.getresponse()
            return Answered(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


def client(world: HostedWorld, token: Token | None = None) -> Client:
    """Return a client with a token; by default that of a workflow's job."""
    return Client(world, (token or world.tokens.actions()).text)


def stranger(world: HostedWorld) -> Client:
    """Return a client without a token."""
    return Client(world, None)
