"""The REST endpoints: routing, permissions, and the official description on both sides."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tests.github.fake.messages import refusal
from tests.github.fake.openapi import Operation
from tests.github.fake.rest_apps import ROUTES as APPS
from tests.github.fake.rest_call import Call, Route, with_etag
from tests.github.fake.rest_deployments import ROUTES as DEPLOYMENTS
from tests.github.fake.rest_reads import ROUTES as READS
from tests.github.fake.rest_rulesets import ROUTES as RULESETS
from tests.github.fake.rest_runs import ROUTES as RUNS
from tests.github.fake.rest_writes import ROUTES as WRITES

if TYPE_CHECKING:
    from tests.github.fake.hub import Hub
    from tests.github.fake.messages import Reply, Request
    from tests.github.fake.tokens import Token

ROUTES = (*READS, *RULESETS, *WRITES, *DEPLOYMENTS, *APPS, *RUNS)
VERSIONS = (None, "2022-11-28", "2026-03-10")


def answer(hub: Hub, request: Request, token: Token | None) -> Reply:
    """Answer a request below the API's address."""
    route, parts = _route(request)
    if route is None:
        hub.violations.append(f"{request.method} {request.path}: the fake has no such endpoint")
        return refusal(404, "Not Found")
    operation = Operation(route.method, route.template)
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    try:
        body = json.loads(request.body) if request.body else None
    except ValueError:
        return refusal(400, "Problems parsing JSON")
    for fault in operation.faults_of_request(query, body):
        hub.violations.append(f"{request.method} {request.path}: {fault}")
    refused = _refused(hub, request, route, token)
    call = Call(hub=hub, token=token, parts=parts, query=query, body=body or {})
    reply = refused or route.handler(call)
    if reply.body:
        faults = operation.faults_of_reply(reply.status, reply.document)
        assert not faults, f"{request.method} {request.path} {reply.status}: {faults}"
    if request.method == "GET" and reply.status == 200:
        reply = with_etag(reply, request.headers.get("If-None-Match"))
    return reply | _told_of(route, token)


def wants_jwt(request: Request) -> bool:
    """Tell whether an app must sign this request itself."""
    route, _ = _route(request)
    return route is not None and route.by_app


def _route(request: Request) -> tuple[Route | None, dict[str, str]]:
    for route in ROUTES:
        pattern = re.sub(r"\\{(\w+)\\}", _part, re.escape(route.template))
        if route.method == request.method and (found := re.fullmatch(pattern, request.path)):
            return route, found.groupdict()
    return None, {}


def _part(name: re.Match[str]) -> str:
    """Branches may have slashes in them, all else not."""
    return f"(?P<{name[1]}>{'.+' if name[1] in {'branch', 'ref'} else '[^/]+'})"


def _refused(hub: Hub, request: Request, route: Route, token: Token | None) -> Reply | None:
    repository = hub.model.repository
    if request.headers.get("X-GitHub-Api-Version") not in VERSIONS:
        return refusal(400, "The specified API version is not supported.")
    if route.by_app:
        scheme, carried = request.authorization()
        words = hub.tokens.refuses_jwt(carried) if scheme == "bearer" else "Bad credentials"
        return refusal(401, words) if words else None
    of_repository = route.template.startswith("/repos/{owner}/{repo}")
    named = "/".join(request.path.split("/")[2:4]).lower()
    forks = map(str.lower, hub.model.forks) if route.of_forks else ()
    known = {repository.full_name.lower(), *forks}
    hidden = repository.private and (token is None or not token.may("metadata"))
    if of_repository and (named not in known or hidden):
        return refusal(404, "Not Found")
    if not route.permissions:
        return None
    if token is None:
        open_to_all = route.method == "GET" and not repository.private
        return None if open_to_all else refusal(401, "Requires authentication")
    if any(token.may(name, level) for name, level in route.permissions):
        return None
    if token.kind == "classic":
        return refusal(404, "Not Found")
    return refusal(403, token.refusal)


def _told_of(route: Route, token: Token | None) -> dict[str, str]:
    """Return the headers in which GitHub tells a token what it has and what is needed."""
    if token is None or not route.permissions:
        return {}
    if token.kind == "classic":
        return {
            "X-OAuth-Scopes": ", ".join(sorted(token.scopes)),
            "X-Accepted-OAuth-Scopes": "repo",
        }
    needed = "; ".join(f"{name}={level}" for name, level in route.permissions)
    return {"X-Accepted-GitHub-Permissions": needed}
