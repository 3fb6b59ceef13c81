"""The commands that mend something, as one can type them: for the same project and cluster."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from understudy.redaction import redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What commands must repeat of the options that were given.

    `flags` go to one that names a project, `in_clone` to one that is typed in a clone of it,
    `stage` to one that takes no more than the stage's name, `cluster` to those of Flux. `rebuild`
    is how one is asked for.
    """

    flags: str = ""
    in_clone: str = ""
    stage: str = ""
    cluster: str = ""
    rebuild: str = "understudy rebuild"

    @property
    def init(self) -> str:
        """Return what writes the files of Flux that are missing."""
        return f"understudy init --flux {self.stage}".rstrip()

    @property
    def add_app(self) -> str:
        """Return what makes an overlay for an app."""
        return f"understudy overlay add APP {self.stage}".rstrip()

    @property
    def check(self) -> str:
        """Return what renders the overlays and holds them against the rules."""
        return f"understudy check {self.flags}".rstrip()

    @property
    def fix(self) -> str:
        """Return what mends the files of a clone."""
        return f"understudy doctor --fix {self.in_clone}".rstrip()

    def flux(self, *words: str) -> str:
        """Return a command of Flux."""
        return f"{shlex.join(('flux', *words))} {self.cluster}".rstrip()

    def make_secret(self, name: str, *, namespace: str, url: str) -> str:
        """Return what makes the secret with which a source reads its repository."""
        words = (name, "--namespace", namespace, "--url", without_credentials(url) or "URL")
        told = self.flux("create", "secret", "git", *words)
        over_http = url.partition("://")[0].lower() in {"http", "https"}
        return f'{told} --username NAME --password "$TOKEN"' if over_http else told


def without_credentials(url: str) -> str:
    """Return an address as it can be typed: over http, user and password go elsewhere."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return redacted(url)
    if parts.scheme in {"http", "https"}:
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return redacted(url)


_NO_SECRET = re.compile(r"""secrets? ["']([a-z0-9.-]+)["'] not found""", re.IGNORECASE)


def secret_missed(message: str) -> str | None:
    """Return the name of the secret that Flux says is not there."""
    found = _NO_SECRET.search(message)
    return found[1] if found else None
