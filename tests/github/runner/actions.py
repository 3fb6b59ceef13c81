"""GitHub Actions around the fake: what happens on a repository starts the workflow of `init`."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from tests.github.runner.job import Host, Server
from tests.github.runner.runner import Runner
from tests.github.runner.triggers import Event
from tests.world import BASE
from understudy.forges.github.workflow import PATH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.github.runner.expressions import Expressions
    from tests.github.runner.job import JobRun
    from tests.github.world import GitHubWorld


class Actions:
    """The workflows of one repository, and a runner for them."""

    def __init__(self, hub: GitHubWorld, temporary: Path, expressions: Expressions) -> None:
        """Take a runner that installs what it needs in `temporary`."""
        self.hub = hub
        self.root = hub.fake.root
        repository = hub.model.repository
        server = Server(
            url=self.root,
            api=f"{self.root}/api/v3",
            graphql=f"{self.root}/api/graphql",
            repository=repository.full_name,
            default_branch=BASE,
            issue_token=self._token,
            secrets={"KEY": hub.tokens.app.private_key},
        )
        self.runner = Runner(
            Host(
                folder=hub.folder / "runner",
                temporary=temporary,
                expressions=expressions,
                server=server,
            )
        )
        self.secrets = [hub.tokens.app.private_key]

    def install(self) -> None:
        """Type `understudy init` in the clone, and push what it wrote."""
        printed = self.hub.cli("init")
        assert printed.code == 0, printed.err
        self.hub.git("add", "--all")
        self.hub.git("commit", "--quiet", "--message", "Build a staging branch")
        self.hub.git("push", "--quiet", "origin", BASE)

    def give(self, **inputs: str) -> None:
        """Give the action more inputs, as somebody does who edits the workflow."""
        path = self.hub.clone / PATH
        lines = (
            f"          {name.replace('_', '-')}: {json.dumps(inputs[name])}\n" for name in inputs
        )
        path.write_text(path.read_text() + "".join(lines))

    def deliver_to_all(self, name: str, **payload: object) -> list[JobRun]:
        """Let an event start its jobs; no secret may be in what they say."""
        jobs = self.runner.deliver(self.hub.clone / PATH, self._event(name, payload))
        for secret, job in itertools.product(self.secrets, jobs):
            assert secret not in job.log + job.summary
        return jobs

    def deliver(self, name: str, **payload: object) -> JobRun:
        """Let an event start its one job."""
        [job] = self.deliver_to_all(name, **payload)
        return job

    def ci_ended(self, number: int) -> JobRun:
        """Tell that the CI of a pull request ended."""
        head = self.hub.at(number).head_ref
        run = {"event": "pull_request", "head_branch": head}
        workflow = {"name": "Lint"}
        return self.deliver("workflow_run", action="completed", workflow=workflow, workflow_run=run)

    def changed(self, number: int, action: str) -> JobRun:
        """Tell that somebody did something to a pull request."""
        about = {"number": number, "base": {"ref": BASE}}
        return self.deliver("pull_request_target", action=action, pull_request=about)

    def _event(self, name: str, payload: Mapping[str, object]) -> Event:
        repository = {"default_branch": BASE, "full_name": self.hub.model.repository.full_name}
        return Event(
            name=name,
            payload={"repository": repository, "sender": {"login": "ada"}, **payload},
        )

    def _token(self, permissions: Mapping[str, str]) -> str:
        given = {name.replace("-", "_"): level for name, level in permissions.items()}
        token = self.hub.tokens.actions({"metadata": "read", **given}).text
        self.secrets.append(token)
        return token
