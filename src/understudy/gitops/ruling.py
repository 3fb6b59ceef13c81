"""What a rule is, what it looks at, and how it says what it found. No rule is known here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.gitops.ownership import Ownership
from understudy.gitops.scopes import Scopes
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from understudy.core.config import Isolation
    from understudy.gitops.layout import Applied, Layout
    from understudy.gitops.objects import Manifest, ObjectId


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A rendered stage, and the rendered production that it must leave alone.

    `layout` is what the repository's files say of Flux and Argo CD, None if nobody looked.
    """

    stage: tuple[Manifest, ...]
    production: tuple[Manifest, ...]
    settings: Isolation
    stage_overlay: str = ""
    production_overlay: str | None = None
    layout: Layout | None = field(default=None, repr=False)
    branch: str = "staging"

    @cached_property
    def own(self) -> Ownership:
        """Which names are the stage's."""
        return Ownership(patterns=self.settings.namespaces, branch=self.branch)

    @cached_property
    def scopes(self) -> Scopes:
        """Which kinds live in a namespace."""
        return Scopes.told_by((*self.stage, *self.production))

    @cached_property
    def production_by_id(self) -> Mapping[ObjectId, Manifest]:
        """Production's objects by what makes them the same object to the stage's cluster."""
        if self.has_own_cluster:
            return {}
        return {manifest.id: manifest for manifest in self.production}

    @cached_property
    def has_own_cluster(self) -> bool:
        """Whether the files of Flux deploy stage and production to two clusters.

        Then no object, namespace, node or port of one is the other's, whatever it is called.
        """
        if self.layout is None:
            return False
        stage, production = (
            {self.layout.cluster_of(each.path) for each in applied}
            for applied in (self._stage_applied, self._production_applied)
        )
        # A folder that Flux was not bootstrapped on is no cluster: one day it will be in ours.
        known = bool(stage and production) and None not in stage | production
        return known and stage.isdisjoint(production)

    @cached_property
    def apart(self) -> tuple[Manifest, ...]:
        """The stage's objects that are not production's too: those that are need one finding."""
        return tuple(each for each in self.stage if each.id not in self.production_by_id)

    @cached_property
    def beside(self) -> tuple[Manifest, ...]:
        """Production's objects that the stage does not render too."""
        ours = set() if self.has_own_cluster else {manifest.id for manifest in self.stage}
        return tuple(each for each in self.production if each.id not in ours)

    @cached_property
    def production_namespaces(self) -> frozenset[str]:
        """The namespaces that production fills and that are not the stage's."""
        used = {manifest.id.namespace for manifest in self.production}
        made = {each.id.name for each in self.production if each.id.kind == "Namespace"}
        return frozenset(each for each in used | made if each and not self.own.has_namespace(each))

    def could_be_equal(self, value: str) -> bool:
        """Tell whether a text that stage and production share is still the same when applied.

        It is not, if it holds a `${…}` for which Flux fills in another value on the stage.
        """
        # Names of hosts come in lower case, so that of a variable may too.
        return not any(map(self._is_filled_in_apart, _VARIABLE.findall(value.lower())))

    def _is_filled_in_apart(self, variable: str) -> bool:
        ours, theirs = (
            {self._filled_in(variable, each) for each in applied}
            for applied in (self._stage_applied, self._production_applied)
        )
        return bool(ours and theirs) and ours.isdisjoint(theirs)

    def _filled_in(self, variable: str, applied: Applied) -> tuple[str, ...]:
        """Return what tells the value of a variable: itself, or the objects that may have it."""
        told = _mapping(_spec(applied).get("postBuild"))
        named = {str(k).lower(): str(v) for k, v in _mapping(told.get("substitute")).items()}
        if variable in named:
            return (named[variable],)
        if not (objects := told.get("substituteFrom")):
            return ()
        cluster = self.layout.cluster_of(applied.path) if self.layout else None
        return (cluster or "", applied.namespace, repr(objects))

    @cached_property
    def _stage_applied(self) -> tuple[Applied, ...]:
        return self._applied(self.stage_overlay)

    @cached_property
    def _production_applied(self) -> tuple[Applied, ...]:
        return self._applied(self.production_overlay or "")

    def _applied(self, overlay: str) -> tuple[Applied, ...]:
        return self.layout.applying(overlay) if self.layout and overlay else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is looked for. `severity` is the usual one: a finding may be less grave.

    `in_one_cluster`: it is of no concern to a stage with a cluster of its own.
    """

    id: str
    severity: Severity
    title: str
    look: Callable[[Examined], Iterator[Finding]]
    in_one_cluster: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of an object: the sentence, what to do, and how grave it is."""

    message: str
    remedy: str
    severity: Severity = Severity.ERROR


def finding(rule: str, manifest: Manifest, said: Said) -> Finding:
    """Return a finding about one object, at the file that it comes from."""
    return Finding(
        rule=rule,
        subject=str(manifest.id),
        message=said.message,
        remedy=said.remedy,
        path=manifest.path,
        severity=said.severity,
    )


def several(values: Iterable[object], *, limit: int = 5) -> str:
    """Write foreign values as in a sentence; of many, the first few and how many more there are.

    What opens an address is left out.
    """
    words = [phrases.shown(redacted(str(value))) for value in dict.fromkeys(values)]
    rest = len(words) - limit
    return phrases.listed(words[:limit]) + (f" (and {rest} more)" if rest > 0 else "")


# https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
_VARIABLE = re.compile(r"\$\{([_a-z][_a-z0-9]*)")


def _spec(applied: Applied) -> Mapping[str, Any]:
    return _mapping(applied.body.get("spec"))


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}
