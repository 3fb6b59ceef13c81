"""What must never be shown: known secrets, and credentials in addresses."""

from __future__ import annotations

import re

_NAME_FOR_SSH = r"(?<=\bssh://)[^/\s:@%]+@(?![^/\s]*@)"
"""A user alone is no secret over ssh, where a key lets in. An address without it cannot be used."""

_CREDENTIALS = re.compile(rf"(?<=://)(?!{_NAME_FOR_SSH})[^/\s]+(?=@)", re.IGNORECASE)
_secrets: set[str] = set()


def keep_secret(text: str) -> None:
    """Blank this text out of whatever is said from now on."""
    if text:
        _secrets.add(text)


def redacted(text: str) -> str:
    """Return the text with known secrets, and the credentials of any URL in it, blanked out."""
    for secret in sorted(_secrets, key=len, reverse=True):  # one may hold another
        text = text.replace(secret, "***")
    return _CREDENTIALS.sub("***", text)
