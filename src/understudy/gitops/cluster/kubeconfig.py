"""Which cluster is meant, and who we are there: from kubeconfig files, or from inside a cluster.

It opens no connection. What it holds is secret: nothing of it is ever shown but names.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from understudy.core import phrases
from understudy.core.errors import UsageError
from understudy.documents import load
from understudy.redaction import keep_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds the credentials of its service account."""

IN_CLUSTER = "in-cluster"

_VARIABLE = "KUBECONFIG"
_CHECK = "`kubectl config view` shows what kubectl makes of it."


class ClusterEntry(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Where a cluster's API server is, and whom to trust there."""

    server: str = ""
    certificate_authority: str | None = None
    certificate_authority_data: str | None = None
    insecure_skip_tls_verify: bool = False
    tls_server_name: str | None = None
    proxy_url: str | None = None


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that a credential plugin gets."""

    name: str
    value: str


class Plugin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A program that is asked for credentials."""

    api_version: str = ""
    command: str
    args: list[str] | None = None
    env: list[Variable] | None = None
    install_hint: str | None = None


class UserEntry(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Credentials, or where they are."""

    token: str | None = None
    token_file: str | None = msgspec.field(name="tokenFile", default=None)
    client_certificate: str | None = None
    client_certificate_data: str | None = None
    client_key: str | None = None
    client_key_data: str | None = None
    username: str | None = None
    password: str | None = None
    exec: Plugin | None = None
    auth_provider: dict[str, object] | None = None


class _ContextEntry(msgspec.Struct, frozen=True, kw_only=True):
    cluster: str = ""
    user: str = ""
    namespace: str | None = None


class _NamedCluster(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    cluster: ClusterEntry


class _NamedUser(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    user: UserEntry


class _NamedContext(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    context: _ContextEntry


class _File(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    current_context: str | None = None
    clusters: list[_NamedCluster] | None = None
    users: list[_NamedUser] | None = None
    contexts: list[_NamedContext] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One cluster and one user of it. `context` is what people call the two of them."""

    context: str
    cluster: ClusterEntry = field(repr=False)
    user: UserEntry = field(repr=False)


def find_access(
    kubeconfig: Path | None, context: str | None, *, environ: Mapping[str, str] = os.environ
) -> Access | None:
    """Return the cluster that is meant, found as kubectl finds it; None: nothing names one.

    Raises:
        UsageError: what names it cannot be read, or makes no sense.
    """
    paths = _paths(kubeconfig, environ)
    if paths:
        return _chosen([_read(path) for path in paths], context, paths)
    account = _service_account(environ)
    if account is None and context is not None:
        message = f"There is no kubeconfig, so no context `{phrases.shown(context)}`."
        raise UsageError(message, hint="Name the file with --kubeconfig or KUBECONFIG.")
    return account


def _paths(kubeconfig: Path | None, environ: Mapping[str, str]) -> list[Path]:
    if kubeconfig is not None:
        return [kubeconfig]
    if named := environ.get(_VARIABLE):
        several = [Path(each).expanduser() for each in named.split(os.pathsep) if each]
        existing = [path for path in several if path.exists()]
        if not existing:
            message = f"KUBECONFIG names no file that exists: {phrases.shown(named)}."
            raise UsageError(message, hint="Correct the variable, or unset it.")
        return existing
    home = environ.get("HOME")
    default = Path(home) / ".kube" / "config" if home else None
    return [default] if default and default.is_file() else []


def _read(path: Path) -> _File:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The kubeconfig {path} cannot be read: {error.strerror}."
        raise UsageError(message, hint="Check --kubeconfig and KUBECONFIG.") from error
    try:
        read = msgspec.convert(
            load(content, where=f"the kubeconfig {path}", failure=UsageError) or {}, _File
        )
    except msgspec.ValidationError as error:
        message = f"The kubeconfig {path} is none: {error}."
        raise UsageError(message, hint=_CHECK) from error
    return _with_whole_paths(read, path.absolute().parent)


def _with_whole_paths(read: _File, folder: Path) -> _File:
    """Return it with relative paths made absolute: each means beside its own file."""
    clusters = [
        msgspec.structs.replace(
            each, cluster=_absolute(each.cluster, folder, ["certificate_authority"])
        )
        for each in read.clusters or ()
    ]
    files = ["token_file", "client_certificate", "client_key"]
    users = [
        msgspec.structs.replace(
            each, user=_with_whole_command(_absolute(each.user, folder, files), folder)
        )
        for each in read.users or ()
    ]
    return msgspec.structs.replace(read, clusters=clusters, users=users)


_Entry = TypeVar("_Entry", ClusterEntry, UserEntry)


def _absolute(entry: _Entry, folder: Path, fields: Iterable[str]) -> _Entry:
    paths = {name: str(folder / value) for name in fields if (value := getattr(entry, name))}
    return msgspec.structs.replace(entry, **paths)


def _with_whole_command(user: UserEntry, folder: Path) -> UserEntry:
    if user.exec is None or "/" not in user.exec.command:
        return user
    command = str(folder / user.exec.command)
    return msgspec.structs.replace(user, exec=msgspec.structs.replace(user.exec, command=command))


def _chosen(files: list[_File], context: str | None, paths: list[Path]) -> Access:
    """Merge as kubectl does: whoever names something first is believed."""
    where = ", ".join(map(str, paths))
    contexts = _first({each.name: each.context for each in file.contexts or ()} for file in files)
    name = context or next((file.current_context for file in files if file.current_context), None)
    if not name:
        message = f"The kubeconfig {where} has no current context."
        raise UsageError(message, hint="Name one with --context: " + _listed(contexts))
    if name not in contexts:
        message = f"The kubeconfig {where} has no context `{phrases.shown(name)}`."
        raise UsageError(message, hint="Name another with --context: " + _listed(contexts))
    chosen = contexts[name]
    clusters = _first({each.name: each.cluster for each in file.clusters or ()} for file in files)
    users = _first({each.name: each.user for each in file.users or ()} for file in files)
    for what, named, known in (("cluster", chosen.cluster, clusters), ("user", chosen.user, users)):
        if named not in known and (named or what == "cluster"):
            message = f"The context `{phrases.shown(name)}` names the {what} "
            message += f"`{phrases.shown(named)}`, which the kubeconfig {where} does not have."
            raise UsageError(message, hint=_CHECK)
    user = users.get(chosen.user, UserEntry())
    if user.auth_provider:
        message = f"The user of the context `{phrases.shown(name)}` has an `auth-provider`."
        raise UsageError(message, hint="Kubernetes no longer knows these: use a plugin, `exec`.")
    _keep_secrets(user)
    return Access(context=name, cluster=_usable(clusters[chosen.cluster], name), user=user)


_Value = TypeVar("_Value")


def _first(mappings: Iterable[Mapping[str, _Value]]) -> dict[str, _Value]:
    found: dict[str, _Value] = {}
    for mapping in mappings:
        found = {**mapping, **found}
    return found


def _listed(contexts: Iterable[str]) -> str:
    return phrases.listed((phrases.shown(each) for each in contexts), last="or") or "it has none"


def _usable(cluster: ClusterEntry, context: str) -> ClusterEntry:
    if not cluster.server:
        message = f"The cluster of the context `{phrases.shown(context)}` has no `server`."
        raise UsageError(message, hint=_CHECK)
    if cluster.tls_server_name:
        message = f"The context `{phrases.shown(context)}` sets `tls-server-name`."
        hint = "That cannot be honoured: use an address that the server's certificate names."
        raise UsageError(message, hint=hint)
    return cluster


def _keep_secrets(user: UserEntry) -> None:
    for secret in (user.token, user.password, user.client_key_data):
        keep_secret(secret or "")
    for variable in user.exec.env or () if user.exec else ():
        # Short ones are settings (`true`, `eu-west-1`); blanking these would spoil what is said.
        if len(variable.value) >= _AS_LONG_AS_A_SECRET:
            keep_secret(variable.value)


_AS_LONG_AS_A_SECRET = 16


def _service_account(environ: Mapping[str, str]) -> Access | None:
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    token = ACCOUNT / "token"
    if not (host and port and token.is_file()):
        return None
    try:
        _keep_secrets(UserEntry(token=token.read_text().strip()))
    except (OSError, UnicodeDecodeError) as error:
        message = f"The token of the pod's service account, {token}, cannot be read."
        raise UsageError(message, hint="Check who runs this in the pod.") from error
    return Access(
        context=IN_CLUSTER,
        cluster=ClusterEntry(
            server=f"https://{_bracketed(host)}:{port}",
            certificate_authority=str(ACCOUNT / "ca.crt"),
        ),
        user=UserEntry(token_file=str(token)),
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
