"""Conflicts in files that SOPS encrypts: whether what clashes is only what SOPS itself writes.

Such a conflict tells nothing of the change, and no merge of the text can end it: the file has a
checksum over all of its values. Nothing is decrypted here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core.hunks import hunks_in
from understudy.core.model import ConflictKind, Reencryption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.model import Conflict, ConflictedFile

_NAMED_SO = re.compile(r"sops|secret|encrypted|\.enc\b|\.env\b", re.IGNORECASE)
_KINDS = frozenset({ConflictKind.CONTENT, ConflictKind.ADD_ADD})

_CHECKSUM = re.compile(rb"""^[ \t]*["']?(sops_)?mac["']?[ \t]*[:=][ \t]*["']?ENC\[""", re.MULTILINE)
_MODIFIED = re.compile(rb"""^[ \t]*["']?(sops_)?lastmodified["']?[ \t]*[:=]""", re.MULTILINE)
"""What every format of SOPS has: YAML, JSON (of any file), dotenv and INI."""

_MARK = re.compile(r"""\s*["']?(sops_)?(lastmodified|mac|version)["']?\s*[:=].*""")
_OF_SOPS = re.compile(
    r"""\s*(-\s+)?["']?(sops|age|pgp|kms|gcp_kms|azure_kv|hc_vault|key_groups|enc|recipient|fp|arn"""
    r"""|created_at|shamir_threshold|mac_only_encrypted|(un)?encrypted_[a-z_]+)["']?\s*[:=].*"""
    r"""|sops_\w+=.*|\s*-----(BEGIN|END) .*|\s*[A-Za-z0-9+/]{20,}={0,2}|\s*=[A-Za-z0-9+/]{4}"""
    r"""|[\s{}\[\],]*"""
)


def may_be_encrypted(conflict: Conflict) -> bool:
    """Tell by the name of the file whether it is worth a look inside."""
    return conflict.kind in _KINDS and bool(_NAMED_SO.search(conflict.path))


def reencryption_in(file: ConflictedFile) -> Reencryption | None:
    """Return what of SOPS clashes; None where anything else does too, or nothing is encrypted."""
    if not (_is_encrypted(file.ours) and _is_encrypted(file.theirs)):
        return None
    lines = list(_lines(file))
    if not lines or not all(map(_is_of_sops, lines)):
        return None
    only_marks = all(_MARK.fullmatch(line) for line in lines)
    return Reencryption.MARKS if only_marks else Reencryption.VALUES


def _is_encrypted(content: bytes | None) -> bool:
    return bool(content and _CHECKSUM.search(content) and _MODIFIED.search(content))


def _is_of_sops(line: str) -> bool:
    return bool("ENC[" in line or _MARK.fullmatch(line) or _OF_SOPS.fullmatch(line))


def _lines(file: ConflictedFile) -> Iterator[str]:
    for hunk in hunks_in(file, ours="", theirs=""):
        for side in (hunk.ours, hunk.theirs):
            yield from (side.text or "").splitlines()
