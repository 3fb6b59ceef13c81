"""Files as they are to be, before anybody writes them, and what has to be told along with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from understudy.core.errors import UsageError
from understudy.core.phrases import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_VALUES = "Give the stage values of its own where it needs any."
"""What to do about something that holds for production alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file's path from the repository's root, and its text, with the line ends of Unix."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What is to be written. Files that stay as they are count too: they are told.

    `present` are objects that were there before. `to_decide` is for a person, one sentence each.
    `addable` are the apps that a stage without any could have; None: it has some.
    """

    files: tuple[Draft, ...] = ()
    present: tuple[str, ...] = ()
    to_decide: tuple[str, ...] = ()
    addable: tuple[str, ...] | None = None


class Readable(Protocol):
    """Something with files in it."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None where there is no such file."""


def text_in(files: Readable, path: str) -> str | None:
    """Return the text of a file; None if there is none.

    Raises:
        UsageError: it is no text.
    """
    content = files.read(path)
    try:
        return None if content is None else content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        message = f"{shown(path)} is no UTF-8 text."
        raise UsageError(message, hint="Correct the file and try again.") from None


def as_yaml(document: Mapping[str, Any], *, comment: str = "") -> str:
    """Write one document, its keys in the order they have, below a comment."""
    import io  # noqa: PLC0415 - with the next

    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and often not needed

    yaml = YAML(typ="rt", pure=True)
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 1000
    stream = io.StringIO()
    yaml.dump(dict(document), stream)
    return "".join(f"# {line}\n" for line in comment.splitlines()) + stream.getvalue()


def literal(text: str) -> str:
    """Mark a text of several lines: it is written as one block, as people do."""
    from ruamel.yaml.scalarstring import LiteralScalarString  # noqa: PLC0415 - as above

    block: str = LiteralScalarString(text)
    return block
