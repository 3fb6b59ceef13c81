"""What to say where a part of understudy needs packages that are installed on demand."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def extra_needed(extra: str, *, otherwise: str) -> Iterator[None]:
    """Import what an extra brings; `otherwise` says what cannot be done without it.

    Raises:
        UsageError: a package is missing. It names the extra.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        message = f"{otherwise}: the Python package `{package}` is not installed."
        hint = f"Install understudy with its extra: `understudy[{extra}]`."
        raise UsageError(message, hint=hint) from error
