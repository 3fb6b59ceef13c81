"""Documents: what people write wrong is answered with where and what, never with a crash."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy import documents
from understudy.core.errors import ConfigError
from understudy.documents import load, load_all


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
        (b"a: !!bool maybe", "a value is not what its tag says"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=r"^the file ") as caught:
        load(content, where="the file", failure=ConfigError)
    assert said in caught.value.message
    assert caught.value.hint


BOMB = "a0: &a0 [1, 2]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.fixture(params=["the parser in C", "the parser in Python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one in C is there only where the extra is installed."""
    if request.param == "the parser in Python":
        monkeypatch.setattr("ruamel.yaml.main.CParser", None)


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("", []),
        ("---\n---\n", [None, None]),
        ("a: 1\n---\nb: [c]\n", [{"a": 1}, {"b": ["c"]}]),
        ("day: 2026-02-03\nno: yes\n", [{"day": "2026-02-03", "no": "yes"}]),
        ("pushed_at: 2026-13-45", [{"pushed_at": "2026-13-45"}]),
        ("operator: =\nkey: <<\n", [{"operator": "=", "key": "<<"}]),
        ("a: [https://example.org/x, b]", [{"a": ["https://example.org/x", "b"]}]),
        ("8080: a\ntrue: b\n1.5: c\n~: d\n", [{"8080": "a", "true": "b", "1.5": "c", "null": "d"}]),
        ("a: 1\na: 2\n", [{"a": 2}]),
        (
            "a: &x {b: 1, c: 1}\nd:\n  <<: *x\n  c: 2\n",
            [{"a": {"b": 1, "c": 1}, "d": {"b": 1, "c": 2}}],
        ),
        ("a: &x 1\nb: &x 2\nc: *x\n", [{"a": 1, "b": 2, "c": 2}]),
    ],
)
def test_a_stream_is_read_as_kubernetes_tools_read_it(text: str, documents: object) -> None:
    assert load_all(text.encode(), where="it", failure=ConfigError) == documents


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [b\n", "is no YAML, line "),
        (b"a: b: c", "is no YAML, line 1"),
        (b"\xff\xfe", "no UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
        (b"- " * 100_000, "nested too deeply"),
        (b"9" * 5_000, "cannot be read"),
        (b"a: !!python/object:os.system x", "is no YAML"),
        (b"? [a]\n: b\n", "a key is a list"),
        (b"a: &a [*a]", "stand for too much"),
        (BOMB.encode(), "stand for too much"),
        (b"a: \x1b[31m", "is no YAML"),
        (b"a: !!bool maybe", "a value is not what its tag says"),
        (b"a: !!map 1", "cannot be read"),
        (b"!!omap [!!seq a: 1]", "a value is not what its tag says"),
    ],
)
def test_a_stream_that_cannot_be_read_is_told(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=r"^the file ") as caught:
        load_all(content, where="the file", failure=ConfigError)
    assert said in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.hint


@pytest.mark.usefixtures("either_parser")
def test_strictly_no_key_is_there_twice() -> None:
    def strictly(text: str) -> list[object]:
        return load_all(text.encode(), where="it", failure=ConfigError, strict=True)

    merged = "a: &x {b: 1}\nc: &y\n  <<: *x\n  b: 2\nd:\n  <<: *y\n  b: 3\n"
    assert strictly(merged) == [{"a": {"b": 1}, "c": {"b": 2}, "d": {"b": 3}}]
    with pytest.raises(ConfigError, match=r"it is no YAML, line 3, column 8: `e` is there twice\."):
        strictly("a: 1\n---\n{e: 1, e: 2}\n")


def test_an_alias_costs_what_it_stands_for(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = b"a: &x [1, 2, 3]\nb: [*x, *x]\n"
    assert load_all(shared, where="it", failure=ConfigError)
    monkeypatch.setattr(documents, "EXPANDED", 10)
    with pytest.raises(ConfigError, match="stand for too much"):
        load_all(shared, where="it", failure=ConfigError)


PIECES = (
    *("[", "]", "{", "}", ", ", ": ", "- ", "? ", "\n", "  ", "\t", "'", '"', "|\n", "=", "..."),
    *("a", "b: 1", "*x", "&x ", "<<: ", "0x1f", "1_000", "2026-01-01", "---\n", "!<x> "),
    *("!!binary ", "!!timestamp ", "!!int ", "!!bool ", "!!map ", "!!seq ", "!!str ", "!!set "),
    *("!!omap ", "!!pairs ", "!!float ", "!!value ", "!!merge ", "%YAML 1.1\n---\n"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.booleans())
def test_whatever_is_written_is_read_or_told(text: str, strict: bool) -> None:  # noqa: FBT001
    with contextlib.suppress(ConfigError):
        load_all(text.encode(), where="it", failure=ConfigError, strict=strict)
