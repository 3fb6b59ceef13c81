"""`understudy init`: write the files with which the stage is rebuilt, and those that deploy it."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from understudy.cli import options as shared
from understudy.cli import printing
from understudy.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.cli.initializing import Wishes
    from understudy.scaffolding import PlannedFile


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
@click.option("--flux", "deployer", flag_value="flux", help="Let Flux deploy the stage too.")
@click.option("--argo", "deployer", flag_value="argo", help="Let Argo CD deploy the stage too.")
@click.option("--stage", metavar="NAME", help="The stage to deploy, where there are several.")
@click.option("--cluster", metavar="NAME", help="Flux: the cluster, where there are several.")
@click.option("--receiver", is_flag=True, help="Flux: see a push at once, by a web hook.")
@click.option("--per-app", is_flag=True, help="Deploy each app by itself: none holds the others.")
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@click.option("--yes", is_flag=True, help="Change files that exist without asking.")
@shared.json_option
@shared.verbose_option
def command(
    *,
    forge: str,  # noqa: ARG001 - there is one so far, and it is named for those to come
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **wishes: Any,  # noqa: ANN401 - the other options, by name
) -> None:
    """Write the files with which the stage is rebuilt, and those that deploy it.

    Run it in a clone. It finds the workflows that run on pull requests, and writes a workflow that
    rebuilds whenever one of them ends, and a configuration if there is none. Nothing is committed.
    Run again, it changes nothing, or shows the difference and asks.

    With --flux or --argo it also finds what deploys production, and writes beside it what deploys
    the stage. A workflow that is there stays as it is then.
    """
    from understudy.cli.init_page import Told, as_page
    from understudy.cli.init_page import as_json as as_document
    from understudy.cli.initializing import Wishes, planned

    wished = Wishes(**wishes)
    _refuse_without_deployer(wished)
    plan = planned(wished)
    accepted = plan.files
    if not dry_run:
        from understudy.scaffolding import write

        may_ask = not as_json and _can_ask()
        if not (yes or may_ask):
            _refuse_to_change(plan.files, wished)
        accepted = tuple(_accepted(plan.files, yes=yes))
        write(plan.tree, accepted)
    told = Told(plan=plan, accepted=accepted, dry_run=dry_run)
    if as_json:
        printing.show_text(as_document(told))
    else:
        printing.show(as_page(told, differences=dry_run or yes))


def _refuse_without_deployer(wishes: Wishes) -> None:
    for_flux = {"--cluster": wishes.cluster, "--receiver": wishes.receiver}
    for_either = {"--stage": wishes.stage, "--per-app": wishes.per_app}
    for option, value in {**for_flux, **for_either}.items():
        if value and wishes.deployer is None:
            raise click.UsageError(f"`{option}` goes with `--flux` or `--argo`.")
        if value and option in for_flux and wishes.deployer != "flux":
            raise click.UsageError(f"`{option}` goes with `--flux`.")


# --- files that differ ---------------------------------------------------------------------------


def _accepted(files: Sequence[PlannedFile], *, yes: bool) -> Iterator[PlannedFile]:
    """Let pass what may be written. Nothing is lost that nobody agreed to lose."""
    for file in files:
        if yes or not _differs(file) or _agreed(file):
            yield file


def _differs(file: PlannedFile) -> bool:
    from understudy.scaffolding import Change

    return file.change is Change.CHANGED


def _refuse_to_change(files: Sequence[PlannedFile], wishes: Wishes) -> None:
    from understudy.core.phrases import listed

    differing = [file.path for file in files if _differs(file)]
    if not differing:
        return
    names = listed(differing)
    message = f"{names} would change, and there is no terminal to ask on. Nothing was written."
    typed = f"understudy init {_typed(wishes)}".rstrip()
    hint = f"See the difference with `{typed} --dry-run`; write it with `--yes`."
    raise UsageError(message, hint=hint)


def _typed(wishes: Wishes) -> str:
    """Return the options by which the same is asked for."""
    named = {
        f"--{wishes.deployer}": wishes.deployer is not None,
        "--schedule": wishes.schedule,
        "--uses": wishes.uses,
        "--stage": wishes.stage,
        "--cluster": wishes.cluster,
        "--receiver": wishes.receiver,
        "--per-app": wishes.per_app,
    }
    given = ((option, value) for option, value in named.items() if value)
    return shlex.join(
        w for name, value in given for w in ((name, value) if isinstance(value, str) else (name,))
    )


def _agreed(file: PlannedFile) -> bool:
    from understudy.cli.init_page import difference

    printing.show(list(difference(file)))
    printing.flush()
    return click.confirm(f"Change {file.path}?")


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
