"""How git is called: which configuration it sees, and which it never sees.

Two environments. Work on objects sees no configuration but ours, so that the same inputs give the
same result on every machine. Talking to the remote sees the user's own as well, for credentials,
proxies and `url.*.insteadOf`, with everything overridden that could run a program from content or
change what is transferred.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from understudy import process
from understudy.core.errors import (
    DamagedCacheError,
    ProcessError,
    ProcessTimeoutError,
    UnderstudyError,
)
from understudy.core.ports import USERS_OWN_ACCESS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from understudy.core.ports import Access

MINIMUM_VERSION = (2, 39)
"""`git merge-tree --stdin` came with 2.39."""

ALLOWED_PROTOCOLS = "file:git:http:https:ssh"
"""Never `ext`: its address is a command line."""

_LOCAL = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": ALLOWED_PROTOCOLS,
}
_LOCAL_CONFIG = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.looseCompression": "0",  # scratch objects live in memory for seconds
    "gc.auto": "0",
}

_TRANSPORT_CONFIG = {
    "core.hooksPath": os.devnull,  # a global pre-push hook must not run for our pushes
    "core.fsmonitor": "false",
    "fetch.prune": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "submodule.recurse": "false",
    "push.followTags": "false",
    "push.gpgSign": "false",
    "push.recurseSubmodules": "no",
    "push.autoSetupRemote": "false",
    "maintenance.auto": "false",
    "gc.auto": "0",
    "protocol.version": "2",
    "protocol.ext.allow": "never",
}
_TRANSPORT_PASSED_ON = (
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "GIT_SSL_CAINFO",
    "GIT_SSL_NO_VERIFY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "XDG_CACHE_HOME",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
)


def installed_version() -> str:
    """Return the version of the git on the PATH, such as `2.39.5`.

    Raises:
        UnderstudyError: it is older than MINIMUM_VERSION.
    """
    said = process.run(["git", "version"]).decode(errors="replace")
    match = re.search(r"(\d+)\.(\d+)(?:\.\d+)*", said)
    found = match.group(0) if match else "unknown"
    if match and (int(match.group(1)), int(match.group(2))) < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        message = f"git {found} is too old: understudy needs {wanted} or newer."
        raise UnderstudyError(message, hint="Install a newer git.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """The git of one mirror. `scratch` holds objects that are not yet worth keeping."""

    directory: Path
    scratch: Path
    access: Access = USERS_OWN_ACCESS

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> bytes:
        """Run git on the mirror's objects, isolated from any configuration but ours.

        Raises:
            DamagedCacheError: it failed. It is only asked about objects that were fetched before.
        """
        environment = {**self.reading(), **(env or {})}
        try:
            return process.run(
                ["git", *arguments], cwd=self.directory, env=environment, stdin=stdin
            )
        except ProcessTimeoutError:
            raise
        except ProcessError as error:
            raise DamagedCacheError(error.message) from error

    def attempt(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> process.Completed:
        """Like `run`, where the exit code is an answer."""
        environment = {**self.reading(), **(env or {})}
        return process.attempt(
            ["git", *arguments], cwd=self.directory, env=environment, stdin=stdin
        )

    def start(self, *arguments: str) -> process.Coprocess:
        """Start a git that answers questions about the mirror's objects."""
        return process.Coprocess(["git", *arguments], cwd=self.directory, env=self.reading())

    def start_merging(
        self, *arguments: str, attributes: Path, prefix: tuple[str, ...] = (), errors: IO[bytes]
    ) -> process.Coprocess:
        """Start a git that writes into the scratch and takes `attributes` for its work tree."""
        environment = {
            **_LOCAL,
            **_config([*_LOCAL_CONFIG.items(), ("core.bare", "false")]),
            "GIT_DIR": str(self.directory),
            "GIT_WORK_TREE": str(attributes),
            **self.writing_scratch(),
        }
        return process.Coprocess(
            [*prefix, "git", *arguments], cwd=attributes, env=environment, errors=errors
        )

    def transport(self, *arguments: str, stdin: bytes = b"") -> process.Completed:
        """Run a git that talks to the remote; the exit code is an answer."""
        environment = {
            **{name: os.environ[name] for name in _TRANSPORT_PASSED_ON if name in os.environ},
            **_config([*_TRANSPORT_CONFIG.items(), *self.access.git_settings()]),
            "GIT_DIR": str(self.directory),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": ALLOWED_PROTOCOLS,
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        return process.attempt(
            ["git", *arguments], cwd=self.directory, env=environment, stdin=stdin, deadline=3600
        )

    def reading(self) -> dict[str, str]:
        """Return the environment in which scratch objects are seen; new ones go to the mirror."""
        return {
            **_LOCAL,
            **_config(_LOCAL_CONFIG.items()),
            "GIT_DIR": str(self.directory),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(self.scratch),
        }

    def writing_scratch(self) -> dict[str, str]:
        """Return what turns new objects to the scratch, with the mirror's still seen."""
        return {
            "GIT_OBJECT_DIRECTORY": str(self.scratch),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(self.directory / "objects"),
        }


def _quoted(path: Path) -> str:
    """Quote a path for a list that git splits at colons."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _config(values: Collection[tuple[str, str]]) -> dict[str, str]:
    environment = {"GIT_CONFIG_COUNT": str(len(values))}
    for index, (key, value) in enumerate(values):
        environment[f"GIT_CONFIG_KEY_{index}"] = key
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    return environment
