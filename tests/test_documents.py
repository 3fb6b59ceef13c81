"""Documents: what people write wrong is answered with where and what, never with a crash."""

from __future__ import annotations

import pytest

from understudy.core.errors import ConfigError
from understudy.documents import load


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", None),
        (b"{}", {}),
        (b'{"base": "main"}', {"base": "main"}),
        (b"base: main\nstages:\n  staging: {}\n", {"base": "main", "stages": {"staging": {}}}),
        ("titel: übung".encode(), {"titel": "übung"}),
    ],
)
def test_yaml_and_json_are_read(content: bytes, value: object) -> None:
    assert load(content, where="understudy.yaml", failure=ConfigError) == value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"base: [main", "line 1, column 12"),
        (b"base: main\nbase: other", "line 2, column 1"),
        (b"a: &a [*a", "is no YAML"),
        (b"\xff\xfe", "no UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5_000, "cannot be read"),
        (b"pushed_at: 2026-13-45", "cannot be read"),
        (b"a: !!python/object:os.system x", "is no YAML"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=r"^the file ") as caught:
        load(content, where="the file", failure=ConfigError)
    assert said in caught.value.message
    assert caught.value.hint
