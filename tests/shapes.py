"""Repositories in the shapes that people give theirs, as `tests/fixtures` has them.

Each is a small one of its kind: what it says of apps is invented, how it is laid out is not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import Files

_FIXTURES = Path(__file__).parent / "fixtures"

SHAPES = ("overlays", "ks-per-app", "components", "helm-releases", "sops")


def shape(name: str) -> Files:
    """Return the files of a shape by their paths."""
    folder = _FIXTURES / name
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


def with_text(files: Files, path: str, old: str, new: str) -> Files:
    """Return the one file with a text replaced, which it has exactly once."""
    text = files[path]
    assert isinstance(text, str)
    assert text.count(old) == 1, (path, old)
    return {path: text.replace(old, new)}
