"""When GitHub wants to be left alone, as it says so in bodies and not only in headers.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.transport import told_by_headers

if TYPE_CHECKING:
    from understudy.transport import Response

_USED_UP = re.compile(
    rb'\s*\{\s*("data"\s*:\s*null\s*,\s*)?"(errors"\s*:.{0,500}"RATE_LIMIT(ED)?"'
    rb'|(errors|message)"\s*:.{0,500}secondary rate limit)',
    re.DOTALL,
)
"""GraphQL says so with status 200, of either limit."""

_SECONDARY = re.compile(rb"secondary rate limit|abuse detection mechanism", re.IGNORECASE)
"""The second is how older servers call it."""

_A_MINUTE = 60.0
"""What GitHub asks for where a secondary limit comes without a time."""


def told_to_wait(response: Response) -> float | None:
    """Return how many seconds GitHub wants to be left alone; None: it does not say so."""
    if response.status == 200 and _USED_UP.match(response.body):  # noqa: PLR2004 - OK
        response = replace(response, status=403)
    told = told_by_headers(response)
    if told is not None:
        return told
    if response.status in {403, 429} and _SECONDARY.search(response.body):
        return _A_MINUTE
    return _A_MINUTE if response.status == 429 else None  # noqa: PLR2004 - too many requests
