"""The variables that understudy finds: those of a run of its workflow, or of a laptop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from tests.github.fake.tokens import APP_ID, Token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.fake.hub import Hub

RUN_ID = 9_000_001
WORKFLOW = "staging-deploy"
JOB = "sync-staging"
WORKFLOW_FILE = f".github/workflows/{WORKFLOW}.yaml"
Credential = Token | Literal["actions", "fine-grained", "classic", "app", "none"]


class Run(TypedDict, total=False):
    """What started the workflow."""

    event: str
    payload: object


def environment_of(
    hub: Hub, folder: Path, credential: Credential, **run: Unpack[Run]
) -> dict[str, str]:
    """Return all of Actions for its own token; for any other credential that alone."""
    if credential == "none":
        return dict(_NO_PROXY)
    if credential == "app":
        key = hub.tokens.app.private_key
        return {**_NO_PROXY, "GITHUB_APP_ID": str(APP_ID), "GITHUB_APP_PRIVATE_KEY": key}
    token = credential if isinstance(credential, Token) else _token(hub, credential)
    alone = {**_NO_PROXY, "GITHUB_TOKEN": token.text}
    return alone | _of_actions(hub, folder, run) if token.kind == "actions" else alone


_NO_PROXY = {"no_proxy": "127.0.0.1"}


def _token(hub: Hub, kind: Literal["actions", "fine-grained", "classic"]) -> Token:
    if kind == "actions":
        return hub.tokens.actions()
    if kind == "fine-grained":
        return hub.tokens.fine_grained()
    return hub.tokens.classic("repo", "workflow")


def _of_actions(hub: Hub, folder: Path, run: Run) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "event.json").write_text(json.dumps(run.get("payload") or {}))
    for name in ("summary.md", "output"):
        (folder / name).touch()
    repository = hub.model.repository
    name, base = repository.full_name, repository.default_branch
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": hub.root,
        "GITHUB_API_URL": f"{hub.root}/api/v3",
        "GITHUB_GRAPHQL_URL": f"{hub.root}/api/graphql",
        "GITHUB_REPOSITORY": name,
        "GITHUB_SHA": repository.branches.get(base, ""),
        "GITHUB_REF": f"refs/heads/{base}",
        "GITHUB_WORKFLOW": WORKFLOW,
        "GITHUB_JOB": JOB,
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": str(RUN_ID),
        "GITHUB_WORKFLOW_REF": f"{name}/{WORKFLOW_FILE}@refs/heads/{base}",
        "GITHUB_EVENT_NAME": run.get("event", "workflow_dispatch"),
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_ACTOR": repository.owner.login,
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
    }
