"""The Argo CD objects of a stage, made after that of production. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.gitops.controllers import specification
from understudy.gitops.writing.drafts import as_yaml

if TYPE_CHECKING:
    from understudy.gitops.controllers import Application

_COMMENT = "What is deployed from the branch that builds itself. It is overwritten by each rebuild."


def application(name: str, *, like: Application, branch: str, folder: str) -> str:
    """Return an `Application` that deploys a folder of the stage."""
    spec = _spec(like, branch=branch, folder=folder)
    return _object("Application", name, like=like, spec=spec)


def application_set(name: str, *, like: Application, branch: str, folder: str) -> str:
    """Return an `ApplicationSet` with one Application for each folder in a folder of the stage."""
    spec = _spec(like, branch=branch, folder="{{ .path.path }}")
    directories = [{"path": f"{folder}/*"}]
    return _object(
        "ApplicationSet",
        name,
        like=like,
        spec={
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {
                    "git": {
                        "repoURL": like.repo_url,
                        "revision": branch,
                        "directories": directories,
                    }
                }
            ],
            "template": {"metadata": {"name": f"{name}-{{{{ .path.basename }}}}"}, "spec": spec},
        },
    )


def _object(kind: str, name: str, *, like: Application, spec: dict[str, Any]) -> str:
    metadata: dict[str, Any] = {"name": name, "namespace": like.namespace or "argocd"}
    return as_yaml(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": kind,
            "metadata": metadata,
            "spec": spec,
        },
        comment=_COMMENT,
    )


def _spec(like: Application, *, branch: str, folder: str) -> dict[str, Any]:
    """Return what is deployed where. Each object has the namespace that its overlay gives it."""
    known = specification(like)
    destination = known.get("destination")
    where = destination if isinstance(destination, dict) else {}
    policy: dict[str, Any] = {"automated": {"prune": True, "selfHeal": True}}
    ours = known.get("syncPolicy")
    if isinstance(ours, dict):
        policy |= {key: ours[key] for key in ("syncOptions", "retry") if key in ours}
    return {
        "project": known.get("project", "default"),
        "source": {"repoURL": like.repo_url, "targetRevision": branch, "path": folder},
        "destination": {key: where[key] for key in ("server", "name") if key in where},
        "syncPolicy": policy,
    }
