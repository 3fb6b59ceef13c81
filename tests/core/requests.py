"""Pull requests as a forge may show them, for rules about one or a few of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from understudy.core.model import CommitSha, PullRequest

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HEAD = CommitSha("a" * 40)


def shown(number: int = 12, **about: Any) -> PullRequest:  # noqa: ANN401 - any field
    plain = PullRequest(
        number=number,
        title="A title",
        author="ada",
        head=HEAD,
        head_ref=f"feature/{number}",
        base_ref="main",
    )
    return replace(plain, **about)
