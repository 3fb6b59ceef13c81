"""A bare repository and the git of the code under test on it, for every test of this floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from understudy.git.objects import ObjectReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.git.command import Git


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "remote.git")


@pytest.fixture
def git(store: Store, tmp_path: Path) -> Git:
    return store.opened(tmp_path / "scratch")


@pytest.fixture
def reader(git: Git) -> Iterator[ObjectReader]:
    opened = ObjectReader(git)
    yield opened
    opened.close()
