"""The Flux objects of a stage, made after those of production. Nothing is read or decided here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from understudy.core.errors import UsageError
from understudy.gitops.writing.drafts import as_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from urllib.parse import SplitResult

    from understudy.gitops.controllers import Applied, GitSource

_SOURCE_API = "source.toolkit.fluxcd.io/v1"
_KUSTOMIZE_API = "kustomize.toolkit.fluxcd.io/v1"
_RECEIVER_API = "notification.toolkit.fluxcd.io/v1"

INTERVAL = "1m0s"
"""How often Flux looks at the stage's branch."""

_OF_SOURCE = (
    "url",
    "secretRef",
    "provider",
    "serviceAccountName",
    "proxySecretRef",
    "timeout",
    "ignore",
    "sparseCheckout",
    "recurseSubmodules",
    "include",
)
_OF_KUSTOMIZATION = (
    "dependsOn",
    "interval",
    "retryInterval",
    "timeout",
    "wait",
    "serviceAccountName",
    "kubeConfig",
    "decryption",
)
_OWN = ("path", "sourceRef", "prune", "ref", "suspend", "verify")


def git_repository(
    name: str, *, like: GitSource, branch: str, base: str, spec: dict[str, Any]
) -> str:
    """Return a `GitRepository` that reads the stage's branch; `spec` is that of production's."""
    copied = {key: spec[key] for key in _OF_SOURCE if key in spec}
    return as_yaml(
        {
            "apiVersion": _version_of(like, _SOURCE_API, kind="GitRepository"),
            "kind": "GitRepository",
            "metadata": {"name": name, "namespace": like.namespace},
            "spec": {"interval": INTERVAL, "ref": {"branch": branch}, **copied},
        },
        comment=f"The branch that builds itself: {base} and the open pull requests whose checks"
        " pass.\nIt is overwritten by each rebuild: never push to it.",
    )


def kustomization(
    name: str, *, like: Applied, source: str, source_namespace: str, folder: str
) -> str:
    """Return a `Kustomization` that applies a folder of the stage, from the stage's branch."""
    spec = like.body.get("spec")
    known = spec if isinstance(spec, dict) and like.body.get("kind") == "Kustomization" else {}
    known = {"interval": "10m0s", **known}
    copied = {key: known[key] for key in _OF_KUSTOMIZATION if key in known}
    reference = {"kind": "GitRepository", "name": source}
    if source_namespace != like.namespace:
        reference["namespace"] = source_namespace
    return as_yaml(
        {
            "apiVersion": _version_of(like, _KUSTOMIZE_API, kind="Kustomization"),
            "kind": "Kustomization",
            "metadata": {"name": name, "namespace": like.namespace},
            "spec": {
                **copied,
                "sourceRef": reference,
                "path": f"./{folder}",
                "prune": True,
            },
        },
    )


def not_copied(like: Applied) -> tuple[str, ...]:
    """Return the keys of production's `Kustomization` that hold for production alone."""
    spec = like.body.get("spec")
    if not isinstance(spec, dict) or like.body.get("kind") != "Kustomization":
        return ()
    return tuple(key for key in spec if key not in {*_OF_KUSTOMIZATION, *_OWN})


def receiver(name: str, *, namespace: str, source: str, secret: str, url: str) -> str:
    """Return a `Receiver` that makes Flux look at the stage when something is pushed."""
    kind, events = _receiver_type(url)
    spec: dict[str, Any] = {"type": kind}
    if events:
        spec["events"] = list(events)
    spec["secretRef"] = {"name": secret}
    spec["resources"] = [{"apiVersion": _SOURCE_API, "kind": "GitRepository", "name": source}]
    return as_yaml(
        {
            "apiVersion": _RECEIVER_API,
            "kind": "Receiver",
            "metadata": {"name": name, "namespace": namespace},
            "spec": spec,
        }
    )


def overlay_list(resources: Sequence[str]) -> str:
    """Return the kustomization that lists the apps of the stage."""
    return as_yaml(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": list(resources),
        },
        comment="The apps of the stage. One more: understudy overlay add APP",
    )


def source_url(origin: str) -> str:
    """Write a clone's remote as Flux wants it: with a scheme, and without credentials.

    A user's name stays where it is no secret: over ssh a key lets in.

    Raises:
        UsageError: it is no address.
    """
    short = re.fullmatch(r"(?:([^@/\s]+)@)?([^:/\s]+):(?!//)/?(.+)", origin)
    if short:
        origin = f"ssh://{short[1] or 'git'}@{short[2]}/{short[3]}"
    elif "://" not in origin:
        return origin
    try:
        parts = urlsplit(origin)
        _refuse_port(parts)
    except ValueError:  # which may tell a password
        message = "The address of `origin` cannot be read."
        raise UsageError(message, hint="Correct it: `git remote set-url origin URL`.") from None
    credentials, _, server = parts.netloc.rpartition("@")
    user = "" if parts.scheme in ("http", "https") else credentials.partition(":")[0]
    netloc = f"{user}@{server}" if user else server
    return parts._replace(netloc=netloc, query="", fragment="").geturl()


def _refuse_port(parts: SplitResult) -> None:
    """Raise a ValueError where there is no number: it may be a password with a `?` or a `#`."""
    if parts.port == 0 or (parts.hostname and "@" in f"{parts.query}{parts.fragment}"):
        raise ValueError


def _version_of(like: GitSource | Applied, default: str, *, kind: str) -> str:
    """Return the version in use: an old cluster does not know the newest."""
    version = like.body.get("apiVersion")
    return str(version) if like.body.get("kind") == kind and version else default


def _receiver_type(url: str) -> tuple[str, tuple[str, ...]]:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if host == "github.com" or host.startswith("github."):
        return "github", ("ping", "push")
    if host == "gitlab.com" or host.startswith("gitlab."):
        return "gitlab", ("Push Hook",)
    return "generic", ()
