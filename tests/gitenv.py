"""The environment in which tests run git: nothing of the machine's own settings gets in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Ada Tester"
EMAIL = "ada@example.org"
IDENTITY = f"{NAME} <{EMAIL}>".encode()


def clean_environment(home: Path) -> dict[str, str]:
    """Return PATH, a HOME, and git without system, global or repository settings from around."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CEILING_DIRECTORIES": str(home.parent),
    }


def dated(environment: dict[str, str], moment: int) -> dict[str, str]:
    """Add an identity and a date, in seconds, for the commits that git makes."""
    date = f"{moment} +0000"
    return {
        **environment,
        "GIT_AUTHOR_NAME": NAME,
        "GIT_AUTHOR_EMAIL": EMAIL,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": NAME,
        "GIT_COMMITTER_EMAIL": EMAIL,
        "GIT_COMMITTER_DATE": date,
    }
