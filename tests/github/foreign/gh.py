"""GitHub's own command line, `gh`, as somebody who uses the fake.

It speaks unencrypted to `github.localhost` alone, where it looks for a GitHub in development; a
proxy leads it from there to the fake.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.gitenv import clean_environment
from tests.outcomes import Printed

if TYPE_CHECKING:
    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld

GH = Path(__file__).parents[3] / ".venv" / "gh" / "gh"
HOST = "github.localhost"


@dataclass(frozen=True)
class Gh:
    """Somebody at a terminal, with a token."""

    hub: GitHubWorld
    token: Token

    def run(self, *arguments: str) -> Printed:
        """Run a command to its end. Whatever is not for the fake ends there too, and fails."""
        home = self.hub.folder / "home-of-gh"
        done = subprocess.run(
            [GH, *arguments],
            cwd=self.hub.folder,
            env={
                **clean_environment(home),
                "GH_HOST": HOST,
                "GH_TOKEN": self.token.text,
                "HTTP_PROXY": self.hub.fake.root,
                "HTTPS_PROXY": self.hub.fake.root,
                "GH_PROMPT_DISABLED": "1",
                "GH_NO_UPDATE_NOTIFIER": "1",
                "NO_COLOR": "1",
            },
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        return Printed(done.returncode, done.stdout, done.stderr)

    def inside(self, *arguments: str) -> Printed:
        """Run a command on the repository."""
        return self.run(*arguments, "--repo", f"{HOST}/{self.hub.model.repository.full_name}")

    def listed(self, *arguments: str) -> list[Any]:
        """Return the pull requests that `gh pr list` lists."""
        said = self.inside("pr", "list", *arguments)
        assert said.code == 0, said.err
        shown: list[Any] = json.loads(said.out)
        return shown

    def viewed(self, number: int, *fields: str) -> dict[str, Any]:
        """Return these fields of a pull request."""
        said = self.inside("pr", "view", str(number), "--json", ",".join(fields))
        assert said.code == 0, said.err
        shown: dict[str, Any] = json.loads(said.out)
        return shown

    def api(self, *arguments: str) -> str:
        """Call the API, and return what was printed."""
        said = self.run("api", *arguments)
        assert said.code == 0, said.err
        return said.out

    def checks(self, number: int, *more: str) -> tuple[bool, list[tuple[str, str]]]:
        """Return whether all is well, then each check with its bucket, by `gh pr checks`."""
        said = self.inside("pr", "checks", str(number), *more)
        rows = [line.split("\t") for line in said.out.splitlines()]
        assert rows, said.err
        return said.code == 0, sorted((row[0], row[1]) for row in rows)
