"""What we ask of GraphQL, held against GitHub's own schema and against what we decode."""

from __future__ import annotations

import types
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    parse,
    validate,
)

from tests.github.fake.schema import schema
from understudy.forges import github as room
from understudy.forges.github import payloads
from understudy.forges.github.deployments import Deployed
from understudy.forges.github.doctor import Viewer
from understudy.forges.github.doctor_stage import Ruled
from understudy.forges.github.flux_statuses import Statuses
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import DocumentNode, SelectionSetNode

LOOSELY = {"Readable"}
"""Read without a shape: it is looked at in order to say what is missing."""

ANSWERS: dict[str, type[msgspec.Struct]] = {
    "OpenPullRequests": payloads.OpenPullRequests,
    "MoreChecks": payloads.MoreChecks,
    "MoreLabels": payloads.MoreLabels,
    "LabelEvents": payloads.LabelEvents,
    "Comments": payloads.CommentsAnswer,
    "Deployed": Deployed,
    "Statuses": Statuses,
    "Viewer": Viewer,
    "UpdateRule": Ruled,
}
"""Each query with the shape that its answer is read as."""


@cache
def _document(name: str) -> DocumentNode:
    return parse(query(name))


def _whole_file() -> DocumentNode:
    return parse(files(room).joinpath("queries.graphql").read_text(encoding="utf-8"))


def _names() -> list[str]:
    found = _whole_file().definitions
    return [it.name.value for it in found if isinstance(it, OperationDefinitionNode) and it.name]


@pytest.mark.parametrize("name", _names())
def test_each_query_is_one_that_github_answers(name: str) -> None:
    document = _document(name)

    assert validate(schema(), document) == []
    operations = [it for it in document.definitions if isinstance(it, OperationDefinitionNode)]
    assert [it.name.value for it in operations if it.name] == [name]


def test_a_query_goes_out_with_the_fragments_it_names_and_no_other() -> None:
    def fragments(name: str) -> set[str]:
        found = _document(name).definitions
        return {it.name.value for it in found if isinstance(it, FragmentDefinitionNode)}

    assert fragments("OpenPullRequests") == {"Labels", "Contexts"}
    assert fragments("MoreChecks") == {"Contexts"}
    assert fragments("Comments") == set()


def test_trap_08_nobody_asks_whether_it_is_mergeable() -> None:
    assert "mergeable" not in query("OpenPullRequests").lower()


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_asked_for_is_what_is_read_and_nothing_else(name: str) -> None:
    document = _document(name)
    operation = next(it for it in document.definitions if isinstance(it, OperationDefinitionNode))

    assert dict(_asked(document, operation.selection_set)) == dict(_read(ANSWERS[name]))


def test_each_query_that_is_sent_is_compared() -> None:
    assert set(_names()) == LOOSELY | {*ANSWERS}


Shape = dict[str, Any]
"""Field to shape; a shape within a shape for each kind that a field may be of."""


def _asked(document: DocumentNode, selected: SelectionSetNode | None) -> Shape:
    """Return what a selection asks for. What is said of one type alone stands under its name."""
    shape: Shape = {}
    for node in selected.selections if selected else ():
        match node:
            case FieldNode():
                name = node.alias.value if node.alias else node.name.value
                shape[name] = _asked(document, node.selection_set)
            case FragmentSpreadNode():
                shape |= _asked(document, _fragment(document, node.name.value).selection_set)
            case InlineFragmentNode(type_condition=on):
                assert on is not None
                shape[f"on {on.name.value}"] = _asked(document, node.selection_set)
            case _:
                raise AssertionError(node)
    return _without_needless_types(shape)


def _without_needless_types(shape: Shape) -> Shape:
    """Drop the type where there is but one: nothing tells it from another when it is read."""
    if "__typename" in shape:
        return {name: each for name, each in shape.items() if name != "__typename"}
    types_asked = [name for name in shape if name.startswith("on ")]
    if len(types_asked) == 1:
        only: Shape = shape.pop(types_asked[0])
        return shape | only
    return shape


def _fragment(document: DocumentNode, name: str) -> FragmentDefinitionNode:
    return next(
        it
        for it in document.definitions
        if isinstance(it, FragmentDefinitionNode) and it.name.value == name
    )


def _read(kind: object) -> Shape:
    """Return what is read of a value of this type."""
    structs = list(_structs(kind))
    if len(structs) == 1:
        return _fields(structs[0])
    return {f"on {each.__name__}": _fields(each) for each in structs}


def _fields(struct: type[msgspec.Struct]) -> Shape:
    hints = get_type_hints(struct)
    fields = msgspec.structs.fields(struct)
    return {field.encode_name: _read(hints[field.name]) for field in fields}


def _structs(kind: object) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    elif get_origin(kind) in {tuple, types.UnionType}:
        for part in get_args(kind):
            yield from _structs(part)
