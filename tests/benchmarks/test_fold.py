from __future__ import annotations

import pytest

from benchmarks.fold import Fold, Step, first_differences, middle


def fold(*steps: tuple[str, str], seconds: float = 1.0) -> Fold:
    return Fold(
        seconds=seconds,
        clock=tuple(seconds * place / len(steps) for place in range(1, len(steps) + 1)),
        steps=tuple(
            Step(number=number, verdict=verdict, tree=tree)
            for number, (verdict, tree) in enumerate(steps, start=1)
        ),
    )


REFERENCE = fold(("merged", "t1"), ("conflicted", "t1"), ("merged", "t3"))


@pytest.mark.parametrize(
    ("other", "differences"),
    [
        pytest.param(REFERENCE, (), id="the same"),
        pytest.param(
            fold(("merged", "t1"), ("merged", "t2"), ("merged", "t4")),
            ("#2 merged, git: conflicted",),
            id="a verdict; that later trees differ is no news",
        ),
        pytest.param(
            fold(("merged", "x1"), ("conflicted", "x1"), ("merged", "x3")),
            ("#1 merged with another tree",),
            id="a tree is named once",
        ),
        pytest.param(
            fold(("merged", "x1"), ("merged", "x2"), ("conflicted", "x2")),
            (
                "#1 merged with another tree",
                "#2 merged, git: conflicted",
                "#3 conflicted, git: merged",
            ),
            id="verdicts are compared to the end",
        ),
    ],
)
def test_the_steps_that_leave_the_reference_are_named(
    other: Fold, differences: tuple[str, ...]
) -> None:
    assert first_differences(other, REFERENCE) == differences


def test_the_middle_is_the_median_at_each_step() -> None:
    steps = [("merged", "t1"), ("merged", "t2")]
    found = middle([fold(*steps, seconds=seconds) for seconds in (9.0, 1.0, 2.0)])
    assert found == fold(*steps, seconds=2.0)


def test_there_is_no_middle_of_folds_that_ended_differently() -> None:
    with pytest.raises(RuntimeError, match="the same twice"):
        middle([fold(("merged", "t1")), fold(("merged", "t2"))])
