"""Amounts as Kubernetes writes them (`1Gi`, `500m`) → numbers that can be compared."""

from __future__ import annotations

import re
from fractions import Fraction

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30}))"
    r"(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_DECIMAL = {"n": -3, "u": -2, "m": -1, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_SUFFIXES = {
    **{suffix: Fraction(1000) ** power for suffix, power in _DECIMAL.items()},
    **{suffix: Fraction(1024) ** power for suffix, power in _BINARY.items()},
}


def amount(written: object) -> Fraction | None:
    """Return what is written as a number; None if it is no quantity."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return None
    match = _QUANTITY.fullmatch(str(written).strip())
    if match is None:
        return None
    scale = Fraction(10) ** int(match["exponent"]) if match["exponent"] else Fraction(1)
    return Fraction(match["number"]) * _SUFFIXES.get(match["suffix"] or "", scale)


def is_same_amount(one: object, other: object) -> bool:
    """Tell whether two quantities are equal: `1Gi` is `1024Mi`."""
    first = amount(one)
    return first is not None and first == amount(other)
