"""`understudy why N`: everything about one pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import printing, selecting

if TYPE_CHECKING:
    from understudy.core.why import Explanation
    from understudy.wiring import Options


_DIGITS = re.compile(r"[0-9]{1,18}")


class PullRequestNumber(click.ParamType[int]):
    """A number, with or without its `#`."""

    name = "number"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number."""
        digits = str(value).removeprefix("#")
        if not _DIGITS.fullmatch(digits):
            self.fail(f"`{value}` is not the number of a pull request.", param, ctx)
        return int(digits)


@click.command("why")
@click.argument("number", type=PullRequestNumber(), metavar="N")
@click.option(
    "--record",
    "name",
    default=selecting.LATEST,
    show_default=True,
    metavar="RECORD",
    help="Explain it as it was then.",
)
@shared.json_option
@shared.project_options
def command(*, options: Options, number: int, name: str, as_json: bool) -> None:
    """Explain where pull request N stands.

    In the order in which people ask: its state and checks, whether it conflicts with the base
    branch, else with which pull request, at which paths with both sides, and what would let it in.
    """
    explanation = explain(options, number, name=name)
    if as_json:
        from understudy.render.documents import why_document

        printing.show_text(why_document(explanation).decode())
        return
    from understudy.render.why_page import why_page

    printing.show(why_page(explanation, flags=shared.repeated(options)))


def explain(options: Options, number: int, *, name: str = selecting.LATEST) -> Explanation:
    """Return the explanation of one pull request in the record called `name`."""
    from understudy.explanation import explain as explain_in
    from understudy.wiring import open_project

    with open_project(options) as project:
        record = selecting.select(selecting.all_records(project), name)
        return explain_in(project, record, number)
