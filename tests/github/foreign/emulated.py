"""A GitHub that others wrote: npm's `emulate`, in one node process on a port of its own."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from tests.github.fake.openapi import Operation
from tests.github.fake.schema import NODE_MODULES
from tests.github.runner.expressions import NODE
from understudy.forges.github.app import AppCredentials
from understudy.forges.github.auth import AppKey, GivenToken
from understudy.forges.github.client import GitHub
from understudy.forges.github.limits import told_to_wait
from understudy.forges.github.place import Place, place_of
from understudy.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.forges.github.auth import Credentials

ADA, MALLORY = "token-of-ada", "token-of-mallory"
APP_ID, INSTALLATION_ID = 4242, 777
FLEET, QUIET, OTHER = "ada/fleet", "ada/quiet", "mallory/other"
"""Only Ada sees the second; the app is installed on both of hers."""

BASE = "master"
_APP = {
    "app_id": APP_ID,
    "slug": "stagehand",
    "name": "Stagehand",
    "permissions": {"contents": "write", "issues": "write", "pull_requests": "read"},
    "installations": [
        {
            "installation_id": INSTALLATION_ID,
            "account": "ada",
            "repository_selection": "all",
        }
    ],
}
_SEED: dict[str, Any] = {
    "tokens": {ADA: {"login": "ada"}, MALLORY: {"login": "mallory"}},
    "github": {
        "users": [{"login": "ada"}, {"login": "mallory"}],
        "repos": [
            {"owner": "ada", "name": "fleet", "default_branch": BASE},
            {"owner": "ada", "name": "quiet", "default_branch": BASE, "private": True},
            {"owner": "mallory", "name": "other", "default_branch": BASE},
        ],
        "apps": [_APP],
    },
}


class Time:
    """The real time, or later."""

    ahead = timedelta()

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC) + self.ahead


class Emulated:
    """The server. It ends with its input, so it never outlives the tests."""

    def __init__(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(
            [NODE, "--input-type=module", "--eval", _PROGRAM, "--", json.dumps(_SEED)],
            cwd=NODE_MODULES.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started = self._said()
        self.url = f"http://127.0.0.1:{started['port']}"
        self.app_key = str(started["key"])

    def reset(self) -> None:
        """Go back to how it began."""
        assert self._process.stdin
        self._process.stdin.write("reset\n")
        self._process.stdin.flush()
        self._said()

    def place(self, name: str = FLEET) -> Place:
        """Return where a repository is. The API is at the root, as on api.github.com."""
        services = {"GITHUB_API_URL": self.url, "GITHUB_GRAPHQL_URL": f"{self.url}/graphql"}
        found = place_of(f"{self.url}/{name}.git", {"GITHUB_SERVER_URL": self.url, **services})
        assert found is not None
        return found

    @contextmanager
    def opened(
        self, credentials: str | Credentials = ADA, *, name: str = FLEET
    ) -> Iterator[GitHub]:
        """Open a repository with our client."""
        known = GivenToken(credentials) if isinstance(credentials, str) else credentials
        with closing(Transport(told_to_wait=told_to_wait, longest=20.0)) as transport:
            yield GitHub(self.place(name), known, transport)

    @contextmanager
    def app(
        self, key: str | None = None, *, name: str = FLEET, time: Time | None = None
    ) -> Iterator[AppCredentials]:
        """Be the app that is installed on one of the two repositories."""
        with closing(Transport(told_to_wait=told_to_wait)) as transport:
            yield AppCredentials(
                AppKey(app_id=str(APP_ID), key=key or self.app_key),
                place=self.place(name),
                transport=transport,
                clock=time or Time(),
            )

    def branch(self, name: str) -> None:
        """Let Ada make a branch at the tip of the base."""
        with self.opened() as github:
            tip = github.get(github.path("branches", BASE), dict[str, Any])["commit"]["sha"]
            made = {"ref": f"refs/heads/{name}", "sha": tip}
            github.write("POST", github.path("git", "refs"), made)

    def pull_request(self) -> int:
        """Let Ada open a pull request, and return its number."""
        self.branch("feature/1-change")
        about = {"title": "Change", "head": "feature/1-change", "base": BASE}
        with self.opened() as github:
            github.write("POST", github.path("pulls"), about)
            [page] = github.pages(github.path("pulls"), list[dict[str, Any]])
        return int(page[0]["number"])

    def protect(self, *required: str) -> None:
        """Let Ada demand checks of the base."""
        others = ("enforce_admins", "required_pull_request_reviews", "restrictions")
        checks = {"required_status_checks": {"strict": False, "contexts": required}}
        with self.opened() as github:
            path = github.path("branches", BASE, "protection")
            github.write("PUT", path, {**checks, **dict.fromkeys(others)})

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(timeout=10)
        finally:
            self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _said(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "emulate has ended: what it said is above"
        said: dict[str, Any] = json.loads(line)
        return said


def faults(template: str, document: object) -> list[str]:
    """Return where what was read is not as GitHub's description says."""
    return Operation("GET", template).faults_of_reply(200, document)


def missing(template: str, document: object) -> set[tuple[str, str]]:
    """Return what GitHub says is always there and is not: where, and its name."""
    form = re.compile(r"([\w.]+): '(\w+)' is a required property")
    found = [(fault, form.fullmatch(fault)) for fault in faults(template, document)]
    assert all(match for _, match in found), found
    return {(match[1], match[2]) for _, match in found if match}


def version() -> str:
    """Return the version that is installed."""
    manifest = json.loads((NODE_MODULES / "emulate" / "package.json").read_text())
    return str(manifest["version"])


_PROGRAM = """
import { createInterface } from "node:readline";
import { createEmulator } from "emulate";

const seed = JSON.parse(process.argv[1]);
const github = await createEmulator({ service: "github", port: 0, seed });
const say = (words) => process.stdout.write(JSON.stringify(words) + "\\n");
say({ port: new URL(github.url).port, key: github.generatedSecrets[0].value });
for await (const line of createInterface({ input: process.stdin })) {
  github.reset();
  say({ done: line });
}
await github.close();
"""
