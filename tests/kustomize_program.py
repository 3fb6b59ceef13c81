"""The Kustomize that tests render with: the one that `make` builds, whatever is on the PATH."""

from __future__ import annotations

import sys
from pathlib import Path

from understudy.gitops.rendering.kustomize import VARIABLE, Program, find_program

PLACE = Path(sys.prefix) / "bin" / "kustomize"


def program() -> Program:
    """Return it; without it a test fails and says what to do."""
    return find_program(environment())


def environment() -> dict[str, str]:
    """Return what makes the code under test find it."""
    return {VARIABLE: str(PLACE)}
