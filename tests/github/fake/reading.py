"""One question to the GraphQL API: what it is asked of, by whom, and under which limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphql import GraphQLError

from tests.github.fake.limits import Weight

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.github.fake.model import Model
    from tests.github.fake.tokens import Token


@dataclass
class Reading:
    """What every resolver can ask. `root` is the server's address, without a slash at the end."""

    model: Model
    token: Token
    root: str
    remaining: int
    limit: int
    resets: datetime
    has_commit: Callable[[str], bool]
    hides_pull_requests: bool = False
    weight: Weight = field(default_factory=Weight)

    def need(self, permission: str) -> None:
        """Refuse what the token may not read.

        Raises:
            GraphQLError: FORBIDDEN, as GitHub says it.
        """
        if not self.token.may(permission):
            raise GraphQLError(
                self.token.refusal,
                extensions={"type": "FORBIDDEN", "extensions": {"saml_failure": False}},
            )

    def sees(self) -> bool:
        """Tell whether the repository exists for this token."""
        return not self.model.repository.private or self.token.may("metadata")


def not_found(message: str) -> GraphQLError:
    """Return the error for what does not exist, or not for this token."""
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})
