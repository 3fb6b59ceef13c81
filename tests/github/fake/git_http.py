"""Git over HTTP: who may read and push, and the real backend behind that."""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.github.fake.messages import Reply, plain
from tests.github.fake.pushes import (
    Refusal,
    body_of_push,
    commands,
    hand_to_hook,
    refusals,
    refuse_workflow,
    with_reasons,
)
from tests.smart_http import Asked, run_backend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github.fake.hub import Hub
    from tests.github.fake.messages import Request
    from tests.github.fake.tokens import Token

_PATH = re.compile(r"/([^/]+/[^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)")
_PUSHING = ("git-push-start", "git-push")
_REALM = 'Basic realm="GitHub"'


def answer(hub: Hub, request: Request) -> Reply:
    """Answer a request below `/owner/name.git/`."""
    refused, token = _admit(hub, request)
    if refused is not None:
        return refused
    if request.group == "git-push" and token is not None:
        return _push(hub, request, token)
    return _backend(hub, request, token, {})


def is_git(path: str) -> bool:
    """Tell whether a path is git's own."""
    return _PATH.fullmatch(path) is not None


def _admit(hub: Hub, request: Request) -> tuple[Reply | None, Token | None]:
    repository = hub.model.repository
    secret = _password(request)
    token = hub.tokens.find(secret) if secret else None
    if secret is not None and token is None:
        text = "Invalid username or token. Password authentication is not supported for Git.\n"
        return plain(401, text, WWW_Authenticate=_REALM), None
    pushing = request.group in _PUSHING
    if token is None and (pushing or repository.private):
        return plain(401, "No anonymous access.\n", WWW_Authenticate=_REALM), None
    hidden = token is not None and repository.private and not token.may("contents")
    if _parts(request.path)[0].lower() != repository.full_name.lower() or hidden:
        return plain(404, "Repository not found.\n"), None
    if token is not None and pushing and not token.may("contents", "write"):
        name = f"{repository.full_name}.git"
        return plain(403, f"Permission to {name} denied to {token.login}.\n"), None
    return None, token


def _password(request: Request) -> str | None:
    scheme, carried = request.authorization()
    if scheme != "basic":
        return None
    try:
        return base64.b64decode(carried, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _push(hub: Hub, request: Request, token: Token) -> Reply:
    asked = commands(body_of_push(request.body, request.headers))
    refused = refusals(asked, hub.model.repository, hub.root)
    if request.fault and request.fault.kind == "refused-push":
        refused |= _on_demand(request.fault.details)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hand_to_hook(refused, folder)
        if not token.may("workflows", "write"):
            (folder / "no-workflows").touch()
        reply = _backend(hub, request, token, {"FAKE_GITHUB": name})

        def reason(ref: str) -> str | None:
            if (changed := folder / "workflow" / ref).exists():
                path = f".github/workflows/{changed.read_text().strip()}"
                classic = token.kind == "classic"
                return refuse_workflow(path, app=token.of_app, classic=classic)
            return refused[ref].reason if ref in refused else None

        reply.body = with_reasons(reply.body, reason)
    hub.sync(by=token.login)
    return reply


def _on_demand(details: Mapping[str, str]) -> dict[str, Refusal]:
    reason = details.get("reason", "internal server error")
    return {details["ref"]: Refusal(reason=reason, says=details.get("says", ""))}


def _backend(hub: Hub, request: Request, token: Token | None, extra: dict[str, str]) -> Reply:
    asked = Asked(
        method=request.method,
        path=f"/{hub.git.folder.name}/{_parts(request.path)[1]}",
        query=request.query,
        headers=request.headers,
        body=request.body,
        user=token.login if token else "",
        environment=extra,
    )
    status, headers, body = run_backend(hub.git.folder.parent, asked)
    return Reply(status=status, headers=headers, body=body)


def _parts(path: str) -> tuple[str, str]:
    found = _PATH.fullmatch(path)
    assert found is not None
    return found[1], found[2]
