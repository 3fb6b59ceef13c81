"""GitHub as the sessions in the documentation meet it: what others do there, and what it shows.

A page says in a comment what happens: `<!-- elsewhere: checked 2 lint success -->`.
"""

from __future__ import annotations

import base64
import shlex
from typing import TYPE_CHECKING, Any

from tests.github.environments import JOB, WORKFLOW
from tests.github.world import GitHubWorld
from tests.world import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.github.fake.values import StatusState

PUBLIC = "https://github.com"
CI = """\
name: CI
on: pull_request
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: make lint
"""


class GitHubOnPages:
    """The repository `ada/fleet`: a web application, and one CI workflow."""

    def __init__(self, folder: Path) -> None:
        """Make it, as it was before the first page."""
        folder.mkdir()
        self._world = GitHubWorld(folder)
        self._world.base({"apps/web.yaml": "image: web:1.0\nreplicas: 1\n"}, "Run the web app")
        self._world.base({".github/workflows/ci.yaml": CI}, "Check pull requests")
        self._events: dict[str, Callable[..., object]] = {
            "opened": self._opened,
            "opened-from": self._opened_from,
            "checked": self._world.check,
            "labelled": self._world.label,
            "pushed": self._pushed,
            "merged": self._merged,
            "ruled": lambda branch, *rules: self._world.ruleset(branch, rules=rules),
            "unruled": self._world.model.repository.rulesets.clear,
            "ran": self._ran,
            "flux": self._flux,
            "statuses": self._statuses,
        }

    def close(self) -> None:
        """Serve no more."""
        self._world.server.close()

    def environment(self, home: Path) -> Mapping[str, str]:
        """Return what the reader has: a token, and a git that takes it along."""
        root, token = self._world.fake.root, self._world.tokens.classic("repo", "workflow").text
        password = base64.b64encode(f"ada:{token}".encode()).decode()
        settings = home / ".gitconfig"
        settings.write_text(
            f'[user]\n\tname = Ada\n\temail = ada@example.org\n[url "{root}/"]\n'
            f'\tinsteadOf = {PUBLIC}/\n[http "{root}/"]\n'
            f"\textraHeader = Authorization: Basic {password}\n"
        )
        return {
            "GITHUB_SERVER_URL": root,
            "GITHUB_TOKEN": token,
            "GIT_CONFIG_GLOBAL": str(settings),
            "no_proxy": "127.0.0.1",
        }

    def happen(self, event: str) -> str:
        """Let it happen; return what GitHub shows, if it was asked to show something."""
        name, *words = shlex.split(event)
        self._world.fake.sync()
        told = self._events[name](*(int(word) if word.isdecimal() else word for word in words))
        return told if isinstance(told, str) else ""

    def as_readers_see(self, text: str) -> str:
        """Return the text with the address that GitHub has."""
        return text.replace(self._world.fake.root, PUBLIC)

    # --- what people do --------------------------------------------------------------------------

    def _opened(self, number: int, branch: str, title: str) -> None:
        head = self._world.remote_ref(f"refs/heads/{branch}")
        assert head, f"nobody pushed {branch}"
        self._world.model.add_pull_request(
            number, head, branch=branch, title=title, author="ada", association="OWNER"
        )
        self._world.fake.git.set_pull_heads({number: head})

    def _opened_from(self, fork: str, number: int, path: str, content: str, title: str) -> None:
        self._catch_up()
        files = {path: f"{content}\n"}
        self._world.pull_request(number, dict(files), fork=fork, association="NONE", title=title)

    def _pushed(self, number: int, path: str, content: str) -> None:
        self._world.push(number, {path: f"{content}\n"})

    def _merged(self, number: int) -> None:
        self._catch_up()
        pull_request = self._world.at(number)
        subject = f"Merge pull request #{number} from ada/{pull_request.head_ref}"
        self._world.git("fetch", "--quiet", "origin", pull_request.head.oid)
        self._world.git("merge", "--quiet", "--no-ff", "-m", subject, pull_request.head.oid)
        self._world.git("push", "--quiet", "origin", BASE)
        self._world.git("push", "--quiet", "origin", "--delete", pull_request.head_ref)

    def _catch_up(self) -> None:
        self._world.git("checkout", "--quiet", BASE)
        self._world.git("fetch", "--quiet", "origin", BASE)
        self._world.git("reset", "--quiet", "--hard", "FETCH_HEAD")

    # --- what GitHub does ------------------------------------------------------------------------

    def _ran(self, event: str, *about: str | int) -> None:
        """Run the workflow's step for an event, as the action does."""
        payload = _PAYLOADS[event](*about)
        environment = self._world.environment(event=event, payload=payload)
        options = ("--forge", "github", "--repo", self._world.address.removesuffix(".git"))
        printed = self._world.cli("rebuild", *options, env=environment)
        assert printed.code in {0, 3}, printed.err
        # Whatever it was that started it, the run itself is listed at the base.
        base = self._world.remote_ref(f"refs/heads/{BASE}")
        assert base
        word = "success" if printed.code == 0 else "failure"
        self._world.model.add_check(base, JOB, word, workflow=WORKFLOW, event=event)

    def _flux(self, name: str, state: StatusState, reason: str) -> None:
        """Let Flux set a status on the stage's commit, which starts the workflow."""
        status = self._world.flux(name, state, reason)
        self._ran("status", status.context, state)

    def _statuses(self) -> str:
        lines = []
        for pull_request in self._world.model.repository.open():
            for context, told in self._world.statuses(pull_request.number).items():
                said = (f"#{pull_request.number}", context, told.state.ljust(7), told.description)
                lines.append("  ".join(filter(None, said)))
        return "\n".join(lines)


def _workflow_run(name: str, conclusion: str) -> dict[str, Any]:
    run = {"name": name, "conclusion": conclusion}
    return {"action": "completed", "workflow_run": run}


def _pull_request_target(number: int, action: str, label: str = "") -> dict[str, Any]:
    return {"action": action, "number": number, "label": {"name": label}}


def _push(ref: str) -> dict[str, Any]:
    return {"ref": f"refs/heads/{ref}"}


def _status(context: str, state: str) -> dict[str, Any]:
    return {"context": context, "state": state}


_PAYLOADS: dict[str, Callable[..., dict[str, Any]]] = {
    "workflow_run": _workflow_run,
    "pull_request_target": _pull_request_target,
    "push": _push,
    "status": _status,
    "workflow_dispatch": dict,
}
