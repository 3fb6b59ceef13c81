"""What a Flux Kustomization changes in the folder that it applies → the kustomization that does it.

As `kustomize/kustomize_generator.go` of fluxcd/pkg has it. No file is read here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from understudy.gitops.rendering import kustomization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from understudy.gitops.objects import Manifest

_WORDS = {"targetNamespace": "namespace", "namePrefix": "namePrefix", "nameSuffix": "nameSuffix"}
_LISTS = ("patches", "components", "images", "buildMetadata")
_TARGET = (
    *("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"),
)
_MAKERS = (
    *("resources", "bases", "components", "generators", "configMapGenerator", "secretGenerator"),
    *("helmCharts", "helmChartInflationGenerator"),
)


def changing(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields by which a folder is changed while it is rendered."""
    words = [key for key in _WORDS if isinstance(spec.get(key), str) and spec[key]]
    return (*words, *(key for key in _LISTS if isinstance(spec.get(key), list) and spec[key]))


def changed(
    document: Mapping[str, Any], spec: Mapping[str, Any], *, is_there: Callable[[str], bool]
) -> dict[str, Any]:
    """Return the kustomization of the folder as Flux writes it before it renders.

    `is_there` tells of a component, by its path from the folder, whether it exists.
    """
    made = _spelled(document)
    fields = changing(spec)
    made |= {_WORDS[key]: spec[key] for key in fields if key in _WORDS}
    for key in fields:
        given = made.get(key)
        before = given if isinstance(given, list) else []
        match key:
            case "patches":
                patches = (each for each in spec[key] if isinstance(each, dict))
                made[key] = [*before, *map(_patch, patches)]
            case "components":
                may_miss = spec.get("ignoreMissingComponents") is True
                found = [e for e in map(str, spec[key]) if not may_miss or is_there(e)]
                made[key] = [*before, *found]
            case "images":
                made[key] = _images(before, (e for e in spec[key] if isinstance(e, dict)))
            case "buildMetadata":
                made[key] = spec[key]
            case _:
                pass
    return made


def without(
    document: Mapping[str, Any], is_left_out: Callable[[str], bool]
) -> dict[str, Any] | None:
    """Return a kustomization without some of what it lists; None: it makes nothing any more."""
    made = _spelled(document)
    for key in ("resources", "bases"):
        if isinstance(made.get(key), list):
            made[key] = [each for each in made[key] if not is_left_out(str(each))]
    return made if any(made.get(key) for key in _MAKERS) else None


def with_common_metadata(manifest: Manifest, spec: Mapping[str, Any]) -> Manifest:
    """Return an object with the labels and annotations that all are given when they are applied."""
    common = spec.get("commonMetadata")
    given = common if isinstance(common, dict) else {}
    more = {
        key: given[key] for key in ("labels", "annotations") if isinstance(given.get(key), dict)
    }
    if not any(more.values()):
        return manifest
    metadata = dict(manifest.body["metadata"])
    for key, values in more.items():
        if values:
            had = metadata.get(key)
            metadata[key] = {**(had if isinstance(had, dict) else {}), **values}
    return replace(manifest, body={**manifest.body, "metadata": metadata})


def _spelled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Write the names of fields as they are defined: Kustomize takes them in any case."""
    return {kustomization.spelled(key): value for key, value in document.items()}


def _patch(patch: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"patch": patch.get("patch", "")}
    target = patch.get("target")
    if isinstance(target, dict):
        made["target"] = {key: target[key] for key in _TARGET if key in target}
    return made


def _images(before: list[Any], more: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Change the entries that are there for an image; a tag and a digest stand for each other."""
    made = [dict(each) if isinstance(each, dict) else each for each in before]
    for image in more:
        name = image.get("name")
        known = next((e for e in made if isinstance(e, dict) and e.get("name") == name), None)
        if known is None:
            made.append(
                {k: image[k] for k in ("name", "newName", "newTag", "digest") if k in image}
            )
            continue
        if image.get("newName"):
            known["newName"] = image["newName"]
        if image.get("newTag") or image.get("digest"):
            known.pop("newTag", None)
            known.pop("digest", None)
            known |= {key: image[key] for key in ("newTag", "digest") if image.get(key)}
    return made
