"""The page on checks in CI is true: its workflow is one, and its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.test_docs import DOCS
from understudy.forges.github import workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

_PAGE = DOCS / "how-to/check-pull-requests-in-ci.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", _PAGE.read_text(), re.MULTILINE | re.DOTALL)


def steps() -> Iterator[str]:
    """Yield each command of the workflow, and of the steps that can be added to it."""
    whole, added, *_ = blocks("yaml")
    reader = YAML(typ="safe", pure=True)
    for step in [*reader.load(whole)["jobs"]["check-stage"]["steps"], *reader.load(added)]:
        if "run" in step:
            yield step["run"]


def test_the_workflow_is_one_with_the_added_steps_too(tmp_path: Path) -> None:
    whole, added, *_ = blocks("yaml")
    for name, text in (("whole", whole), ("longer", whole + added)):
        file = tmp_path / f"{name}.yaml"
        file.write_text(text)
        program = Path(sys.prefix) / "bin" / "check-jsonschema"
        asked = [str(program), "--builtin-schema", "vendor.github-workflows", str(file)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_the_commands_of_the_workflow_exist(world: World) -> None:
    install, *others = steps()

    assert install.endswith(f'{workflow.ACTION}"')
    for command in others:
        words = command.partition(" > ")[0].split()
        assert words[:2] == ["understudy", "check"]
        assert world.cli(*words[1:], "--help").code == 0
