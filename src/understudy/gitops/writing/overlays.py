"""The overlay with which an app is on the stage: its text, and what a person must decide."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core.errors import ConfigError, UsageError
from understudy.core.phrases import listed, shown
from understudy.gitops.isolation.hosts import hosts
from understudy.gitops.ownership import Ownership
from understudy.gitops.rendering.kustomization import NAMES
from understudy.gitops.writing import flux_files
from understudy.gitops.writing.adjusting import Adjusting
from understudy.gitops.writing.drafts import Draft, Drafts, as_yaml, literal, text_in
from understudy.gitops.writing.host_names import HostNames
from understudy.gitops.writing.needs import missing
from understudy.gitops.writing.pointers import leaves
from understudy.gitops.writing.registering import kustomization_in, listing, resources
from understudy.gitops.writing.yaml_edits import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.core.config import Stage
    from understudy.gitops.layout import Files
    from understudy.gitops.objects import Manifest
    from understudy.gitops.writing.adjusting import Patch
    from understudy.gitops.writing.apps import App
    from understudy.gitops.writing.needs import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is rendered so far: an app's base, what production makes of it, and both as a whole."""

    base: tuple[Manifest, ...]
    production: tuple[Manifest, ...] = ()
    all_of_production: tuple[Manifest, ...] = ()
    all_of_stage: tuple[Manifest, ...] = ()


def namespace_of(name: str, patterns: Iterable[str]) -> tuple[str, str]:
    """Return the namespace of an app on the stage, and the mark that sets it apart.

    Raises:
        ConfigError: there is no telling from the patterns.
    """
    for pattern in patterns:
        mark = pattern.replace("*", "").strip("-._")
        if pattern.count("*") == 1 and re.fullmatch(r"[a-z0-9-]*\*[a-z0-9-]*", pattern) and mark:
            return pattern.replace("*", name), f"-{mark}"
    message = "No pattern in `isolation.namespaces` tells how a namespace is made of an app's name."
    raise ConfigError(message, hint="Put one such as `*-stage` first.")


def listing_alone(files: Files, app: App) -> Drafts:
    """Return the stage's list with an app that has its overlay already."""
    listed_in = _list_with(files, posixpath.dirname(app.overlay), app.name)
    return Drafts(files=(listed_in,), present=(f"overlay {app.overlay}",))


def drafted(
    files: Files,
    stage: Stage,
    *,
    app: App,
    seen: Seen,
) -> Drafts:
    """Return the overlay of an app, and the stage's list with it."""
    _refuse_twice(files, app)
    listed_in = _list_with(files, posixpath.dirname(app.overlay), app.name)
    namespace, mark = namespace_of(app.name, stage.isolation.namespaces)
    names = HostNames(
        mark=mark,
        own=Ownership(patterns=stage.isolation.namespaces, branch=stage.branch),
        production=_hosts(seen.all_of_production),
        stage=_hosts(seen.all_of_stage),
    )
    adjusting = Adjusting(manifests=seen.base, namespace=namespace, names=names)
    made = list(_overlay(app, adjusting, branch=stage.branch))
    return Drafts(
        files=(*made, listed_in),
        to_decide=tuple(_open_questions(app, adjusting, seen.production)),
    )


def _refuse_twice(files: Files, app: App) -> None:
    parent = posixpath.dirname(app.overlay)
    path = kustomization_in(files, parent)
    for each in resources(text_in(files, path) or "", path=path) if path else ():
        if posixpath.normpath(posixpath.join(parent, each)) == app.base:
            message = f"`{app.name}` is on the stage already: {path} lists `{shown(each)}`."
            hint = "Remove that line if it is to have an overlay of its own, and run this again."
            raise UsageError(message, hint=hint)


def _hosts(manifests: Iterable[Manifest]) -> frozenset[str]:
    return frozenset(host for each in manifests for host in hosts(each))


def _list_with(files: Files, overlay: str, name: str) -> Draft:
    path = kustomization_in(files, overlay)
    if path is None:
        text = flux_files.overlay_list([name])
        return Draft(path=posixpath.join(overlay, NAMES[0]), text=text)
    return Draft(path=path, text=listing(text_in(files, path) or "", [name], path=path))


def _overlay(app: App, adjusting: Adjusting, *, branch: str) -> Iterator[Draft]:
    has_namespace = any(each.id.kind == "Namespace" for each in adjusting.manifests)
    names = [posixpath.relpath(app.base, app.overlay)]
    if not has_namespace:
        names.append("namespace.yaml")
        namespace = {"name": adjusting.namespace}
        text = as_yaml({"apiVersion": "v1", "kind": "Namespace", "metadata": namespace})
        yield Draft(path=f"{app.overlay}/namespace.yaml", text=text)
    document: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": adjusting.namespace,
        "resources": names,
    }
    environment = branch.rpartition("/")[2]
    if re.fullmatch(r"[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?", environment, re.ASCII):
        document["labels"] = [{"pairs": {"env": environment}, "includeSelectors": False}]
    patches = [_patch(each) for each in adjusting.patches]
    if patches:
        document["patches"] = patches
    comment = f"{app.name} on the stage: what {app.base} has, in a namespace of its own."
    yield Draft(path=f"{app.overlay}/{NAMES[0]}", text=as_yaml(document, comment=comment))


def _patch(patch: Patch) -> dict[str, Any]:
    target = {"kind": patch.target.id.kind, "name": patch.target.id.name}
    if patch.target.id.group:
        target = {"group": patch.target.id.group, **target}
    lines = []
    for operation in patch.operations:
        pairs = [f"{key}: {scalar(value)}" for key, value in operation.items()]
        lines += [("- " if number == 0 else "  ") + pair for number, pair in enumerate(pairs)]
    return {"target": target, "patch": literal("".join(f"{line}\n" for line in lines))}


# --- what a person decides -----------------------------------------------------------------------


def _open_questions(
    app: App, adjusting: Adjusting, production: Sequence[Manifest]
) -> Iterator[str]:
    for host, new in adjusting.moved_hosts.items():
        yield (
            f"`{shown(host)}` is `{shown(new)}` on the stage: see that DNS and a certificate know"
            " it, or choose another in the overlay."
        )
    needs = missing(adjusting.manifests)
    for need in needs:
        yield _needed(app, need, production)
    yield from _only_in_production(app, adjusting, production, needs)
    if app.changed_by:
        yield (
            f"In production Flux puts {listed(app.changed_by)} of {shown(app.changed_in)} into it:"
            f" put what the stage needs of that into {app.overlay}/{NAMES[0]}."
        )
    variables = sorted(set(_variables(adjusting.manifests)))
    if app.substituted and variables:
        yield (
            f"Flux is to fill in {listed(map(shown, variables))}: give them values for the stage in"
            " `spec.postBuild.substitute` of what applies it."
        )


def _needed(app: App, need: Need, production: Sequence[Manifest]) -> str:
    there = [e.path for e in production if (e.id.kind, e.id.name) == (need.kind, need.name)]
    found = f" Production has it in {shown(there[0])}." if there and there[0] else ""
    encrypted = " encrypted for the cluster as the others are," if need.kind == "Secret" else ""
    return (
        f"{shown(need.needed_by.id.kind_and_name)} needs the {shown(need.kind)}"
        f" `{shown(need.name)}`, which {app.base} does not have.{found} Write one for the"
        f" stage,{encrypted} and list it in {app.overlay}/{NAMES[0]}."
    )


def _only_in_production(
    app: App, adjusting: Adjusting, production: Iterable[Manifest], needs: Iterable[Need]
) -> Iterator[str]:
    told = {(each.id.kind, each.id.name) for each in adjusting.manifests}
    told |= {(each.kind, each.name) for each in needs}
    more = [
        f"{shown(each.id.kind)} {shown(each.id.name)}"
        for each in production
        if (each.id.kind, each.id.name) not in told and each.id.kind != "Namespace"
    ]
    if more:
        rest = f", and {len(more) - _SEVERAL} more" if len(more) > _SEVERAL else ""
        yield (
            f"Production has more in {app.production}: {listed(more[:_SEVERAL])}{rest}. Where the"
            f" stage needs one, write its own, and list it in {app.overlay}/{NAMES[0]}."
        )


_SEVERAL = 6


_SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"
_MARKS = ("annotations", "labels")


def _variables(manifests: Iterable[Manifest]) -> Iterator[str]:
    for each in manifests:
        if any(each.at("metadata", of, _SUBSTITUTE) == "disabled" for of in _MARKS):
            continue
        for leaf in leaves(each.body):
            yield from re.findall(r"(?<!\$)\$\{([A-Za-z_]\w*)", leaf.text, re.ASCII)
