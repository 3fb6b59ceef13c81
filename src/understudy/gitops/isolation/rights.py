"""What the stage's accounts may do in the whole cluster, and who gets rights from the stage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.ruling import Examined, Rule, Said, finding, several
from understudy.gitops.searching import entries, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.gitops.objects import Manifest

_GROUP = "rbac.authorization.k8s.io"
_READING = frozenset({"get", "list", "watch"})
_HARMLESS_TO_WRITE = frozenset(
    {
        "tokenreviews",
        "localsubjectaccessreviews",
        "selfsubjectaccessreviews",
        "selfsubjectreviews",
        "selfsubjectrulesreviews",
        "subjectaccessreviews",
    }
)
_SECRET = frozenset({"secrets", "*"})
_READING_ROLES = frozenset(
    {"view", "system:auth-delegator", "system:basic-user", "system:discovery"}
)
_EVERYBODY = frozenset({"system:authenticated", "system:unauthenticated", "system:serviceaccounts"})
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
_ACCOUNT = re.compile(r"system:serviceaccounts?:(?P<namespace>[^:]+)(?::[^:]+)?")


def cluster_rights(examined: Examined) -> Iterator[Finding]:
    """Find rights that reach beyond the stage's namespaces."""
    for manifest in examined.apart:
        match manifest.id.group, manifest.id.kind:
            case "rbac.authorization.k8s.io", "ClusterRole":
                yield from _role(examined, manifest)
            case "rbac.authorization.k8s.io", "ClusterRoleBinding":
                yield from _binding(examined, manifest)
                yield from _subjects(examined, manifest)
            case "rbac.authorization.k8s.io", "RoleBinding":
                yield from _subjects(examined, manifest)
            case _:
                pass


def _role(examined: Examined, manifest: Manifest) -> Iterator[Finding]:
    labels = manifest.at("metadata", "labels")
    named = labels if isinstance(labels, dict) else {}
    grows = [each for each in named if str(each).startswith(f"{_GROUP}/aggregate-to-")]
    if grows:
        said = Said(
            message=f"The label {several(grows)} adds these rights to a role that others in the"
            " cluster have.",
            remedy="Remove the label in the stage's overlay.",
        )
        yield finding(CLUSTER_RIGHTS.id, manifest, said)
    if _is_bound_within_namespaces(examined, manifest):
        return
    if rights := list(dict.fromkeys(_dangerous(manifest.body))):
        said = Said(
            message=f"In the whole cluster, production included, the stage may {_and(rights)}.",
            remedy="Make it a Role, or bind it with a RoleBinding in the stage's namespace; if it"
            " has to read the whole cluster, leave `get`, `list` and `watch` of what it needs.",
        )
        yield finding(CLUSTER_RIGHTS.id, manifest, said)


def _is_bound_within_namespaces(examined: Examined, role: Manifest) -> bool:
    """Tell whether the stage binds a role, and in namespaces only: so far reach its rights."""
    kinds = {
        binding.id.kind
        for binding in examined.stage
        if binding.id.group == _GROUP
        and binding.at("roleRef", "kind") == "ClusterRole"
        and binding.at("roleRef", "name") == role.id.name
    }
    return kinds == {"RoleBinding"}


def _dangerous(role: Mapping[str, Any]) -> Iterator[str]:
    if role.get("aggregationRule"):
        yield "do whatever other roles add to this one by their labels"
    for rule in entries(role.get("rules")):
        verbs, resources = list(texts(rule.get("verbs"))), list(texts(rule.get("resources")))
        if not resources:
            continue  # addresses of the API server that are no resources
        writes = [verb for verb in verbs if verb not in _READING]
        if writes and not set(resources) <= _HARMLESS_TO_WRITE:
            yield f"{several(writes)} {several(resources)}"
        elif not writes and _SECRET & set(resources):
            yield f"read {several(resources)}"


def _and(rights: list[str], *, limit: int = 3) -> str:
    rest = len(rights) - limit
    return "; ".join(rights[:limit]) + (f"; and {rest} more" if rest > 0 else "")


def _binding(examined: Examined, manifest: Manifest) -> Iterator[Finding]:
    name = text(manifest.at("roleRef", "name"))
    rendered = [
        each
        for each in (*examined.stage, *examined.production)
        if each.id.kind == "ClusterRole" and each.id.name == name
    ]
    if name in _READING_ROLES or any(each in examined.apart for each in rendered):
        return  # harmless, or told at the role itself
    if rendered:
        rights = list(dict.fromkeys(_dangerous(rendered[0].body)))
        what = f"with which the stage may {_and(rights)} in the whole cluster" if rights else ""
    else:
        what = "which is not rendered here, so that nobody can tell what the stage may do"
    if what:
        grave = rendered or name in {"cluster-admin", "admin", "edit"}
        said = Said(
            message=f"It gives the stage's accounts the ClusterRole `{phrases.shown(name)}`, {what}"
            ".",
            remedy="Bind it with a RoleBinding in the stage's namespace instead.",
            severity=Severity.ERROR if grave else Severity.WARNING,
        )
        yield finding(CLUSTER_RIGHTS.id, manifest, said)


def _subjects(examined: Examined, manifest: Manifest) -> Iterator[Finding]:
    foreign = []
    everywhere = manifest.id.kind == "ClusterRoleBinding"
    for subject in entries(manifest.body.get("subjects")):
        name, namespace = text(subject.get("name")), _namespace_of(subject)
        if namespace and _is_foreign(examined, namespace, everywhere=everywhere):
            foreign.append(name if ":" in name else f"{namespace}/{name}")
        elif name in _EVERYBODY and everywhere:
            foreign.append(name)
    if foreign:
        where = "the whole cluster" if everywhere else f"`{phrases.shown(manifest.id.namespace)}`"
        said = Said(
            message=f"It gives rights in {where} to {several(foreign)}, which is not of the stage.",
            remedy="Patch `subjects[].namespace` in the stage's overlay: kustomize changes it only"
            " where the ServiceAccount is rendered with it.",
        )
        yield finding(CLUSTER_RIGHTS.id, manifest, said)


def _namespace_of(subject: Mapping[str, Any]) -> str:
    """Return where an account is, or where all accounts of a group are; empty for people."""
    if subject.get("kind") == "ServiceAccount":
        return text(subject.get("namespace"))
    named = _ACCOUNT.fullmatch(text(subject.get("name")))
    return named["namespace"] if named else ""


def _is_foreign(examined: Examined, namespace: str, *, everywhere: bool) -> bool:
    """Tell whether an account is not the stage's. A monitor may well look into its namespaces."""
    if everywhere:
        return not examined.own.has_namespace(namespace)
    return namespace in examined.production_namespaces


CLUSTER_RIGHTS = Rule(
    id="cluster-rights",
    severity=Severity.ERROR,
    title="The stage gives or gets rights beyond its own namespaces",
    look=cluster_rights,
    in_one_cluster=True,
)
