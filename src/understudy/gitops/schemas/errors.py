"""What is wrong with a value, by its definition → a sentence that names the field, and a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core import phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import UnionType

    Defined = Mapping[str, Any]
    # A `jsonschema.ValidationError`, whose parts are typed as if none of them might be there.
    _Error = Any


_ROOM = 80
"""How much of a path is shown: its end tells most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One field that is wrong. The sentence goes on with what becomes of the object."""

    message: str
    remedy: str
    is_unknown: bool = False
    is_missing: bool = False


def mistakes(error: _Error, shared: Defined) -> Iterator[Mistake]:
    """Return what is wrong in one place. `shared` are the definitions that others refer to."""
    if error.validator == "additionalProperties":
        yield from _unknown(error, shared)
    elif error.validator == "required":
        yield from _missing(error)
    else:
        yield _wrong(error)


def _unknown(error: _Error, shared: Defined) -> Iterator[Mistake]:
    above = tuple(error.absolute_path)
    known = error.schema["properties"]
    for key in error.instance:
        if key in known or "${" in key:
            continue
        meant = _meant(key, known, shared)
        did_you = f"Did you mean `{_place((*above, *meant))}`? " if meant else ""
        yield Mistake(
            message=f"There is no field `{_place((*above, key))}`",
            remedy=f"{did_you}Correct it, move it to where it belongs, or remove it.",
            is_unknown=True,
        )


def _meant(key: str, known: Defined, shared: Defined) -> tuple[str, ...]:
    """Return where that name is right, one step deeper, else the name that is nearest."""
    for name in ("spec", "template", "metadata"):
        if key in _fields(known.get(name), shared):
            return (name, key)
    near = phrases.near_miss(key, known)
    return (near,) if near else ()


def _fields(schema: Defined | None, shared: Defined) -> Iterable[str]:
    if schema and "$ref" in schema:
        schema = shared.get(schema["$ref"].rpartition("/")[2])
    fields: Iterable[str] = (schema or {}).get("properties", ())
    return fields


def _missing(error: _Error) -> Iterator[Mistake]:
    for key in error.validator_value:
        if key not in error.instance:
            place = _place((*error.absolute_path, key))
            message = f"`{place}` is missing"
            yield Mistake(message=message, remedy=f"Set `{place}`.", is_missing=True)


def _wrong(error: _Error) -> Mistake:
    place = _place(error.absolute_path)
    return Mistake(
        message=f"`{place}` is {_what_is_there(error)}, and must be {_what_must_be(error)}",
        remedy=f"Correct `{place}`.",
    )


_TYPES: tuple[tuple[type | UnionType, str], ...] = (
    (bool, "true or false"),
    (str, "text"),
    (int | float, "a number"),
    (dict, "a mapping"),
    (list, "a list"),
)
_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


def _what_is_there(error: _Error) -> str:
    """Say what it is. A value of a Secret is never told."""
    value = error.instance
    sort = next((words for type_, words in _TYPES if isinstance(value, type_)), "")
    if isinstance(value, dict | list) or error.absolute_path[0] in ("data", "stringData"):
        return sort
    quoted = f"`{phrases.shown(value)}`"
    return f"{quoted} ({sort})" if error.validator == "type" else quoted


def _what_must_be(error: _Error) -> str:
    rule = error.validator_value
    match error.validator:
        case "type":
            types = [rule] if isinstance(rule, str) else rule
            return " or ".join(_WORDS.get(each, each) for each in types)
        case "enum":
            return phrases.listed(map(phrases.shown, rule), last="or")
        case "pattern" if "(ms|s|m" in rule:
            return "a time such as `30s`, `5m` or `1h30m`"
        case "pattern":
            return f"of the form `{rule}`"
        case "format":
            return "in base64" if rule == "byte" else "an amount such as `500m` or `1Gi`"
        case other:
            return f"within its limits (`{other}`: {phrases.shown(rule)})"


def _place(path: Iterable[str | int]) -> str:
    """Write a path as people do: `spec.ports[0].port`."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            written += f".{part}" if written else part
    return phrases.shown(written if len(written) <= _ROOM else f"…{written[1 - _ROOM :]}")
