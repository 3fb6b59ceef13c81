from __future__ import annotations

import pytest

from benchmarks.options import Options

DEFAULT = ((1_000, 100), (10_000, 200))


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        pytest.param(Options(), [(1_000, 100), (10_000, 200)], id="nothing chosen"),
        pytest.param(
            Options(files=(50,)), [(50, 100), (50, 200)], id="files alone go with all heads"
        ),
        pytest.param(Options(files=(50, 60), heads=(7,)), [(50, 7), (60, 7)], id="one with all"),
        pytest.param(Options(files=(50, 60), heads=(7, 8)), [(50, 7), (60, 8)], id="pairs"),
    ],
)
def test_files_and_heads_are_paired(options: Options, sizes: list[tuple[int, int]]) -> None:
    assert options.sizes(DEFAULT) == sizes


def test_unequal_numbers_of_files_and_heads_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Options(files=(1, 2, 3), heads=(1, 2)).sizes(DEFAULT)
