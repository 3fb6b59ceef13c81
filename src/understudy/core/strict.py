"""Mapping → frozen struct, or one sentence that says in its writer's words what is wrong where.

It knows types, and nothing of what the keys are for.
"""

from __future__ import annotations

import enum
import re
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

import msgspec

from understudy.core.phrases import listed, near_miss, shown

if TYPE_CHECKING:
    from understudy.core.errors import UsageError

T = TypeVar("T", bound=msgspec.Struct)


def read(value: object, kind: type[T], *, where: str, failure: type[UsageError]) -> T:
    """Read `value`, which stands at `where` ("" for the top), as a struct.

    A section left empty has its defaults. Nothing is converted: text is not a number.

    Raises:
        UsageError: of the class `failure`, for the first thing that is wrong.
    """
    try:
        return _struct(value, kind, where)
    except _WrongError as wrong:
        raise failure(wrong.message, hint=wrong.hint) from None


class _WrongError(Exception):
    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def _struct(value: object, kind: type[T], where: str) -> T:
    mapping = _mapping({} if value is None else value, where)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    _refuse_unknown(mapping, tuple(fields), where)
    read_fields: dict[str, Any] = {}
    for key, field in fields.items():
        if key in mapping:
            read_fields[field.name] = _value(mapping[key], field.type, _inside(where, key))
        elif field.required:
            message = f"{_subject(where)} has no `{key}`, which it needs."
            raise _WrongError(message)
    return kind(**read_fields)


def _refuse_unknown(mapping: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for key in mapping:
        if key in known:
            continue
        close = near_miss(key, known)
        guess = f": did you mean `{close}`?" if close else "."
        raise _WrongError(
            f"{_subject(where)} has the key `{shown(key)}`, which understudy does not know{guess}",
            hint=f"The keys here are {listed(known)}.",
        )


def _value(value: object, kind: Any, where: str) -> Any:  # noqa: ANN401 - any type a field may have
    origin, parts = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        return _one_of(value, parts, where)
    if origin is dict:
        return {
            key: _value(each, parts[1], _inside(where, key))
            for key, each in _mapping(value, where).items()
        }
    if origin is tuple:
        return tuple(
            _value(each, parts[0], f"{where}[{index}]")
            for index, each in enumerate(_list(value, where))
        )
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(value, kind, where)
    return value if kind is Any else _scalar(value, kind, where)


def _one_of(value: object, kinds: Sequence[Any], where: str) -> Any:  # noqa: ANN401 - as above
    """Read an optional value, or a list that one word can stand for."""
    if value is None and types.NoneType in kinds:
        return None
    first, *others = (kind for kind in kinds if kind is not types.NoneType)
    if not (others and isinstance(value, str)):
        return _value(value, first, where)
    word = others[0]
    if (found := _read_scalar(value, word)) is None:
        close = near_miss(value, _words(word))
        hint = f"Did you mean `{close}`?" if close else f"Write `[{shown(value)}]`."
        expected = f"a list or {_expected(word)}"
        message = f"{_subject(where)} is {_quoted(value)}; it must be {expected}."
        raise _WrongError(message, hint=hint)
    return found


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        message = f"{_subject(where)} is {shown(value)}; it must be a mapping (`key: value`)."
        raise _WrongError(message)
    for key in value:
        if not isinstance(key, str):
            raise _WrongError(
                f"{_subject(where)} has the key {shown(key)}, which is not text.",
                hint="Put it in quotes.",
            )
    return value


def _list(value: object, where: str) -> Sequence[object]:
    if isinstance(value, list | tuple):
        return value
    hint = f"Write `[{shown(value)}]`." if isinstance(value, str) else ""
    raise _WrongError(f"{_subject(where)} is {_quoted(value)}; it must be a list.", hint=hint)


def _scalar(value: object, kind: type, where: str) -> object:
    found = _read_scalar(value, kind)
    if found is not None:
        return found
    hint = ""
    if kind is str and isinstance(value, bool | int | float | date):
        hint = "Put it in quotes."
    elif issubclass(kind, enum.Enum) and isinstance(value, str):
        close = near_miss(value, _words(kind))
        hint = f"Did you mean `{close}`?" if close else ""
    message = f"{_subject(where)} is {_quoted(value)}; it must be {_expected(kind)}."
    raise _WrongError(message, hint=hint)


def _read_scalar(value: object, kind: type) -> object | None:
    if kind is timedelta:
        return _duration(value)
    if kind is datetime:
        return _moment(value)
    if issubclass(kind, enum.Enum):
        return next((member for member in kind if member.value == value), None)
    exact = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    return value if exact and not _is_half_a_character(value) else None


def _is_half_a_character(value: object) -> bool:
    """Tell of a lone surrogate, which YAML can spell and no file can hold."""
    return isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value)


_DURATION = re.compile(r"([0-9]{1,7})\s*(s|m|h|d)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match = _DURATION.fullmatch(str(value).strip())
    return timedelta(**{_UNITS[match[2] or "s"]: int(match[1])}) if match else None


def _moment(value: object) -> datetime | None:
    """Read a point in time. One without an offset could be any of twenty-four hours: refused."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    aware = isinstance(moment, datetime) and moment.tzinfo is not None
    return moment if aware and isinstance(moment, datetime) else None


def _expected(kind: type) -> str:
    if issubclass(kind, enum.Enum):
        return listed(_words(kind), last="or")
    return {
        str: "text",
        bool: "`true` or `false`",
        int: "a whole number",
        timedelta: "a duration such as `60s`, `5m` or `1h`",
        datetime: "a time with its offset, such as `2026-01-31T12:00:00Z`",
    }[kind]


def _words(kind: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in kind]


def _quoted(value: object) -> str:
    if isinstance(value, Mapping | list | tuple) or value is None:
        return shown(value)
    return f"`{shown(value)}`"


def _inside(where: str, key: str) -> str:
    return f"{where}.{shown(key)}" if where else shown(key)


def _subject(where: str) -> str:
    return f"`{where}`" if where else "The top level"
