"""The language of the stories about `understudy check`: it is typed in a clone, and answers."""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests import kustomize_program
from understudy.cli.main import run

if TYPE_CHECKING:
    from tests.world import World


@dataclass(frozen=True)
class Checked:
    """What one call said, and how it ended."""

    code: int
    document: dict[str, Any]

    @property
    def found(self) -> set[tuple[str, str, str]]:
        """Return rule, object and file of each finding that counts."""
        return _told(self.document["findings"])

    @property
    def known(self) -> set[tuple[str, str, str]]:
        """Return the same of those that the base has too."""
        return _told(self.document["known"])

    def of(self, rule: str) -> dict[str, str]:
        """Return the messages of one rule's findings that count, by object."""
        findings = self.document["findings"]
        return {each["subject"]: each["message"] for each in findings if each["rule"] == rule}


def check(world: World, *arguments: str) -> Checked:
    """Type it in the world's clone."""
    code, said = typed(world, *arguments, "--json")
    return Checked(code, json.loads(said) if said else {})


def typed(world: World, *arguments: str) -> tuple[int, str]:
    """Type it in the world's clone; return the exit code and what was printed."""
    out = io.StringIO()
    with (
        world.machine.active(),
        mock.patch.dict(os.environ, kustomize_program.environment()),
        contextlib.chdir(world.clone),
        contextlib.redirect_stdout(out),
    ):
        code = run(["check", *arguments])
    return code, out.getvalue()


def _told(findings: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(each["rule"], each["subject"], each["path"]) for each in findings}
