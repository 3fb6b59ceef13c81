"""Credentials from a program that a kubeconfig names, as kubectl asks it for them.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from understudy.core import phrases
from understudy.core.errors import ProcessError, UnavailableError, UsageError
from understudy.gitops.cluster.kubeconfig import UserEntry
from understudy.process import attempt
from understudy.redaction import keep_secret, redacted

if TYPE_CHECKING:
    from understudy.gitops.cluster.kubeconfig import Plugin
    from understudy.process import Completed

DEADLINE = 60.0
"""Seconds: some look for a browser, which is not there."""

_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_LONGEST = 300


class _Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None


class _Credential(msgspec.Struct, frozen=True, kw_only=True):
    status: _Status | None = None


def credentials_from(plugin: Plugin) -> UserEntry:
    """Run the program and return what it gave.

    Raises:
        UsageError: it cannot be run, or does not speak as a credential plugin does.
        UnavailableError: it ran, and gave no credentials.
    """
    name = Path(plugin.command).name
    if plugin.api_version not in _VERSIONS:
        said = phrases.shown(plugin.api_version or None)
        message = f"The credential plugin `{phrases.shown(name)}` has the API version {said}."
        raise UsageError(message, hint=f"Known are {phrases.listed(_VERSIONS)}.")
    completed = _run(plugin, name)
    if completed.code:
        said = redacted(completed.stderr.decode(errors="replace")).strip()[-_LONGEST:]
        message = f"The credential plugin `{phrases.shown(name)}` failed: {said}"
        raise UnavailableError(message, hint="Log in as for kubectl, and try again.")
    return _given(completed.stdout, name)


def _run(plugin: Plugin, name: str) -> Completed:
    asked = {"apiVersion": plugin.api_version, "kind": "ExecCredential"}
    info = json.dumps({**asked, "spec": {"interactive": False}})
    own = {variable.name: variable.value for variable in plugin.env or ()}
    # It is the user's own program: like kubectl, it sees the user's own environment.
    environment = {**os.environ, **own, "KUBERNETES_EXEC_INFO": info}
    argv = [plugin.command, *(plugin.args or ())]
    try:
        return attempt(argv, env=environment, deadline=DEADLINE)
    except ProcessError as error:
        # Arguments may hold secrets, so the error's own words are not used.
        message = f"The credential plugin `{phrases.shown(name)}` could not be run to its end."
        hint = redacted(plugin.install_hint or error.hint or "Run it by hand and see.")
        raise UsageError(message, hint=hint) from None


def _given(stdout: bytes, name: str) -> UserEntry:
    try:
        status = msgspec.json.decode(stdout, type=_Credential).status or _Status()
    except (msgspec.DecodeError, UnicodeDecodeError):
        status = _Status()
    if not (status.token or (status.client_certificate_data and status.client_key_data)):
        message = f"The credential plugin `{phrases.shown(name)}` gave no credentials."
        raise UnavailableError(message, hint="Log in as for kubectl, and try again.")
    keep_secret(status.token or "")
    keep_secret(status.client_key_data or "")
    return UserEntry(
        token=status.token,
        client_certificate_data=_encoded(status.client_certificate_data),
        client_key_data=_encoded(status.client_key_data),
    )


def _encoded(pem: str | None) -> str | None:
    """Return it as a kubeconfig has it: a plugin gives the text itself."""
    return base64.b64encode(pem.encode()).decode() if pem else None
