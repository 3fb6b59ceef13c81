"""The files that are looked at, what they tell, and how a value in them is mended.

It judges nothing.
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from understudy.core import phrases
from understudy.core.diagnosis import Repair
from understudy.core.errors import UsageError
from understudy.gitops.doctor.commands import Commands
from understudy.gitops.layout import PRODUCTION
from understudy.gitops.writing.yaml_edits import Place, with_value
from understudy.redaction import redacted

if TYPE_CHECKING:
    from understudy.core.config import Stage
    from understudy.core.ports import Tree
    from understudy.gitops.controllers import Applied, GitSource
    from understudy.gitops.layout import Layout

FLUX = "flux-system"

Change = Callable[[str, Callable[[str], str]], None]
"""Changes a file that is named, by what is made of its text."""


class Mending(NamedTuple):
    """What to tell a person, and what can be done without one; None: a person must do it."""

    remedy: str
    repair: Repair | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """One revision of a repository's files. `where` says which: "on `master`".

    `change`: how the text of a file is made another; None where nothing may be written. `commands`:
    how remedies are typed.
    """

    tree: Tree
    layout: Layout
    stage: Stage
    where: str
    change: Change | None = None
    commands: Commands = field(default_factory=Commands)

    @property
    def uses_flux(self) -> bool:
        """Tell whether anything is told to Flux here."""
        return bool(self.layout.sources or self.layout.kustomizations)

    @property
    def uses_argo(self) -> bool:
        """Tell whether anything is told to Argo CD here."""
        return bool(self.layout.applications)

    @property
    def overlay(self) -> str | None:
        """Return the stage's overlay, even where what is deployed leaves no telling."""
        found, branch = self.layout.stage_overlay(self.stage), self.stage.branch
        named = [each for each in self.layout.kustomized if posixpath.basename(each) == branch]
        return found or (named[0] if len(named) == 1 else None)

    @property
    def live(self) -> str | None:
        """Return the overlay of production, in the same way."""
        found, overlay = self.layout.production_overlay(self.stage), self.overlay
        if found is not None or overlay is None:
            return found
        beside = (posixpath.join(posixpath.dirname(overlay), name) for name in PRODUCTION)
        return next((each for each in beside if each in self.layout.kustomized), None)

    def meant_sources(self) -> tuple[GitSource, ...]:
        """Return the sources that are for the stage, even if they follow another branch.

        Those that do follow it; else those that only the stage's overlay is applied from; else
        those that are called as the stage is.
        """
        stage, layout = self.stage, self.layout
        if found := layout.stage_sources(stage):
            return found
        others = [each for each in layout.sources if each.name != FLUX]
        production = self.live
        used = layout.applied_from(others)
        serving = [layout.source_of(each) for each in used if self.is_for_stage(each)]
        elsewhere = [layout.source_of(each) for each in used if each.folder == production]
        if only := [each for each in others if each in serving and each not in elsewhere]:
            return tuple(only)
        return tuple(each for each in others if stage.branch in each.name)

    def production_source(self, beside: GitSource) -> GitSource | None:
        """Return the source from which the cluster of `beside` gets what is in production."""
        layout, cluster = self.layout, self.layout.cluster_of(beside.path)
        own = [
            each
            for each in layout.sources
            if layout.cluster_of(each.path) == cluster and each not in self.meant_sources()
        ]
        bootstrapped = [each for each in own if each.name == FLUX]
        return next(iter(bootstrapped), own[0] if len(own) == 1 else None)

    def is_for_stage(self, applied: Applied) -> bool:
        """Tell whether it applies the stage's overlay, or a part of it."""
        return self.overlay is not None and is_within(applied.folder, self.overlay)

    def setting(self, found: GitSource | Applied, key: str, value: str) -> Mending:
        """Plan another value at a key (`spec.ref.branch`) of an object, in its file."""
        key, value = _as_instance(found, key, value)
        shown = phrases.shown(redacted(value))
        by_hand = f"In {phrases.shown(found.path)}, set `{key}: {shown}`"
        before = (self.tree.read(found.path) or b"").decode(errors="surrogateescape")
        kind, keys = _kind(found), tuple(key.split("."))
        place = Place(file=found.path, keys=keys, kind=kind, name=_own_name(found))
        try:
            after = with_value(before, place, value)
        except UsageError:
            return Mending(f"{by_hand}.", None)
        change = self.change
        if change is None:
            return Mending(f"{by_hand}: {self.commands.fix}", None)
        repair = Repair(
            does=f"set `{key}: {shown}` of {named(found)} in {found.path}",
            path=found.path,
            difference=_difference(found.path, before, after),
            make=lambda: change(found.path, lambda text: with_value(text, place, value)),
        )
        return Mending(f"{by_hand}: {self.commands.fix}", repair)


def named(found: GitSource | Applied) -> str:
    """Name an object as people do: what the Flux operator makes, by what it makes it of."""
    return f"{phrases.shown(_kind(found))} `{phrases.shown(_own_name(found))}`"


def secret_key(found: GitSource, secret: str) -> str:
    """Write the key that names the secret of a source."""
    name = phrases.shown(secret)
    within = _INSTANCES.get(_kind(found))
    return f"{within}.pullSecret: {name}" if within else f"spec.secretRef: {{name: {name}}}"


def branch_key(found: Applied) -> str | None:
    """Write the key that names the branch of what the Flux operator makes; None: it does not."""
    within = _INSTANCES.get(_kind(found))
    return f"{within}.ref" if within else None


def is_made(found: GitSource | Applied) -> bool:
    """Tell whether the Flux operator makes it of an object of its own."""
    return _kind(found) in _INSTANCES


_INSTANCES = {"FluxInstance": "spec.sync", "HelmRelease": "spec.values.instance.sync"}
"""Where the Flux operator is told of the source and the Kustomization that it makes."""

_KEYS_OF_INSTANCE = {"spec.ref.branch": "ref", "spec.url": "url", "spec.interval": "interval"}


def _as_instance(found: GitSource | Applied, key: str, value: str) -> tuple[str, str]:
    """Return the key and the value with which an object says the same, if it says it otherwise."""
    within = _INSTANCES.get(_kind(found))
    if within is None or key not in _KEYS_OF_INSTANCE:
        return key, value
    own = _KEYS_OF_INSTANCE[key]
    return f"{within}.{own}", f"refs/heads/{value}" if own == "ref" else value


def _kind(found: GitSource | Applied) -> str:
    return str(found.body.get("kind", ""))


def _own_name(found: GitSource | Applied) -> str:
    """Return the name that the object has in its file."""
    metadata = found.body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and is_made(found) else found.name


def is_within(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or below it."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def _difference(path: str, before: str, after: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm=""
    )
    return tuple(map(redacted, lines))
