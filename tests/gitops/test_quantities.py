from __future__ import annotations

from fractions import Fraction

import pytest

from understudy.gitops.quantities import amount, is_same_amount


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1", 1),
        (2, 2),
        (0.5, Fraction(1, 2)),
        ("500m", Fraction(1, 2)),
        ("1.5", Fraction(3, 2)),
        (".5", Fraction(1, 2)),
        ("1k", 1000),
        ("1Ki", 1024),
        ("1.5Gi", 3 * 2**29),
        ("100n", Fraction(1, 10**7)),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1E", 10**18),
        ("-1Mi", -(2**20)),
        ("12e-1", Fraction(6, 5)),
    ],
)
def test_an_amount_is_a_number(written: object, number: Fraction | int) -> None:
    assert amount(written) == number


@pytest.mark.parametrize(
    "written", ["", "Gi", "1GB", "1 Gi", "1g", "1e", "one", True, None, [], "1e999", "9" * 99]
)
def test_what_is_no_amount_is_none(written: object) -> None:
    assert amount(written) is None


def test_equal_amounts_may_be_written_in_two_ways() -> None:
    assert is_same_amount("1Gi", "1024Mi")
    assert is_same_amount(1, "1000m")
    assert not is_same_amount("1Gi", "1G")
    assert not is_same_amount("a", "a")
