"""A staging branch that builds itself from the open pull requests of a Git repository."""

from typing import TYPE_CHECKING

__version__: str

if not TYPE_CHECKING:

    def __getattr__(name: str) -> str:
        """Read the version when it is asked for: importlib.metadata is slow to load."""
        if name == "__version__":
            from importlib.metadata import version

            return version("understudy")
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
