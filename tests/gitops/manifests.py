"""Rendered objects from the YAML that people write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.gitops.wedge.api_answers import manifest

if TYPE_CHECKING:
    from understudy.gitops.objects import Manifest


def rendered(text: str, path: str = "") -> tuple[Manifest, ...]:
    """Return the objects of a stream."""
    documents = YAML(typ="safe", pure=True).load_all(text)
    return tuple(manifest(each, path) for each in documents if each)
