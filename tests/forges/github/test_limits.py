from __future__ import annotations

import pytest

from understudy.forges.github.limits import told_to_wait
from understudy.transport import Response

NOW = 1_800_000_000
SECONDARY = b'{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}'
ABUSE = b'{"message":"You have triggered an abuse detection mechanism. Please wait."}'
USED_UP = b'{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}'
NEWER = b'{"errors":[{"type":"RATE_LIMIT","code":"graphql_rate_limit","message":"exceeded"}]}'
BOTH = b'{"errors":[{"message":"You have exceeded a secondary rate limit."}]}'
TIMES = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 30)}


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        pytest.param(403, {}, SECONDARY, 60.0, id="secondary, no time: a minute"),
        pytest.param(429, {}, SECONDARY, 60.0, id="secondary as 429"),
        pytest.param(403, {"retry-after": "7"}, SECONDARY, 7.0, id="secondary with a time"),
        pytest.param(403, {}, ABUSE, 60.0, id="as older servers say it"),
        pytest.param(429, {}, b"", 60.0, id="429 alone"),
        pytest.param(403, TIMES, b"{}", 31.0, id="primary"),
        pytest.param(403, {}, b'{"message":"Must have push access"}', None, id="a permission"),
        pytest.param(200, TIMES, USED_UP, 31.0, id="GraphQL, used up"),
        pytest.param(200, TIMES, NEWER, 31.0, id="GraphQL, used up, newer word"),
        pytest.param(200, TIMES, b'{"data":null,' + USED_UP[1:], 31.0, id="GraphQL, with null"),
        pytest.param(200, {}, USED_UP, None, id="GraphQL, used up, no time"),
        pytest.param(200, {}, BOTH, 60.0, id="GraphQL, secondary"),
        pytest.param(200, {"retry-after": "5"}, BOTH, 5.0, id="GraphQL, secondary with a time"),
        pytest.param(200, TIMES, b'{"data":{"a":1}}', None, id="the last one that was free"),
        pytest.param(
            200, TIMES, b'{"data":{"title":"\\"errors\\":\\"RATE_LIMITED\\""}}', None, id="a title"
        ),
    ],
)
def test_when_github_wants_to_be_left_alone(
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    body: bytes,
    expected: float | None,
) -> None:
    monkeypatch.setattr("understudy.transport.time.time", lambda: float(NOW))

    assert told_to_wait(Response(status=status, headers=headers, body=body)) == expected
