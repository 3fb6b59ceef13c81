"""What GitHub's runner takes for commands in a step's log, as its `ActionCommand` reads them.

https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINES = re.compile(r"\r\n|\r|\n")
_NEW = re.compile(r"\s*::(?P<name>[^ :]*)(?: (?P<properties>.*?))?::(?P<data>.*)", re.DOTALL)
_OLD = re.compile(r"##\[(?P<name>[^ \]]*)(?: (?P<properties>[^\]]*))?\](?P<data>.*)", re.DOTALL)
KNOWN = frozenset({
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice",
    "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
})  # fmt: skip


@dataclass(frozen=True)
class Command:
    """One command; `old` for the form that may stand anywhere in a line."""

    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """Return the commands in a log, in order."""
    found = (_command(line) for line in _LINES.split(log))
    return [command for command in found if command]


def _command(line: str) -> Command | None:
    for form, separator in ((_NEW.match, ","), (_OLD.search, ";")):
        found = form(line)
        if found and found["name"].lower() in KNOWN:
            pairs = (pair.split("=", 1) for pair in (found["properties"] or "").split(separator))
            properties = {pair[0].strip(): _unescaped(pair[1]) for pair in pairs if len(pair) > 1}
            return Command(found["name"], properties, _unescaped(found["data"]))
    return None


def _unescaped(text: str) -> str:
    for escaped, character in (("0D", "\r"), ("0A", "\n"), ("3A", ":"), ("2C", ","), ("25", "%")):
        text = text.replace(f"%{escaped}", character)
    return text
