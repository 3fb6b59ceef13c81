"""One job of a workflow, whose steps really run.

Three actions of GitHub are stood for: the Python that runs is the one set up, and caches are
folders. The action under test is this repository's own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.github.runner.triggers import Event, events_of
from understudy.core.errors import UsageError
from understudy.documents import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.github.runner.expressions import Expressions

ROOT = Path(__file__).parents[3]
OWN_ACTION = "understudy-dev/understudy"
RUN_ID = 4711

_COMMAND = re.compile(r"^::(notice|warning|error)(?: [^\n]*?)?::(.*)$", re.MULTILINE)
_OUTPUT = re.compile(r"^([\w-]+)(?:=(.*)|<<(\S+)\n((?:.*\n)*?)\3)$", re.MULTILINE)
_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One GitHub with one repository, and what gives a job its token for its permissions."""

    url: str
    api: str
    graphql: str
    repository: str
    default_branch: str
    issue_token: Callable[[Mapping[str, str]], str]
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class JobRun:
    """A job that an event started, and how it ended."""

    job: str
    conclusion: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    log: str = ""
    steps: list[str] = field(default_factory=list)
    """The steps that ran, by name."""

    @property
    def annotations(self) -> list[tuple[str, str]]:
        """Return the level and the message of each."""
        return _COMMAND.findall(self.log)


@dataclass(slots=True, kw_only=True)
class Host:
    """What jobs run on. Each has a home of its own; `temporary` holds what was installed before."""

    folder: Path
    temporary: Path
    expressions: Expressions
    server: Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job of the workflow with the values of its matrix; `number` counts the jobs of the host."""

    name: str
    matrix: Mapping[str, Any]
    number: int


class Job:
    """One job on its way: its folders, its contexts, and what became of its steps."""

    def __init__(self, host: Host, workflow: Mapping[str, Any], event: Event, task: Task) -> None:
        """Read what it is to do."""
        self.host = host
        self.definition = workflow["jobs"][task.name]
        self.folder = host.folder / f"job-{task.number}"
        self.done = JobRun(job=task.name)
        permissions = self.definition.get("permissions", workflow.get("permissions", {}))
        self.contexts: dict[str, Any] = {
            "github": self._github(workflow["name"], event, permissions, task.number),
            "inputs": _inputs(workflow, event),
            "matrix": dict(task.matrix),
            "secrets": dict(host.server.secrets),
            "runner": {"temp": str(host.temporary), "os": "Linux"},
            "steps": {},
        }

    def run(self) -> JobRun:
        """Run it to its end."""
        before = {name: self.contexts[name] for name in ("github", "inputs")}
        if not self.host.expressions.holds(self.definition.get("if", "true"), before):
            self.done.conclusion = "skipped"
            return self.done
        for name in ("home", "work", "files"):
            (self.folder / name).mkdir(parents=True)
        self.host.temporary.mkdir(parents=True, exist_ok=True)
        self._steps(self.definition["steps"], self.contexts, action=None)
        return self.done

    def _steps(
        self, steps: list[dict[str, Any]], contexts: dict[str, Any], *, action: Path | None
    ) -> None:
        for step in steps:
            failed = self.done.conclusion == "failure"
            if self.host.expressions.holds(step.get("if", "true"), contexts, failed=failed):
                outputs = self._step(step, contexts, action)
                contexts["steps"][step.get("id", "")] = {"outputs": outputs}

    def _step(
        self, step: dict[str, Any], contexts: dict[str, Any], action: Path | None
    ) -> dict[str, str]:
        self.done.steps.append(step.get("name", step.get("uses", "run")))
        given = self._filled(step.get("with", {}), contexts)
        match step.get("uses", "").partition("@")[0]:
            case "":
                return self._script(step, contexts, action)
            case "actions/setup-python":
                version = ".".join(map(str, sys.version_info[:3]))
                return {"python-path": sys.executable, "python-version": version}
            case "actions/cache/restore":
                return self._restore(given)
            case "actions/cache/save":
                return self._save(given)
            case action_name if action_name == OWN_ACTION:
                self.done.outputs = self._composite(ROOT, given)
                return self.done.outputs
            case unknown:
                raise AssertionError(f"{unknown} is not known here")

    def _composite(self, folder: Path, given: Mapping[str, str]) -> dict[str, str]:
        content = (folder / "action.yml").read_bytes()
        definition: Any = load(content, where="action.yml", failure=UsageError)
        unknown = set(given) - set(definition["inputs"])
        assert not unknown, f"the action has no input {unknown}"
        defaults = {name: each.get("default", "") for name, each in definition["inputs"].items()}
        inputs = {**self._filled(defaults, self.contexts), **given}
        github = {**self.contexts["github"], "action_path": str(folder)}
        contexts = {**self.contexts, "github": github, "inputs": inputs, "steps": {}}
        self._steps(definition["runs"]["steps"], contexts, action=folder)
        values = {name: each["value"] for name, each in definition["outputs"].items()}
        return self._filled(values, contexts)

    def _script(
        self, step: dict[str, Any], contexts: dict[str, Any], action: Path | None
    ) -> dict[str, str]:
        number = len(self.done.steps)
        files = {name: self.folder / "files" / f"{number}-{name}" for name in _FILES}
        for file in files.values():
            file.touch()
        script = self.folder / "files" / f"{number}.sh"
        script.write_text(self.host.expressions.text(step["run"], contexts))
        assert step["shell"] == "bash"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.folder / "work",
            env={
                **self._environment(contexts["github"], action),
                **{name: str(file) for name, file in files.items()},
                **self._filled(step.get("env", {}), contexts),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=600,
        )
        self.done.log += done.stdout.decode()
        self.done.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        assert not files["GITHUB_ENV"].read_text() + files["GITHUB_PATH"].read_text()
        if done.returncode:
            self.done.conclusion = "failure"
        return _outputs(files["GITHUB_OUTPUT"].read_text())

    def _filled(self, values: Mapping[str, Any], contexts: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: self.host.expressions.text(_written(value), contexts)
            for name, value in values.items()
        }

    # --- caches -----------------------------------------------------------------------------------

    def _restore(self, given: Mapping[str, str]) -> dict[str, str]:
        store = self.host.folder / "caches"
        prefixes = [given["key"], *given.get("restore-keys", "").split()]
        saved = (
            sorted(store.iterdir(), key=lambda each: each.stat().st_mtime) if store.is_dir() else []
        )
        for prefix in prefixes:
            for each in reversed(saved):
                if each.name.startswith(prefix):
                    shutil.copytree(each, self._path(given["path"]), symlinks=True)
                    hit = str(each.name == given["key"]).lower()
                    return {"cache-hit": hit, "cache-matched-key": each.name}
        return {"cache-hit": ""}

    def _save(self, given: Mapping[str, str]) -> dict[str, str]:
        target = self.host.folder / "caches" / given["key"]
        if not target.exists():
            shutil.copytree(self._path(given["path"]), target, symlinks=True)
        return {}

    def _path(self, path: str) -> Path:
        return Path(path.replace("~", str(self.folder / "home"), 1))

    # --- what a job sees --------------------------------------------------------------------------

    def _github(
        self, workflow: str, event: Event, permissions: Mapping[str, str], number: int
    ) -> dict[str, Any]:
        server = self.host.server
        ref = f"refs/heads/{server.default_branch}"
        path = f"{server.repository}/.github/workflows/{workflow}.yaml"
        return {
            "actor": event.actor,
            "event": dict(event.payload),
            "event_name": event.name,
            "job": self.done.job,
            "ref": event.payload.get("ref", ref),
            "repository": server.repository,
            "repository_id": "1",
            "run_id": str(RUN_ID + number),
            "server_url": server.url,
            "api_url": server.api,
            "graphql_url": server.graphql,
            "token": server.issue_token(permissions),
            "workflow": workflow,
            "workflow_ref": f"{path}@{ref}",
        }

    def _environment(self, github: Mapping[str, Any], action: Path | None) -> dict[str, str]:
        """Return what GitHub sets, and of this machine what it takes to reach a package index."""
        event = self.folder / "files" / "event.json"
        event.write_text(json.dumps(github["event"]))
        kept = ("PIP_", "UV_", "SSL_", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
        machine = {name: value for name, value in os.environ.items() if name.startswith(kept)}
        caches = Path.home() / ".cache"
        given = {
            f"GITHUB_{name.upper()}": str(value)
            for name, value in github.items()
            if name not in {"event", "token"}
        }
        return {
            "PIP_CACHE_DIR": str(caches / "pip"),
            "UV_CACHE_DIR": str(caches / "uv"),
            **machine,
            **given,
            "no_proxy": "127.0.0.1",
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_WORKSPACE": str(self.folder / "work"),
            "RUNNER_TEMP": str(self.host.temporary),
            "RUNNER_OS": "Linux",
            **({"GITHUB_ACTION_PATH": str(action)} if action else {}),
        }


def _inputs(workflow: Mapping[str, Any], event: Event) -> dict[str, Any]:
    if event.name != "workflow_dispatch":
        return {}
    known = (events_of(workflow)["workflow_dispatch"] or {}).get("inputs", {})
    given = event.payload.get("inputs") or {}
    assert set(given) <= set(known)
    return {name: given.get(name, each.get("default")) for name, each in known.items()}


def _outputs(text: str) -> dict[str, str]:
    found = {
        match[1]: match[2] if match[3] is None else match[4].removesuffix("\n")
        for match in _OUTPUT.finditer(text)
    }
    assert len(found) >= bool(text), f"not what GITHUB_OUTPUT may hold: {text}"
    return found


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
