"""REST endpoints for a GitHub App, which signs its requests with its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.fake.messages import Reply, refusal, reply_json
from tests.github.fake.rest_call import Call, Route
from tests.github.fake.tokens import APP_ID, INSTALLATION_ID, LEVELS
from tests.github.fake.values import stamp

if TYPE_CHECKING:
    from tests.github.fake.rest_call import Document


def _installation(call: Call) -> Reply:
    if not call.hub.tokens.app_installed:
        return refusal(404, "Not Found")
    base = f"{call.hub.root}/api/v3"
    made = stamp(call.repository.created_at)
    document: Document = {
        "id": INSTALLATION_ID,
        "account": call.user(call.repository.owner),
        "repository_selection": "selected",
        "access_tokens_url": f"{base}/app/installations/{INSTALLATION_ID}/access_tokens",
        "repositories_url": f"{base}/installation/repositories",
        "html_url": f"{call.hub.root}/settings/installations/{INSTALLATION_ID}",
        "app_id": APP_ID,
        "target_id": call.repository.owner.id,
        "target_type": call.repository.owner.kind,
        "permissions": call.hub.tokens.app.permissions,
        "events": ["push", "status"],
        "created_at": made,
        "updated_at": made,
        "single_file_name": None,
        "app_slug": call.hub.tokens.app.slug,
        "suspended_by": None,
        "suspended_at": None,
    }
    return reply_json(200, document)


def _access_token(call: Call) -> Reply:
    if call.parts["installation_id"] != str(INSTALLATION_ID):
        return refusal(404, "Not Found")
    wanted = call.body.get("permissions", {})
    has = call.hub.tokens.app.permissions
    if any(LEVELS[level] > LEVELS[has.get(name, "none")] for name, level in wanted.items()):
        return refusal(422, "The permissions requested are not granted to this installation.")
    if set(call.body.get("repositories", ())) - {call.repository.name}:
        return refusal(422, "There is at least one repository that does not exist.")
    token = call.hub.tokens.installation(wanted or None)
    assert token.expires_at is not None
    document = {
        "token": token.text,
        "expires_at": stamp(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "selected",
    }
    return reply_json(201, document)


ROUTES = (
    Route(
        method="GET",
        template="/repos/{owner}/{repo}/installation",
        handler=_installation,
        by_app=True,
    ),
    Route(
        method="POST",
        template="/app/installations/{installation_id}/access_tokens",
        handler=_access_token,
        by_app=True,
    ),
)
