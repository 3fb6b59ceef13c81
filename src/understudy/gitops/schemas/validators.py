"""A value against a definition: as JSON Schema has it, but for what only the cluster will know."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import extend

from understudy.gitops.quantities import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jsonschema import ValidationError

    _Check = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]


def validator(schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - jsonschema makes its class
    """Return what finds the mistakes of values."""
    return _VALIDATOR(schema, format_checker=_FORMATS)


def _is_known(value: object) -> bool:
    """Tell whether it is final: Flux substitutes `${…}` and decrypts `ENC[…]` later."""
    return not isinstance(value, str) or not ("${" in value or value.startswith("ENC["))


def _if_known(check: _Check) -> _Check:
    def checked(
        holder: Any,  # noqa: ANN401 - as jsonschema calls it
        rule: Any,  # noqa: ANN401
        value: Any,  # noqa: ANN401
        schema: Any,  # noqa: ANN401
    ) -> Iterator[ValidationError]:
        if _is_known(value):
            yield from check(holder, rule, value, schema)

    return checked


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("quantity")
def _is_quantity(value: object) -> bool:
    return not isinstance(value, str) or amount(value) is not None


@_FORMATS.checks("byte")
def _is_base64(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        base64.b64decode("".join(value.splitlines()), validate=True)
    except (ValueError, binascii.Error):
        return False
    return True


_KEYWORDS = ("enum", "format", "maxLength", "minLength", "pattern", "type")
_VALIDATOR = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {each: _if_known(Draft202012Validator.VALIDATORS[each]) for each in _KEYWORDS},
)
