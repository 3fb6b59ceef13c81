"""A Kubernetes cluster, asked about Flux through lightkube, which is known here alone.

Objects come back as the API has them; what they mean is for others. One thing is ever changed: the
annotation by which Flux is asked to look again.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from understudy.core import phrases
from understudy.core.errors import RefusedError, UnavailableError, UnderstudyError, UsageError
from understudy.core.extras import extra_needed
from understudy.gitops.cluster.credential_plugins import credentials_from
from understudy.gitops.cluster.kubeconfig import find_access
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lightkube import ApiError, Client
    from lightkube.config.kubeconfig import SingleConfig

    from understudy.gitops.cluster.kubeconfig import Access

REQUESTED_AT = "reconcile.fluxcd.io/requestedAt"
"""Flux looks again when the value of this annotation differs from what it acted on last."""

OBJECT_KINDS = {"GitRepository": "gitrepositories", "Kustomization": "kustomizations"}
"""The kinds that are read, with the names under which the API has them."""

_GROUPS = {
    "GitRepository": "source.toolkit.fluxcd.io",
    "Kustomization": "kustomize.toolkit.fluxcd.io",
}
_EVERYWHERE = "*"
_SILENCE = 10.0
_NOT_FOUND = 404


class MayNotLookError(RefusedError):
    """The cluster does not let us see, or ask for, something."""


def open_cluster(*, kubeconfig: Path | None, context: str | None) -> Cluster | None:
    """Find the cluster that is meant, as kubectl does; None: nothing names one. Nothing is asked.

    Raises:
        UsageError: what names it makes no sense, or lightkube is not installed.
        UnavailableError: a credential plugin gave no credentials.
    """
    access = find_access(kubeconfig, context)
    return None if access is None else Cluster(access)


class Cluster:
    """One cluster, as one of its users."""

    def __init__(self, access: Access) -> None:
        """Get ready; nothing is asked yet."""
        self.context = access.context
        self._server = redacted(access.cluster.server)
        with _usable(access), extra_needed("gitops", otherwise="The cluster cannot be asked"):
            self._client = _client(access)
            self._kinds = _kinds()

    def source(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Return a `GitRepository` as the API has it; None: there is none."""
        return self._one("GitRepository", namespace, name)

    def sources(self, namespace: str | None = None, *, else_in: str = "") -> list[dict[str, Any]]:
        """Return the `GitRepository`s of a namespace, or of all of them.

        Where we may see those of one namespace only, it is the one called `else_in`.

        Raises:
            MayNotLookError: we may not see them there.
        """
        return self._all("GitRepository", namespace, else_in)

    def kustomization(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Return a `Kustomization` as the API has it; None: there is none."""
        return self._one("Kustomization", namespace, name)

    def kustomizations(
        self, namespace: str | None = None, *, else_in: str = ""
    ) -> list[dict[str, Any]]:
        """Return the `Kustomization`s of a namespace, or of all of them; see `sources`.

        Raises:
            MayNotLookError: we may not see them there.
        """
        return self._all("Kustomization", namespace, else_in)

    def has_secret(self, namespace: str, name: str) -> bool | None:
        """Tell whether there is such a secret; None: we may not look. Its content is let go."""
        from lightkube.resources.core_v1 import Secret  # noqa: PLC0415 - lightkube is an extra

        try:
            with self._asking(f"get secrets in {namespace}"):
                self._client.get(Secret, name, namespace=namespace)
        except MayNotLookError:
            return None
        except _NotThereError:
            return False
        return True

    def request_reconcile(self, found: dict[str, Any], at: str) -> None:
        """Ask Flux to look at an object again. `at` comes back in its status once it has.

        Raises:
            MayNotLookError: we may not change it.
        """
        kind, metadata = found["kind"], found["metadata"]
        with self._asking(f"patch {OBJECT_KINDS[kind]} in {metadata['namespace']}"):
            self._client.patch(
                self._kinds[kind],
                metadata["name"],
                {"metadata": {"annotations": {REQUESTED_AT: at}}},
                namespace=metadata["namespace"],
                patch_type=_merge_patch(),
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _one(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        try:
            with self._asking(f"get {OBJECT_KINDS[kind]} in {namespace}"):
                found = self._client.get(self._kinds[kind], name, namespace=namespace)
        except _NotThereError:
            return None
        return _with_kind(found, kind)

    def _all(self, kind: str, namespace: str | None, else_in: str) -> list[dict[str, Any]]:
        try:
            return self._listed(kind, namespace)
        except MayNotLookError:
            if namespace or not else_in:
                raise
            return self._listed(kind, else_in)

    def _listed(self, kind: str, namespace: str | None) -> list[dict[str, Any]]:
        where = f"in {namespace}" if namespace else "in all namespaces"
        try:
            with self._asking(f"list {OBJECT_KINDS[kind]} {where}"):
                listed = self._client.list(self._kinds[kind], namespace=namespace or _EVERYWHERE)
                return [_with_kind(each, kind) for each in listed]
        except _NotThereError:
            message = f"The cluster of the context `{phrases.shown(self.context)}` has no Flux: "
            message += f"it knows no {kind}."
            raise UsageError(message, hint="Name the right one with --context.") from None

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        import httpx2  # noqa: PLC0415 - what lightkube raises
        from lightkube.core.exceptions import ApiError, ConfigError  # noqa: PLC0415 - as above

        try:
            yield
        except ApiError as error:
            raise self._refusal(error, what) from None
        except httpx2.HTTPStatusError as error:
            if error.response.status_code == _NOT_FOUND:
                raise _NotThereError("There is no such kind.") from None
            raise self._no_answer(f"it answered {error.response.status_code}") from None
        except (httpx2.HTTPError, ConfigError, OSError) as error:
            said = str(error) or type(error).__name__
            raise self._no_answer(redacted(said).rstrip(".")) from None
        except ValueError:
            raise self._no_answer("its answer is none of Kubernetes") from None

    def _refusal(self, error: ApiError, what: str) -> UnderstudyError:
        named = phrases.shown(self.context)
        match error.status.code:
            case 401:
                message = f"The cluster of the context `{named}` does not accept the credentials."
                return UsageError(message, hint="They may have expired: log in as for kubectl.")
            case 403:
                message = f"The context `{named}` may not {what}."
                hint = "Give it what `deploy/` has, or name another one with --context."
                return MayNotLookError(message, hint=hint)
            case 404:
                return _NotThereError("There is no such object.")
            case _:
                return self._no_answer(redacted(error.status.message or "no reason given"))

    def _no_answer(self, why: str) -> UnavailableError:
        message = f"The cluster at {phrases.shown(self._server)} did not answer: {why}."
        return UnavailableError(message, hint="Check the network and the context; nothing is lost.")


class _NotThereError(UnderstudyError):
    """The API has no such object, or no such kind."""


@contextmanager
def _usable(access: Access) -> Iterator[None]:
    """Tell of files, certificates and addresses that a connection cannot be made with."""
    try:
        yield
    except (OSError, ValueError) as error:
        said = redacted(str(error)).rstrip(".")
        message = f"The context `{phrases.shown(access.context)}` cannot be used: {said}."
        raise UsageError(message, hint="`kubectl config view` shows what it says.") from None


def _client(access: Access) -> Client:
    import httpx2  # noqa: PLC0415 - comes with the extra
    from lightkube import Client  # noqa: PLC0415 - as above

    try:
        return Client(
            config=_config(access),
            timeout=httpx2.Timeout(_SILENCE),
            field_manager="understudy",
            proxy=access.cluster.proxy_url,
        )
    except httpx2.InvalidURL as error:
        raise ValueError(str(error)) from error


def _config(access: Access) -> SingleConfig:
    from lightkube.config.kubeconfig import SingleConfig  # noqa: PLC0415 - comes with the extra
    from lightkube.config.models import Cluster as Server  # noqa: PLC0415 - as above
    from lightkube.config.models import Context, User  # noqa: PLC0415 - as above

    cluster = access.cluster
    user = credentials_from(access.user.exec) if access.user.exec else access.user
    return SingleConfig(
        context_name=access.context,
        context=Context(cluster=access.context, user=access.context),
        cluster=Server(
            server=cluster.server,
            certificate_auth=cluster.certificate_authority,
            certificate_auth_data=_whole(cluster.certificate_authority_data),
            insecure=cluster.insecure_skip_tls_verify,
        ),
        user=User(
            username=user.username,
            password=user.password,
            token=user.token,
            token_file=user.token_file,
            client_cert=user.client_certificate,
            client_cert_data=_whole(user.client_certificate_data),
            client_key=user.client_key,
            client_key_data=_whole(user.client_key_data),
        ),
    )


def _whole(data: str | None) -> str | None:
    """Return what is base64; lightkube leaves a file open where it is not."""
    if data:
        base64.b64decode(data, validate=True)
    return data


def _kinds() -> dict[str, Any]:
    from lightkube.generic_resource import create_namespaced_resource  # noqa: PLC0415 - as above

    return {
        kind: create_namespaced_resource(_GROUPS[kind], "v1", kind, plural)
        for kind, plural in OBJECT_KINDS.items()
    }


def _merge_patch() -> Any:  # noqa: ANN401 - lightkube is an extra
    from lightkube.types import PatchType  # noqa: PLC0415 - as above

    return PatchType.MERGE


def _with_kind(found: Any, kind: str) -> dict[str, Any]:  # noqa: ANN401 - as the API has it
    """Return it whole: in a list the API leaves the kind out."""
    return {**found, "kind": kind}
