"""The fixtures of the command line's tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.clones import LINT, Clone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Clone:
    """A clone on the branch `topic`, of a remote whose default branch is `main`, with one CI."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=topic", folder], check=True)
    monkeypatch.chdir(folder)
    it = Clone(folder, capsys)
    it.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    it.write(".github/workflows/lint.yaml", LINT)
    return it
