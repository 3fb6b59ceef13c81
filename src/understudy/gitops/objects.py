"""Rendered YAML → Kubernetes objects as values. Nothing is rendered or judged here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectId:
    """What makes two objects the same one to a cluster: the version of their API does not."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return it as people write it: `Deployment immich-stage/immich`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else self.kind_and_name

    @property
    def kind_and_name(self) -> str:
        """Return it without its namespace."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One object as it is rendered.

    `path` is the file that it comes from, from the repository's root; empty if that is not known.
    `body` is the whole object, without the annotations that tell where it comes from.
    """

    id: ObjectId
    api_version: str
    body: Mapping[str, Any] = field(repr=False)
    path: str = ""

    def at(self, *keys: str) -> Any:  # noqa: ANN401 - a manifest may hold anything anywhere
        """Return what is found under these keys, one inside the other; None where one is not."""
        found: Any = self.body
        for key in keys:
            if not isinstance(found, dict):
                return None
            found = found.get(key)
        return found
