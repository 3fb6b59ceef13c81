"""Where a token, a key, or anything made of them can be found after a run, and while it runs."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from tests.machines import Machine, with_git_that
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.github.environments import Credential
    from tests.github.fake.messages import Reply, Request
    from tests.github.world import GitHubWorld
    from tests.outcomes import Printed

BAD_REQUEST = 400
SHORT = 50

_SPY = """
echo "$*" >> "$STATE/arguments"
tr '\\0' ' ' < /proc/$$/cmdline >> "$STATE/arguments"
env | sed "s/^/$1 /" >> "$STATE/variables"
exec "$GIT" "$@"
"""


class Watched:
    """A repository, a machine, and every secret that goes over the wire between them."""

    def __init__(self, hub: GitHubWorld) -> None:
        """Note all that is carried, and let refusals repeat it."""
        self.hub = hub
        self.secrets: set[str] = set()
        self.spy = hub.folder / "spy"
        self.machine = Machine(hub.folder / "watched", with_git_that(self.spy, _SPY))
        self._answer = hub.fake.answer
        hub.fake.answer = self._noted  # type: ignore[method-assign]

    def _noted(self, request: Request) -> Reply:
        """Answer; to what is refused, repeat whose it was, as some servers do."""
        scheme, carried = request.authorization()
        if carried:
            self.secrets |= {carried, *(part for part in carried.split(".") if len(part) > SHORT)}
        if scheme == "basic":
            self.secrets.add(base64.b64decode(carried).decode().partition(":")[2])
        reply = self._answer(request)
        if carried and reply.status >= BAD_REQUEST and b'"message"' in reply.body:
            document = json.loads(reply.body)
            document["message"] += f" (you sent {scheme} {carried})"
            reply.body = json.dumps(document).encode()
        return reply

    def run(self, environment: dict[str, str]) -> Printed:
        """Run the real command, talkative."""
        command = ("rebuild", "-v", "--repo", self.hub.address)
        return self.hub.cli(*command, on=self.machine, env=environment)

    def knowing(self, secrets: Iterable[str]) -> set[str]:
        """Return which commands of git had a secret in their environment."""
        lines = (self.spy / "variables").read_text().splitlines()
        return {line.split()[0] for line in lines if any(secret in line for secret in secrets)}

    def left_behind(self, printed: Printed) -> str:
        """Return everything that can be read afterwards, and while it ran, but the environment."""
        files = [it for it in self.hub.folder.rglob("*") if it.is_file() and not it.is_symlink()]
        kept = [it for it in files if it != self.spy / "variables"]
        assert any("cache" in it.parts for it in kept)
        contents = (it.read_bytes().decode("latin-1") for it in kept)
        self.hub.git("fetch", "--quiet", "origin", "+refs/*:refs/seen/*")
        records = self.hub.git("log", "-p", "--all", "--format=%B")
        return "\n".join([printed.out, printed.err, records, *map(str, files), *contents])


@pytest.fixture
def watched(hub: GitHubWorld) -> Watched:
    report = "stages: {staging: {report: {comment: true, deployments: true}}}\n"
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": report})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    hub.pull_request(2, {"one.yaml": "2\n"}, checks={"lint": "success"})
    return Watched(hub)


def _well(_: GitHubWorld) -> ExitCode:
    return ExitCode.DONE


def _no_statuses(hub: GitHubWorld) -> ExitCode:
    hub.tokens.app.permissions = {**hub.tokens.app.permissions, "statuses": "read"}
    return ExitCode.DONE


def _no_push(hub: GitHubWorld) -> ExitCode:
    hub.protect("staging")
    return ExitCode.WITHHELD


def _another_place(hub: GitHubWorld) -> ExitCode:
    hub.model.repository.name = "another"
    return ExitCode.WITHHELD


@pytest.mark.parametrize(
    ("credential", "how"),
    [("app", _well), ("app", _no_statuses), ("actions", _no_push), ("app", _another_place)],
)
def test_no_secret_is_left_anywhere(
    watched: Watched, credential: Credential, how: Callable[[GitHubWorld], ExitCode]
) -> None:
    hub = watched.hub
    code = how(hub)
    environment = {**hub.environment(), "GITHUB_TOKEN": "", **hub.environment(credential)}

    printed = watched.run(environment)

    assert printed.code == code, printed
    made = watched.secrets | {token.text for token in hub.tokens.given}
    made |= {base64.b64encode(secret.encode()).decode() for secret in made}
    key = hub.tokens.app.private_key.splitlines()
    secrets = made | {line for line in key if not line.startswith("-----")}
    left = watched.left_behind(printed)
    assert [secret for secret in secrets if secret in left] == []
    assert watched.knowing(secrets) <= {"fetch", "ls-remote", "push"}
