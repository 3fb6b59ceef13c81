"""`understudy init`: write the files with which a forge rebuilds by itself."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from understudy.cli import options as shared
from understudy.cli import printing
from understudy.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.cli.initializing import Plan
    from understudy.render.page import Page, Row
    from understudy.scaffolding import PlannedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The plan, and the files of it that are written, or would be."""

    plan: Plan
    accepted: tuple[PlannedFile, ...]
    dry_run: bool


def _schedule(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    from understudy.forges.github.workflow import is_cron

    if value is not None and not is_cron(value):
        raise click.BadParameter(f"`{value}` has not the five fields of cron, as `17 * * * *` has.")
    return value


def _uses(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    from understudy.forges.github.workflow import ACTION, is_action

    if value is not None and not is_action(value):
        raise click.BadParameter(f"`{value}` does not name an action, as `{ACTION}` does.")
    return value


@click.command("init")
@click.option(
    "--forge",
    type=click.Choice(["github"]),
    default="github",
    show_default=True,
    help="The forge that is to rebuild.",
)
@click.option(
    "--schedule",
    metavar="CRON",
    callback=_schedule,
    help="Rebuild at these times too, in case an event is lost.",
)
@click.option(
    "--uses",
    metavar="OWNER/REPO@REF",
    callback=_uses,
    help="The action to run, for instance one pinned to a commit. [default: this release]",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@click.option("--yes", is_flag=True, help="Change files that exist without asking.")
@shared.json_option
@shared.verbose_option
def command(
    *,
    forge: str,  # noqa: ARG001 - there is one so far, and it is named for those to come
    schedule: str | None,
    uses: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Write the files with which a forge rebuilds by itself.

    Run it in a clone. It finds the workflows that run on pull requests, and writes a workflow that
    rebuilds whenever one of them ends, and a configuration if there is none. Nothing is committed.
    Run again, it changes nothing, or shows the difference and asks.
    """
    from understudy.cli.initializing import planned

    plan = planned(schedule=schedule, uses=uses)
    accepted = plan.files
    if not dry_run:
        from understudy.scaffolding import write

        accepted = tuple(_accepted(plan.files, yes=yes, ask=not as_json and _can_ask()))
        write(plan.tree, accepted)
    told = Told(plan=plan, accepted=accepted, dry_run=dry_run)
    if as_json:
        printing.show_text(_as_json(told))
    else:
        printing.show(_as_page(told, differences=dry_run or yes))


# --- files that differ ---------------------------------------------------------------------------


def _accepted(files: Sequence[PlannedFile], *, yes: bool, ask: bool) -> Iterator[PlannedFile]:
    """Let pass what may be written. Nothing is lost that nobody agreed to lose."""
    from understudy.scaffolding import Change

    differing = [file for file in files if file.change is Change.CHANGED]
    if differing and not (yes or ask):
        _refuse(differing)
    for file in files:
        if yes or file not in differing or _agreed(file):
            yield file


def _refuse(files: Sequence[PlannedFile]) -> NoReturn:
    from understudy.core.phrases import listed

    names = listed(file.path for file in files)
    message = f"{names} would change, and there is no terminal to ask on. Nothing was written."
    hint = "See the difference with `understudy init --dry-run`; write it with `--yes`."
    raise UsageError(message, hint=hint)


def _agreed(file: PlannedFile) -> bool:
    printing.show(list(_difference(file)))
    printing.flush()
    return click.confirm(f"Change {file.path}?")


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


# --- what is told --------------------------------------------------------------------------------


def _as_json(told: Told) -> str:
    from understudy.render.documents import document

    return document(
        {
            "base": told.plan.base,
            "ci": told.plan.ci,
            "unread": told.plan.unread,
            "dry_run": told.dry_run,
            "files": [_file_document(told, file) for file in told.plan.files],
        }
    ).decode()


def _file_document(told: Told, file: PlannedFile) -> dict[str, object]:
    from understudy.scaffolding import Change

    change = file.change
    written = not told.dry_run and file in told.accepted and change is not Change.UNCHANGED
    found: dict[str, object] = {"path": file.path, "change": change.value, "written": written}
    return found if change is not Change.CHANGED else {**found, "difference": file.difference()}


def _as_page(told: Told, *, differences: bool) -> Page:
    from understudy.render.page import Span, Tone, row
    from understudy.scaffolding import Change

    plan = told.plan
    changed = [file for file in told.accepted if file.change is not Change.UNCHANGED]
    page = [row(Span(_headline(told, len(changed)), Tone.TITLE))]
    page += [row("  ", _word(told, file).ljust(13), " ", file.path) for file in plan.files]
    page += [row(), *_found(plan)]
    for file in changed:
        if differences and file.change is Change.CHANGED:
            page += [row(), *_difference(file)]
    page += _next_step(changed) if changed and not told.dry_run else []
    return page


def _headline(told: Told, changed: int) -> str:
    files = f"{changed} file{'' if changed == 1 else 's'}"
    if told.dry_run:
        return f"Would write {files}: a dry run" if changed else "Would write nothing"
    return f"Wrote {files}" if changed else "Wrote nothing"


def _word(told: Told, file: PlannedFile) -> str:
    if file not in told.accepted:
        return "left as it is"
    return file.change.value


def _found(plan: Plan) -> Iterator[Row]:
    from understudy.render.page import Span, Tone, indented, row

    yield row(f"Base          {plan.base}")
    if plan.base_is_a_guess:
        guess = "The current branch, for the clone does not know origin's default branch. If it is"
        yield indented(
            14, Span(f"{guess} another: git remote set-head origin --auto", Tone.WAITING)
        )
    yield row("CI workflows  ", ", ".join(plan.ci) or Span(_NO_CI, Tone.WAITING), hang=14)
    for problem in plan.unread:
        yield row(Span("Not read      ", Tone.BAD), problem, hang=14)


_NO_CI = (
    "none that runs on pull requests, so no CI in Actions starts a rebuild."
    " Run this again when there is one."
)


def _difference(file: PlannedFile) -> Iterator[Row]:
    from understudy.render.page import Span, Tone, row

    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}
    for line in file.difference():
        yield row(Span(line, tones.get(line[:1], Tone.PLAIN)))


def _next_step(changed: Sequence[PlannedFile]) -> Iterator[Row]:
    from understudy.render.page import Span, Tone, indented, row

    paths = shlex.join(file.path for file in changed)
    commit = f"git add {paths} && git commit --message 'Build a staging branch' && git push"
    yield row()
    yield row(_NEXT)
    yield indented(4, Span(commit, Tone.COMMAND))


_NEXT = (
    "Bring it to the default branch; from then on the stage builds itself. Nothing has to be set up"
    " on GitHub: the workflow asks for the permissions it needs."
)
