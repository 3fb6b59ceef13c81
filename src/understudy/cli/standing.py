"""How `status` and `reconcile` tell where a stage stands, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from understudy.cli import options as shared
from understudy.cli import printing
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from understudy.core.standing import Standing
    from understudy.render.page import Page
    from understudy.wiring import Options


def show(standing: Standing, options: Options, *, as_json: bool) -> None:
    """Print it, as people or as programs read it."""
    if as_json:
        from understudy.render.status_page import status_document

        printing.show_text(status_document(standing).decode())
    else:
        printing.show(page(standing, options))


def page(standing: Standing, options: Options) -> Page:
    """Return it as people read it."""
    from understudy.render.status_page import status_page

    return status_page(standing, flags=shared.repeated(options))


def failure(standing: Standing) -> ExitCode | None:
    """Return how a command ends that could not ask what it was told to ask."""
    from understudy.core.standing import Unknown

    told = standing.deployment
    return told.exit_code or None if isinstance(told, Unknown) else None


def end(standing: Standing, options: Options, *, as_json: bool) -> ExitCode:
    """Print what it came to after waiting, and return how the command ends."""
    from understudy.core.delivery import Delivered, Stuck, Underway
    from understudy.render import status_wording

    show(standing, options, as_json=as_json)
    outcome = standing.delivery
    match outcome:
        case Delivered():
            return ExitCode.DONE
        case Stuck():
            return ExitCode.WITHHELD
        case Underway() | None:
            message, hint = status_wording.too_late(standing.deployment)
            printing.tell_error(message, hint=hint)
            return failure(standing) or ExitCode.UNAVAILABLE
        case _:
            assert_never(outcome)
