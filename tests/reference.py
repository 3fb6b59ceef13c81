"""What of the reference is made from the program itself: the commands, and the schema of the file.

`python -m tests.reference --write` brings both up to date in docs/reference.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from understudy.cli.main import COMMANDS, understudy
from understudy.core.config import json_schema
from understudy.render.documents import document

PAGE = Path("docs/reference/cli.md")
SCHEMA = Path("docs/reference/understudy.schema.json")
_ROOT = Path(__file__).resolve().parents[1]
_WIDTH = 96

_MADE = "<!-- What follows is made by `python -m tests.reference --write`. -->\n"


def schema() -> str:
    """Return the schema of the configuration, as editors fetch it."""
    return document(json_schema()).decode()


def page() -> str:
    """Return the whole page as it should be: what stands above the mark, and every help text."""
    above = (_ROOT / PAGE).read_text().partition(_MADE)[0]
    top = _context(understudy)
    commands = (understudy.get_command(top, name) for name in COMMANDS)
    sections = [each for found in commands if found for each in _sections(_context(found, top))]
    return "\n".join([above + _MADE, _section(top), *sections])


def _sections(context: click.Context) -> list[str]:
    """Return that of a command, and those of the commands inside it."""
    command = context.command
    inside = command.commands.values() if isinstance(command, click.Group) else ()
    return [_section(context), *(_section(_context(each, context)) for each in inside)]


def _context(command: click.Command, parent: click.Context | None = None) -> click.Context:
    return click.Context(
        command,
        info_name=command.name,
        parent=parent,
        help_option_names=["-h", "--help"],
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
    )


def _section(context: click.Context) -> str:
    said = context.command.get_help(context).rstrip()
    return f"## {context.command_path}\n\n```text\n{said}\n```\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        (_ROOT / PAGE).write_text(page())
        (_ROOT / SCHEMA).write_text(schema())
    else:
        sys.stdout.write(page())
