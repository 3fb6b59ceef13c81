"""How much the properties try, and the fixtures that every test may ask for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.world import World

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["tests.cluster.fixtures"]

_SLOW_BY_NATURE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

# `quick` tries the same plans each time, so that a change is judged by itself; `thorough` explores.
settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=_SLOW_BY_NATURE,
)
settings.register_profile(
    "thorough", settings.get_profile("quick"), max_examples=2000, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def quick_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers on the loopback are reached directly, and asked again after the shortest pause."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setattr("understudy.transport._FIRST_PAUSE", 0.01)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A remote with no commits yet, and a clone of it."""
    return World(tmp_path)
