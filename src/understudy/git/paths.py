"""Paths between git's bytes and our text, without loss and without two paths becoming one."""

from __future__ import annotations

_NAMED = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
_PRINTABLE = range(32, 127)


def as_text(path: bytes) -> str:
    """Return UTF-8 as it is; other bytes, and a leading double quote, in git's C-quoted form."""
    if not path.startswith(b'"'):
        try:
            return path.decode()
        except UnicodeDecodeError:
            pass
    return '"' + "".join(map(_quoted, path)) + '"'


def _quoted(byte: int) -> str:
    if byte in _NAMED:
        return "\\" + _NAMED[byte]
    return chr(byte) if byte in _PRINTABLE else f"\\{byte:03o}"
