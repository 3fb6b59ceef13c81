"""Files of a repository as a tree that can be rendered, for every test of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from understudy.git.objects import ObjectReader
from understudy.git.trees import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.git.stores import Files

    Lay = Callable[[Files], GitTree]


@pytest.fixture
def lay(tmp_path: Path) -> Iterator[Lay]:
    """Return what makes a tree of files, in a real repository."""
    store = Store.create(tmp_path / "remote.git")
    reader = ObjectReader(store.opened(tmp_path / "scratch"))
    yield lambda files: GitTree(reader, store.tree_of(store.commit(files)))
    reader.close()
