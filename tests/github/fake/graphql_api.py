"""POST /graphql: the official schema, executed over the model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeGuard

from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute,
)

from tests.github.fake.fields import name_of_type, refuse
from tests.github.fake.limits import weigh
from tests.github.fake.schema import parsed, schema

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.github.fake.reading import Reading

Answer = dict[str, Any]


def answer(question: dict[str, Any], reading: Reading) -> Answer:
    """Answer a request's body, as GitHub words its answers."""
    document = parsed(str(question.get("query")))
    if isinstance(document, list):
        return {"errors": [worded(error) for error in document]}
    operation, variables = question.get("operationName"), question.get("variables") or {}
    try:
        reading.weight = weigh(schema(), document, operation, variables)
    except GraphQLError as error:
        return {"errors": [worded(error)]}
    done = execute(
        schema(),
        document,
        context_value=reading,
        variable_values=variables,
        operation_name=operation,
        field_resolver=refuse,
        type_resolver=name_of_type,
        is_awaitable=_never,
    )
    assert isinstance(done, ExecutionResult)
    errors = [worded(error) for error in done.errors or ()]
    return {"data": done.data, "errors": errors} if errors else {"data": done.data}


def worded(error: GraphQLError) -> Answer:
    """Write an error as GitHub does: its type stands beside its message."""
    written: Answer = {**(error.extensions or {})}
    if error.path is not None:
        written["path"] = error.path
    if error.locations:
        written["locations"] = [it.formatted for it in error.locations]
    return {**written, "message": error.message}


def operation_of(body: bytes) -> tuple[str | None, bool]:
    """Return the name of the operation in a request's body, and whether it writes."""
    try:
        question = json.loads(body)
        document = parsed(str(question["query"]))
    except (ValueError, TypeError, KeyError):
        return None, False
    definitions = [] if isinstance(document, list) else document.definitions
    for it in definitions:
        if isinstance(it, OperationDefinitionNode):
            name = question.get("operationName") or (it.name.value if it.name else None)
            return name, it.operation is OperationType.MUTATION
    return None, False


def _never(_: object) -> TypeGuard[Awaitable[object]]:
    return False
