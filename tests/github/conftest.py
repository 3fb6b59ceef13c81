"""The fixture that every story on GitHub asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.runner.actions import Actions
from tests.github.runner.expressions import Expressions
from tests.github.world import github_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.github.world import GitHubWorld


LINT = "name: Lint\non: pull_request\njobs: {}\n"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHubWorld]:
    """An empty repository on GitHub; what anybody did wrong to or in it fails the test."""
    with github_world(tmp_path) as world:
        yield world


@pytest.fixture(scope="session")
def expressions() -> Iterator[Expressions]:
    with Expressions() as found:
        yield found


@pytest.fixture(scope="session")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the action installs itself: really, but once."""
    return tmp_path_factory.mktemp("runner")


@pytest.fixture
def actions(hub: GitHubWorld, temporary: Path, expressions: Expressions) -> Actions:
    """A repository with one CI workflow, and the one that `init` wrote."""
    hub.base({".github/workflows/lint.yaml": LINT, "app.yaml": "image: 1\n"})
    found = Actions(hub, temporary, expressions)
    found.install()
    return found
