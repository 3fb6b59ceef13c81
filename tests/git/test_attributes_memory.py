from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.core.model import TreeSha
from understudy.git.attributes_memory import AttributesFile, Remembered, recall, remember

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Store
    from understudy.git.objects import ObjectReader


@pytest.fixture
def found(store: Store) -> Remembered:
    commit = store.commit({".gitattributes": "1", "d\n/\udcff/.gitattributes": "2"})
    blob = store.git("rev-parse", f"{commit}:.gitattributes")
    paths = (b".gitattributes", b"d\n/\xff/.gitattributes")
    return Remembered(
        tree=store.tree_of(commit),
        entries=tuple(AttributesFile(path=path, mode="100644", blob=blob) for path in paths),
    )


def test_what_is_kept_comes_back(tmp_path: Path, found: Remembered, reader: ObjectReader) -> None:
    for each in (found, Remembered(tree=found.tree, entries=())):
        remember(tmp_path / "memory", each)
        assert recall(tmp_path / "memory", reader=reader) == each
    assert [path.name for path in tmp_path.glob("*memory*")] == ["memory"]


def test_nothing_kept_is_nothing_known(tmp_path: Path, reader: ObjectReader) -> None:
    assert recall(tmp_path / "memory", reader=reader) is None


def test_what_is_not_whole_is_not_believed(
    tmp_path: Path, found: Remembered, reader: ObjectReader
) -> None:
    remember(tmp_path / "memory", found)
    whole = (tmp_path / "memory").read_bytes()
    damaged = [whole[:cut] for cut in range(len(whole))]
    damaged += [whole + b"\0", whole[:-1] + b"?", b"\0" * len(whole)]
    for content in damaged:
        (tmp_path / "memory").write_bytes(content)
        assert recall(tmp_path / "memory", reader=reader) is None


def test_a_tree_that_is_gone_is_not_built_upon(
    tmp_path: Path, found: Remembered, reader: ObjectReader
) -> None:
    remember(tmp_path / "memory", Remembered(tree=TreeSha("f" * 40), entries=found.entries))
    assert recall(tmp_path / "memory", reader=reader) is None
