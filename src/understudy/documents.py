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
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _load_yaml(content, where=where, failure=failure)


def _load_yaml(content: bytes, *, where: str, failure: type[UsageError]) -> object:
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and often not needed
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415 - as above

    try:
        return YAML(typ="safe", pure=True).load(content.decode())
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        message = f"{where} is no YAML{place}: {error.problem or error.context}."
    except YAMLError as error:
        message = f"{where} is no YAML: {error}."
    except UnicodeDecodeError:
        message = f"{where} is no UTF-8 text."
    except RecursionError:
        message = f"{where} is nested too deeply to be read."
    raise failure(message, hint="Correct the file and try again.")
