"""One kustomization file → what it names. Whether that exists is not known here.

The fields are those of Kustomize 5.8. A field that is not among them is refused: it might name
files, and nothing may be rendered from a file that was not looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import UsageError
from understudy.core.phrases import near_miss, shown
from understudy.documents import load_all
from understudy.gitops.rendering import expansion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""How the file may be called."""

SIZE = 1 << 20
"""How many bytes such a file may have: lists of names and a few patches do not need more."""

_EXPANDED = 8 * SIZE
GENERATORS = ("configMapGenerator", "secretGenerator")
_CHARTS = ("helmCharts", "helmChartInflationGenerator")
_PLUGINS = ("generators", "transformers", "validators")
_PATCHES = ("patches", "patchesJson6902", "replacements")
_LISTED_FILES = ("configurations", "crds")
_PLAIN = ("apiVersion", "kind", "metadata", "resources")
_OTHERS = (
    *("openapi", "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels"),
    *("commonAnnotations", "patchesStrategicMerge", "images", "imageTags", "replicas", "vars"),
    *("sortOptions", "components", "bases", "helmGlobals", "generatorOptions", "buildMetadata"),
)
_KNOWN = {
    name.casefold(): name
    for name in (
        *(*GENERATORS, *_CHARTS, *_PLUGINS, *_PATCHES),
        *(*_LISTED_FILES, *_PLAIN, *_OTHERS),
    )
}

_Field = tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that a field names."""

    field: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kustomization:
    """What a file names: `entries` are files or folders, `components` folders, `files` files.

    `plugins` are files, folders, or the text of the configuration itself. `plain`: the file lists
    resources and changes nothing in them. `texts` are those in it that may hold aliases.
    """

    entries: tuple[Named, ...]
    components: tuple[Named, ...]
    files: tuple[Named, ...]
    plugins: tuple[Named, ...]
    has_charts: bool
    managed_by: bool
    plain: bool
    texts: tuple[bytes, ...]


class NotReadableError(Exception):
    """It is no kustomization. The message goes on from the file's name: "has the field …"."""


def read(content: bytes) -> Kustomization:
    """Read a file.

    Raises:
        NotReadableError: it is broken, or holds what cannot be understood.
    """
    if len(content) > SIZE:
        raise NotReadableError(f"has more than {SIZE} bytes")
    if expansion.weight(content) > _EXPANDED:
        raise NotReadableError("has aliases that stand for too much")
    try:
        documents = load_all(content, where="it", failure=UsageError)
    except UsageError as error:
        raise NotReadableError(error.message.removeprefix("it ").removesuffix(".")) from error
    fields = list(_fields(documents[0] if documents else None))
    return Kustomization(
        entries=tuple(_listed(fields, ("resources", "bases"))),
        components=tuple(_listed(fields, ("components",))),
        files=tuple(_files(fields)),
        plugins=tuple(_listed(fields, _PLUGINS)),
        has_charts=any(name in _CHARTS and bool(value) for name, value in fields),
        managed_by=any(
            each.path == "managedByLabel" for each in _listed(fields, ("buildMetadata",))
        ),
        plain=all(name in _PLAIN for name, _ in fields),
        texts=tuple(expansion.texts([value for _, value in fields])),
    )


def spelled(field: str) -> str:
    """Write the name of a field as it is defined: Kustomize does not tell upper from lower case."""
    return _KNOWN.get(field.casefold(), field)


def files_of_plugin(document: dict[str, object]) -> Iterator[Named]:
    """Yield the files that the configuration of a built-in generator or transformer names.

    Raises:
        NotReadableError: it holds what cannot be understood.
    """
    yield from _of_generator("files", document)
    yield from _of_patch("path", document)
    fields = [(key.casefold(), value) for key, value in document.items()]
    yield from _listed(fields, ("paths",))
    yield from _in_each(fields, ("replacements",), _of_patch)


def inline(text: str) -> list[dict[str, object]] | None:
    """Return the objects that a text is, where Kustomize takes it for objects and no path."""
    if ":" not in text or expansion.weight(text.encode(errors="replace")) > _EXPANDED:
        return None
    try:
        documents = load_all(text.encode(errors="replace"), where="it", failure=UsageError)
    except UsageError:
        return None
    objects = [each for each in documents if isinstance(each, dict) and _is_object(each)]
    return objects if objects and len(objects) == len(documents) else None


def _is_object(document: dict[str, object]) -> bool:
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return bool(name and document.get("kind")) and isinstance(name, str)


def _fields(document: object) -> Iterator[_Field]:
    if not isinstance(document, dict):
        raise NotReadableError(f"is {shown(document)}, and no kustomization")
    for key, value in document.items():
        # Kustomize does not tell `Resources` from `resources`.
        name = _KNOWN.get(key.casefold())
        if name is None:
            meant = near_miss(key, _KNOWN.values())
            guess = f": did you mean `{meant}`?" if meant else ""
            message = f"has the field `{shown(key)}`, which understudy does not know{guess}"
            raise NotReadableError(message.removesuffix("?"))
        yield name, value


def _files(fields: list[_Field]) -> Iterator[Named]:
    yield from _listed(fields, _LISTED_FILES)
    for named in _listed(fields, ("patchesStrategicMerge",)):
        if inline(named.path) is None:
            yield named
    yield from _in_each(fields, _PATCHES, _of_patch)
    yield from _in_each(fields, GENERATORS, _of_generator)
    for name, value in fields:
        if name == "openapi" and isinstance(value, dict):
            yield from _of_patch(name, value)


def _listed(fields: Iterable[_Field], names: tuple[str, ...]) -> Iterator[Named]:
    for name, value in fields:
        if name in names:
            for each in _items(name, value):
                if not isinstance(each, str):
                    raise NotReadableError(f"has {shown(each)} in `{name}`, where a name belongs")
                yield Named(field=name, path=each)


def _in_each(
    fields: Iterable[_Field],
    names: tuple[str, ...],
    look: Callable[[str, dict[str, object]], Iterator[Named]],
) -> Iterator[Named]:
    for name, value in fields:
        if name in names:
            for each in _items(name, value):
                if not isinstance(each, dict):
                    wanted = f"`path: {shown(each)}`" if name in _PATCHES else "a mapping"
                    message = f"has {shown(each)} in `{name}`, where {wanted} belongs"
                    raise NotReadableError(message)
                yield from look(name, each)


def _items(name: str, value: object) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise NotReadableError(f"has {shown(value)} as `{name}`, where a list belongs")
    return value


def _of_patch(field: str, patch: dict[str, object]) -> Iterator[Named]:
    for key, value in patch.items():
        if key.casefold() == "path" and value is not None:
            if not isinstance(value, str):
                raise NotReadableError(f"has a `path` in `{field}` that is no name")
            if value:
                yield Named(field=field, path=value)


def _of_generator(field: str, generator: dict[str, object]) -> Iterator[Named]:
    for key, value in generator.items():
        match key.casefold():
            case "files":
                for named in _listed([(field, value)], (field,)):
                    # `key=path` gives the key another name than the file has.
                    yield Named(field=field, path=named.path.partition("=")[2] or named.path)
                    if named.path.casefold().startswith(("http://", "https://")):
                        yield named
            case "envs":
                yield from _listed([(field, value)], (field,))
            case "env":
                yield from _of_patch(field, {"path": value})
            case _:
                pass
