"""Where output goes: pages and JSON to standard output, errors and progress to standard error.

Colour and progress are for terminals only. A reader that went away is no failure.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from understudy.cli import actions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from understudy.core.answers import Report
    from understudy.core.ports import Progress
    from understudy.render.page import Page


def show(page: Page) -> None:
    """Print a page: drawn on a terminal, plain elsewhere."""
    with _reader_may_leave():
        if _is_terminal(sys.stdout):
            from understudy.render.terminal import draw

            draw(page, sys.stdout)
        else:
            from understudy.render.page import plain

            sys.stdout.write(actions.harmless(plain(page)))


def show_text(text: str) -> None:
    """Print a finished document, such as JSON or Markdown, as it is."""
    with _reader_may_leave():
        sys.stdout.write(actions.harmless(text))


def tell_unsent(report: Report | None) -> None:
    """Warn of answers that could not be sent. The stage is published all the same."""
    for found in report.unsent if report else ():
        from understudy.render.wording import finding

        _tell(f"warning: {finding(found)}", f"hint: {found.remedy}" if found.remedy else "")


def tell_error(message: str, *, hint: str) -> None:
    """Print what went wrong and what to do. Both may quote others, so both are made harmless."""
    _tell(f"error: {message}", f"hint: {hint}" if hint else "")


def _tell(*lines: str) -> None:
    from understudy.render.untrusted import visible

    for line in lines:
        # A program's own output keeps its lines; nothing else in it is let through.
        said = "".join(f"{visible(part)}\n" for part in line.splitlines())
        sys.stderr.write(actions.harmless(said))


def progress() -> AbstractContextManager[Progress]:
    """Return progress drawn on the terminal, or none where nobody watches."""
    if _is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
        from understudy.render.progress import DrawnProgress

        return DrawnProgress(sys.stderr)
    from understudy.core.ports import SILENT

    return nullcontext(SILENT)


def never_fail_to_encode() -> None:
    """Let a terminal that cannot show a character show its code instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Hand over what is still buffered, so that Python has nothing to complain about at its end."""
    with _reader_may_leave():
        sys.stdout.flush()


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # What is still buffered has to go somewhere; https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_terminal(stream: object) -> bool:
    return isinstance(stream, io.TextIOBase) and stream.isatty()
