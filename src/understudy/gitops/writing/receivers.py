"""A web hook for the stage: Flux looks at once when something is pushed, not a minute later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.phrases import shown
from understudy.gitops.writing import flux_files
from understudy.gitops.writing.drafts import Draft, Drafts
from understudy.gitops.writing.yaml_edits import Place, with_items

if TYPE_CHECKING:
    from understudy.gitops.controllers import GitSource
    from understudy.gitops.writing.flux_site import Site

SECRET = "receiver-token"  # noqa: S105 - the name of a secret


def drafted(site: Site, source: GitSource) -> Drafts:
    """Return the `Receiver`; one that production has already serves the stage too."""
    for each in site.layout.receivers:
        if source.name in each.sources:
            return Drafts(
                files=(site.unchanged(each.path),),
                present=(f"Receiver {each.namespace}/{each.name}",),
            )
    for each in site.layout.receivers:
        if site.source.name in each.sources and site.has(each.path):
            place = Place(
                file=each.path, keys=("spec", "resources"), kind="Receiver", name=each.name
            )
            item = {"kind": "GitRepository", "name": source.name}
            text = with_items(site.text(each.path), place, [item])
            return Drafts(files=(Draft(path=each.path, text=text),))
    name = f"receiver-{site.wanted.name}"
    path = site.path_of(name)
    site.refuse_to_replace(path)
    text = flux_files.receiver(
        name, namespace=source.namespace, source=source.name, secret=SECRET, url=source.url
    )
    return Drafts(
        files=(Draft(path=path, text=text),), to_decide=_steps(name, shown(source.namespace))
    )


def _steps(name: str, namespace: str) -> tuple[str, ...]:
    token = (
        "The Receiver needs a token: head -c 32 /dev/urandom | base64 | tr -d '\\n' |"
        f" kubectl -n {namespace} create secret generic {SECRET} --from-file=token=/dev/stdin"
    )
    hook = (
        "Let an Ingress or a Gateway lead to the Service `webhook-receiver`, and add a web hook"
        " for pushes to your repository, with that token and this path:"
        f" kubectl -n {namespace} get receiver {name} -o jsonpath='{{.status.webhookPath}}'"
    )
    return token, hook
