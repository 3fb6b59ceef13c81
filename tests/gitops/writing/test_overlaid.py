from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.gitops.writing.drafts import Draft
from understudy.gitops.writing.overlaid import Overlaid

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gitops.conftest import Lay


def test_drafts_stand_in_place_of_files(lay: Lay, tmp_path: Path) -> None:
    tree = lay({"a/x": "old", "a/y": "y", "b/z": "z"})
    drafts = [Draft(path="a/x", text="new"), Draft(path="c/d/n", text="n")]

    seen = Overlaid(tree, drafts)

    assert list(seen.files()) == ["a/x", "a/y", "b/z", "c/d/n"]
    assert list(seen.files("c")) == ["c/d/n"]
    assert [seen.read(path) for path in ("a/x", "a/y", "c/d/n", "e")] == [b"new", b"y", b"n", None]
    seen.export(["a", "c"], tmp_path / "out")
    written = {p.name: p.read_text() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert written == {"x": "new", "y": "y", "n": "n"}


def test_a_folder_is_told_apart_by_its_content(lay: Lay) -> None:
    tree = lay({"a/x": "old", "b/z": "z"})
    one, other = (Overlaid(tree, [Draft(path="a/x", text=text)]) for text in ("one", "other"))

    assert one.folder_id("b") == tree.folder_id("b")
    assert len({tree.folder_id("a"), one.folder_id("a"), other.folder_id("a")}) == 3
    assert len({tree.folder_id(""), one.folder_id(""), other.folder_id("")}) == 3
    assert one.folder_id("c") is None
    assert Overlaid(tree, [Draft(path="c/n", text="")]).folder_id("c") is not None
