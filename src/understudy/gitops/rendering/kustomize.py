"""The real Kustomize: found on this machine, and run on a folder that holds only what it may see.

It may run nothing: no plugins, no Helm. It reaches no server unless that is allowed, and then as
somebody who has no credentials.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePath
from time import monotonic
from typing import IO, TYPE_CHECKING

import msgspec

from understudy import process
from understudy.core.errors import ProcessError, ProcessTimeoutError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MINIMUM_VERSION = (5, 4, 2)
"""4.5 and 5.0 fail on repositories that Flux deploys."""

VARIABLE = "UNDERSTUDY_KUSTOMIZE"
"""The environment variable that names the program, where the one on the PATH is not meant."""

SIZE = 64 << 20
"""How many bytes one render may have."""

_INSTALL = (
    f"Install kustomize {'.'.join(map(str, MINIMUM_VERSION))} or newer"
    " (https://kubectl.docs.kubernetes.io/installation/kustomize/) or kubectl 1.31 or newer, and"
    f" put it on the PATH, or name it in {VARIABLE}."
)
_KUBECTL = "kubectl"
_ASKING = 30.0
_NO_SERVER = "http://127.0.0.1:9"
_NO_NETWORK = {
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NO_SERVER),
    **dict.fromkeys(("no_proxy", "NO_PROXY"), ""),
    "GIT_ALLOW_PROTOCOL": "none",
}
_NETWORK = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE")
_NO_CREDENTIALS = {
    "GIT_ALLOW_PROTOCOL": "https",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBuilt:
    """Kustomize made nothing. `said` is what it wrote; where it was stopped, that is empty."""

    said: str = ""
    too_late: bool = False
    too_large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A Kustomize that is new enough. `argv` is all but the folder."""

    argv: tuple[str, ...]
    version: str

    def build(self, folder: Path, *, deadline: float, network: bool = False) -> bytes | NotBuilt:
        """Render a kustomization; it may read each file that it names.

        So does Flux, but Kustomize alone would not let a file be named that is beside its folder.

        Raises:
            ProcessError: it cannot be started.
        """
        with ExitStack() as opened:
            home = opened.enter_context(tempfile.TemporaryDirectory(prefix="understudy-home-"))
            errors = opened.enter_context(tempfile.TemporaryFile())
            argv = [*self.argv, "--load-restrictor", "LoadRestrictionsNone", str(folder)]
            environment = {**_allowed_network(), "HOME": home} if network else _NO_NETWORK
            return _output(argv, env=environment, deadline=deadline, errors=errors)


def find_program(environ: Mapping[str, str] = os.environ) -> Program:
    """Find `kustomize`, else a `kubectl` that carries it.

    Raises:
        UsageError: there is none, or none that is new enough.
    """
    return _found(environ.get(VARIABLE), environ.get("PATH"))


@functools.cache
def _found(named: str | None, path: str | None) -> Program:
    refused: list[str] = []
    for name in [named] if named else ["kustomize", _KUBECTL]:
        place = shutil.which(name, path=path)
        version = _version_of(place) if place else None
        if place is None:
            refused.append(f"there is no `{name}`")
        elif version is not None and _parts(version) >= MINIMUM_VERSION:
            verb = "kustomize" if _is_kubectl(place) else "build"
            return Program(argv=(place, verb), version=version)
        else:
            carries = "carries Kustomize" if _is_kubectl(place) else "is version"
            refused.append(f"`{place}` {carries} {version or 'that it does not tell'}")
    message = f"No Kustomize that can be used was found: {', and '.join(refused)}."
    raise UsageError(message, hint=_INSTALL)


def _is_kubectl(place: str) -> bool:
    return PurePath(place).name.startswith(_KUBECTL)


def _version_of(place: str) -> str | None:
    """Return the version such as `5.8.1`; None where the program does not tell it."""
    asked = ["version", "--client", "-o", "json"] if _is_kubectl(place) else ["version"]
    try:
        said = process.run([place, *asked], deadline=_ASKING)
    except ProcessError:
        return None
    text = said.decode(errors="replace")
    if _is_kubectl(place):
        try:
            told = msgspec.json.decode(said)
        except msgspec.DecodeError:
            return None
        text = str(told.get("kustomizeVersion", "")) if isinstance(told, dict) else ""
    match = re.search(r"\bv?(\d+\.\d+\.\d+)", text)
    return match[1] if match else None


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _allowed_network() -> dict[str, str]:
    kept = (*_NETWORK, *_CERTIFICATES)
    passed = {name: os.environ[name] for name in kept if name in os.environ}
    return {**passed, **_NO_CREDENTIALS}


def _output(
    argv: list[str], *, env: Mapping[str, str], deadline: float, errors: IO[bytes]
) -> bytes | NotBuilt:
    end = monotonic() + deadline
    parts = bytearray()
    with process.Coprocess(argv, env=env, errors=errors) as running:
        running.end_questions()
        try:
            while more := running.read(max(0.0, end - monotonic())):
                parts += more
                if len(parts) > SIZE:
                    return NotBuilt(too_large=True)
        except ProcessTimeoutError:
            return NotBuilt(too_late=True)
        code = running.close()
    if code == 0:
        return bytes(parts)
    errors.seek(0)
    return NotBuilt(said=errors.read(SIZE).decode(errors="replace").strip() or f"exit code {code}")
