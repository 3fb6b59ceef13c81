"""GraphQL fields of classic protection, as far as it binds the one who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.github.fake.resolving import Facts, Questions

FACTS: Facts = {
    "RefUpdateRule": {
        "allowsForcePushes": lambda it: it.force,
        "viewerCanPush": lambda it: it.pushes,
        "requiredStatusCheckContexts": lambda it: list(it.required),
        "requiredApprovingReviewCount": lambda _: None,
        "requiresLinearHistory": lambda _: False,
        "requiresSignatures": lambda _: False,
    },
}

QUESTIONS: Questions = {
    "Ref": {"refUpdateRule": lambda it, _, __: it.repository.protections.get(it.name)},
}
