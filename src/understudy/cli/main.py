"""The entrance: finds the command that was asked for, and is the one place where failures end.

A command's module is imported only when that command is asked for, so that `--help` is quick.
Completion is click's own: `eval "$(_UNDERSTUDY_COMPLETE=bash_source understudy)"`.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

import click

from understudy.cli import actions, printing
from understudy.cli.session import Session
from understudy.core.errors import DamagedCacheError, ExitCode, UnderstudyError
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

COMMANDS = {
    "rebuild": "Bring the stage up to date: judge, merge, publish, record.",
    "plan": "Say what a rebuild would do; nothing is pushed.",
    "status": "Tell what is on the stage, and what of it is deployed.",
    "reconcile": "Have Flux fetch and apply the stage now.",
    "why": "Explain where one pull request stands, and what would let it in.",
    "show": "Show a record: who is in, waiting or out, and why.",
    "log": "List the records, newest first.",
    "diff": "Tell what changed between two records.",
    "check": "Render a change, and say what it would do on the stage.",
    "restore": "Put the stage back to an earlier record and hold it there.",
    "mark": "Write the result of a check on a commit into git notes.",
    "init": "Write the files with which the stage is rebuilt, and deployed.",
    "overlay": "Make and look at the overlays of the stage, one for each app.",
    "doctor": "Look for what would stop a rebuild, and say how to mend it.",
    "schema": "Print the JSON Schema of the record or of the configuration.",
    "demo": "Build a small remote in a temporary folder and show it all there.",
    "version": "Print the versions of understudy, git and Python.",
}
"""The commands in the order in which people meet them; each is `cli/<name>`'s `command`."""

INTERRUPTED = 130
"""What shells expect of a program that ^C ended."""


class LazyGroup(click.Group):
    """Knows the commands by name and short help alone."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"understudy.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found = [name for name in COMMANDS if name.startswith(incomplete)]
        items = [CompletionItem(name, help=COMMANDS[name]) for name in found]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=LazyGroup,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 unexpected failure, 2 usage or configuration, 3 withheld or"
    " refused, 4 remote unavailable, 5 race lost repeatedly.",
)
def understudy() -> None:
    """A staging branch that builds itself from the open pull requests of a Git repository."""


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command to its end and return the exit code. No failure passes this line."""
    session = Session()
    printing.never_fail_to_encode()
    try:
        try:
            code = _dispatch(arguments, session)
        except DamagedCacheError:
            # The cache is gone by now. On a fresh one, damage cannot be the cause a second time.
            code = _dispatch(arguments, session)
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where failures end
        code = _tell(error, session)
    printing.flush()
    return code


def _dispatch(arguments: Sequence[str], session: Session) -> int:
    ended = understudy.main(
        list(arguments), prog_name="understudy", standalone_mode=False, obj=session
    )
    return int(ended or ExitCode.DONE)


def _tell(error: Exception, session: Session) -> int:
    if session.verbose:
        trace = redacted("".join(traceback.format_exception(error)))
        click.echo(actions.harmless(trace), err=True)
    message, hint, code = _said(error)
    if not actions.tell_failure(message, hint):
        printing.tell_error(message, hint=hint)
    return code


def _said(error: Exception) -> tuple[str, str, int]:
    if isinstance(error, click.ClickException):
        return error.format_message(), _usage_hint(error), error.exit_code
    if isinstance(error, UnderstudyError):
        return error.message, error.hint, error.exit_code
    said = redacted(f"unexpected: {type(error).__name__}: {error}")
    return said, _TRACEBACK, ExitCode.FAILED


def _usage_hint(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"See `{context.command_path} --help`." if context else ""


_TRACEBACK = "This is a mistake in understudy. Run it again with `-v` for the traceback."
