"""A clone in which `understudy init` is typed."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    Captured = pytest.CaptureFixture[str]

WORKFLOW = ".github/workflows/staging-deploy.yaml"
LINT = "name: Lint\non: [push, pull_request]\njobs: {}\n"


class Clone:
    """A clone in which `understudy init` is typed."""

    def __init__(self, folder: Path, capsys: Captured) -> None:
        """Take a clone that we stand in."""
        self.folder = folder
        self._capsys = capsys

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file into the work tree."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, path: str = WORKFLOW) -> str:
        """Return a file of the work tree as it is."""
        return (self.folder / path).read_bytes().decode()

    def files(self) -> dict[str, bytes]:
        """Return every file of the work tree."""
        paths = (each for each in self.folder.rglob("*") if each.is_file())
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in paths
            if ".git" not in path.relative_to(self.folder).parts
        }

    def init(self, *arguments: str, code: int = ExitCode.DONE) -> str:
        """Type it where there is no terminal; return what it printed."""
        assert run(["init", *arguments]) == code, self._capsys.readouterr()
        told = self._capsys.readouterr()
        return told.err if code else told.out

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - a document
        """Type it with `--json`; return the document."""
        return json.loads(self.init(*arguments, "--json"))

    def git(self, *arguments: str) -> None:
        """Run git in the clone."""
        subprocess.run(["git", "-C", self.folder, *arguments], check=True, capture_output=True)
