"""YAML and JSON text → plain mappings and lists, or one sentence about what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from understudy.core.errors import UsageError


def load(content: bytes, *, where: str, failure: type[UsageError]) -> object:
    """Return what the document says. JSON is tried first: it is quick, and YAML reads it too.

    Raises:
        UsageError: of the class `failure`, when it is neither; the message has line and column.
    """
    try:
        return _json_or_yaml(content)
    except UnicodeDecodeError:
        problem = f"{where} is no UTF-8 text"
    except RecursionError:
        problem = f"{where} is nested too deeply to be read"
    except _NotYamlError as error:
        problem = f"{where} is no YAML{error}"
    except ValueError as error:
        # A date such as 2026-13-45, or a number of thousands of digits.
        problem = f"{where} has a value that cannot be read: {error}"
    raise failure(f"{problem}.", hint="Correct the file and try again.")


class _NotYamlError(Exception):
    pass


def _json_or_yaml(content: bytes) -> object:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and often not needed
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415 - as above

    try:
        return YAML(typ="safe", pure=True).load(content.decode())
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise _NotYamlError(f"{place}: {error.problem or error.context}") from error
    except YAMLError as error:
        raise _NotYamlError(f": {error}") from error
