"""YAML and JSON text → plain mappings and lists, or one sentence about what cannot be read."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from understudy.core.phrases import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from understudy.core.errors import UsageError

_Read = TypeVar("_Read")

# The parser trusts tags: `!!bool maybe` and `!!map 1` end in whatever exception comes of it.
_OF_STRANGE_TAGS = (ArithmeticError, AttributeError, LookupError, TypeError)

EXPANDED = 5_000_000
"""How many values a stream may have, each alias counted as all that it stands for."""

DEPTH = 200
"""How deeply a stream may be nested. The parser in C knows no bound, and crashes at its own."""


def load(content: bytes, *, where: str, failure: type[UsageError]) -> object:
    """Return what the document says. JSON is tried first: it is quick, and YAML reads it too.

    Raises:
        UsageError: of the class `failure`, when it is neither; the message has line and column.
    """
    return _read(lambda: _json_or_yaml(content), where=where, failure=failure)


def load_all(
    content: bytes, *, where: str, failure: type[UsageError], strict: bool = False
) -> list[object]:
    """Return what each document of a stream says, as Kubernetes' tools understand it.

    Dates stay text, keys are text, and of a key that is there twice the last one counts; with
    `strict` it is a failure.

    Raises:
        UsageError: of the class `failure`, as in `load`.
    """
    return _read(lambda: _documents(content, strict=strict), where=where, failure=failure)


class _NotYamlError(Exception):
    pass


def _read(read: Callable[[], _Read], *, where: str, failure: type[UsageError]) -> _Read:
    try:
        return read()
    except UnicodeDecodeError:
        problem = f"{where} is no UTF-8 text"
    except RecursionError:
        problem = f"{where} is nested too deeply to be read"
    except _NotYamlError as error:
        problem = f"{where} is no YAML{error}"
    except ValueError as error:
        # A date such as 2026-13-45, or a number of thousands of digits.
        problem = f"{where} has a value that cannot be read: {error}"
    raise failure(f"{problem}.", hint="Correct the file and try again.")


def _json_or_yaml(content: bytes) -> object:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and often not needed

    return _told(lambda: YAML(typ="safe", pure=True).load(content.decode()))


def _documents(content: bytes, *, strict: bool) -> list[object]:
    text = content.decode()
    try:
        # Where the extra is installed this is a parser in C, five times as quick.
        documents = _parsed(text, strict=strict, pure=False)
    except _NotYamlError:
        # To that one `[https://example.org]` is no YAML; to Kubernetes' tools it is.
        documents = _parsed(text, strict=strict, pure=True)
    if b"*" in content and _expanded(documents, {}) > EXPANDED:
        raise _NotYamlError(": its aliases stand for too much")
    return documents


def _parsed(text: str, *, strict: bool, pure: bool) -> list[object]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - as above

    if not pure:
        _told(lambda: _refuse_depth(YAML(typ="safe").parse(text)))
    yaml = YAML(typ="safe", pure=pure)
    yaml.Constructor = _manifest_constructor(strict)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an anchor may be set anew
        documents: list[object] = _told(lambda: list(yaml.load_all(text)))
    return documents


def _refuse_depth(events: Iterable[object]) -> None:
    from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent  # noqa: PLC0415

    depth = 0
    for event in events:
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > DEPTH:
                raise RecursionError
        elif isinstance(event, CollectionEndEvent):
            depth -= 1


def _told(read: Callable[[], _Read]) -> _Read:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415 - as above

    try:
        return read()
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise _NotYamlError(f"{place}: {error.problem or error.context}") from error
    except YAMLError as error:
        said, _, _ = str(error).partition("\n")
        raise _NotYamlError(f": {shown(said)}") from error
    except _OF_STRANGE_TAGS as error:
        raise _NotYamlError(": a value is not what its tag says") from error


@functools.cache
def _manifest_constructor(strict: bool) -> type[Any]:  # noqa: FBT001 - a key of the cache
    from ruamel.yaml.constructor import SafeConstructor  # noqa: PLC0415 - as above

    class ManifestConstructor(SafeConstructor):
        def construct_yaml_map(self, node: Any) -> Iterator[dict[str, object]]:  # noqa: ANN401
            mapping: dict[str, object] = {}
            yield mapping
            if strict:
                _refuse_twice(node)
            self.flatten_mapping(node)
            for key, value in node.value:
                name = _key(self.construct_object(key, deep=True))
                mapping[name] = self.construct_object(value)

    ManifestConstructor.add_constructor(
        "tag:yaml.org,2002:map", ManifestConstructor.construct_yaml_map
    )
    for tag in ("timestamp", "value", "merge"):  # a date, `=`, and `<<` where it is no key
        ManifestConstructor.add_constructor(
            f"tag:yaml.org,2002:{tag}", SafeConstructor.construct_yaml_str
        )
    return ManifestConstructor


def _refuse_twice(mapping: Any) -> None:  # noqa: ANN401 - a node
    seen = set()
    for key, _ in mapping.value[len(mapping.merge or ()) :]:  # what was merged in comes first
        if str(key.value) in seen:
            line, column = key.start_mark.line + 1, key.start_mark.column + 1
            raise _NotYamlError(f", line {line}, column {column}: `{key.value}` is there twice")
        seen.add(str(key.value))


def _key(name: object) -> str:
    match name:
        case str():
            return name
        case bool():
            return str(name).lower()
        case int() | float():
            return str(name)
        case None:
            return "null"
        case _:
            raise _NotYamlError(": a key is a list or a mapping")


def _expanded(value: object, known: dict[int, int]) -> int:
    """Count values, each alias as all that it stands for; one that holds itself has no end."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = EXPANDED + 1
        inside = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_expanded(each, known) for each in inside)
    return known[id(value)]
