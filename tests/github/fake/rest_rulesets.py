"""The REST endpoint that shows one ruleset, and whether it binds the one who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.fake.messages import refusal, reply_json
from tests.github.fake.rest_call import Call, Route

if TYPE_CHECKING:
    from tests.github.fake.messages import Reply


def _ruleset(call: Call) -> Reply:
    wanted = int(call.parts["ruleset_id"])
    found = next((it for it in call.repository.rulesets if it.id == wanted), None)
    if found is None:
        return refusal(404, "Not Found")
    return reply_json(
        200,
        {
            "id": found.id,
            "name": f"rules of {found.branch}",
            "target": "branch",
            "source_type": "Repository",
            "source": call.repository.full_name,
            "enforcement": "active",
            "current_user_can_bypass": found.bypass,
        },
    )


ROUTES = (
    Route(
        method="GET",
        template="/repos/{owner}/{repo}/rulesets/{ruleset_id}",
        handler=_ruleset,
        permissions=(("metadata", "read"),),
    ),
)
