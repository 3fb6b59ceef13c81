from __future__ import annotations

import pytest

from understudy.core.errors import UsageError
from understudy.core.extras import extra_needed


def test_a_package_that_is_missing_is_named_with_the_extra_that_brings_it() -> None:
    with (
        pytest.raises(UsageError) as raised,
        extra_needed("gitops", otherwise="The cluster cannot be asked"),
    ):
        raise ModuleNotFoundError(name="lightkube.core")

    assert raised.value.message == (
        "The cluster cannot be asked: the Python package `lightkube` is not installed."
    )
    assert raised.value.hint == "Install understudy with its extra: `understudy[gitops]`."


def test_other_failures_pass() -> None:
    with pytest.raises(KeyError), extra_needed("gitops", otherwise="It cannot be done"):
        raise KeyError
