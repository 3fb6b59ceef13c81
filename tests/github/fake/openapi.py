"""GitHub's official REST description, and whether a request or an answer is as it says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft4Validator, FormatChecker
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.github.fake.schema import NODE_MODULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError

_FILE = NODE_MODULES / "@octokit" / "openapi" / "generated" / "api.github.com.json"
_HERE = "urn:github"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_FORMATS = FormatChecker(formats=())
_ERRORS = "#/components/schemas/basic-error"
Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path, as GitHub describes it."""

    method: str
    template: str

    @property
    def described(self) -> Document:
        """Return its part of the description."""
        found: Document = description()["paths"][self.template][self.method.lower()]
        return found

    def faults_of_request(self, query: dict[str, str], body: object) -> list[str]:
        """Return what is wrong with a request."""
        found = list(self._faults_of_query(query))
        content = self.described.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return found + (["There is a body, and none is wanted."] if body is not None else [])
        schema = content["application/json"]["schema"]
        place = ("requestBody", "content", "application/json", "schema")
        found += self._faults(body, place) if body is not None else []
        if isinstance(body, dict):
            unknown = body.keys() - schema.get("properties", body).keys()
            found += [f"{name}: GitHub does not know it" for name in sorted(unknown)]
        return found

    def faults_of_reply(self, status: int, document: object) -> list[str]:
        """Return what is wrong with an answer."""
        responses = self.described["responses"]
        described = responses.get(str(status))
        if described is None:
            if status < 300:
                return [f"GitHub does not answer {status}."]
            return _complaints(_validator(_ERRORS), document)
        if "$ref" in described:
            pointer = described["$ref"]
            content = _at(pointer).get("content", {})
        else:
            pointer = self._pointer(("responses", str(status)))
            content = described.get("content", {})
        if "application/json" not in content:
            return []
        return _complaints(_validator(f"{pointer}/content/application~1json/schema"), document)

    def _faults_of_query(self, query: dict[str, str]) -> Iterator[str]:
        known = {}
        for parameter in self.described.get("parameters", ()):
            found = _at(parameter["$ref"]) if "$ref" in parameter else parameter
            if found["in"] == "query":
                known[found["name"]] = found["schema"]
        for name, text in query.items():
            schema = known.get(name)
            if schema is None:
                yield f"?{name}: GitHub does not know it"
            elif "enum" in schema and text not in schema["enum"]:
                yield f"?{name}={text}: not one of {schema['enum']}"
            elif schema.get("type") == "integer" and not text.isdecimal():
                yield f"?{name}={text}: not a number"

    def _faults(self, body: object, place: tuple[str, ...]) -> list[str]:
        return _complaints(_validator(self._pointer(place)), body)

    def _pointer(self, place: tuple[str, ...]) -> str:
        steps = ("paths", self.template, self.method.lower(), *place)
        return "#/" + "/".join(step.replace("/", "~1") for step in steps)


@cache
def description() -> Document:
    """Return the whole description."""
    document: Document = json.loads(_FILE.read_text())
    return document


def _at(pointer: str) -> Document:
    found = description()
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/")]
    return found


@cache
def _registry() -> Registry[Any]:
    resource = DRAFT4.create_resource(description())
    registry: Registry[Any] = Registry().with_resource(_HERE, resource)
    return registry


@cache
def _validator(pointer: str) -> Draft4Validator:
    schema = {"$ref": f"{_HERE}{pointer}"}
    made: Draft4Validator = _OpenApiValidator(schema, registry=_registry(), format_checker=_FORMATS)
    return made


def _complaints(validator: Draft4Validator, document: object) -> list[str]:
    return [
        f"{'.'.join(str(step) for step in error.absolute_path) or 'body'}: {error.message}"
        for error in validator.iter_errors(document)
    ]


def _unless_null(keyword: str) -> Callable[..., Iterator[ValidationError]]:
    """Return a keyword of OpenAPI 3.0, where `nullable` stands beside the type."""
    check = Draft4Validator.VALIDATORS[keyword]

    def checked(
        validator: Draft4Validator, value: object, instance: object, schema: Document
    ) -> Iterator[ValidationError]:
        if instance is not None or not schema.get("nullable"):
            yield from check(validator, value, instance, schema) or ()

    return checked


_NULLABLE = ("type", "enum", "format", "allOf", "anyOf", "oneOf")
_OpenApiValidator = extend(  # type: ignore[no-untyped-call]
    Draft4Validator, {word: _unless_null(word) for word in _NULLABLE}
)


@_FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or _MOMENT.fullmatch(value) is not None
