"""Small changes to YAML that somebody wrote by hand: nothing but the place in question differs.

The parser says where something is; the text is cut there, and parsed again to see that it says
what it should. What cannot be changed so is refused.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core.errors import UsageError
from understudy.core.phrases import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = str | dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A key of one document. `kind` and `name` tell the object, where a file holds several."""

    file: str
    keys: tuple[str, ...]
    kind: str = ""
    name: str = ""


def with_items(text: str, place: Place, items: Sequence[Item]) -> str:
    """Return the text with those items in a list that are not yet in it.

    A list in alphabetical order stays so; to others they are added at the end.

    Raises:
        UsageError: the text is no YAML, or must be changed by a person.
    """
    before = _plain(text, place)
    listed = _value(_chosen(before, place), place.keys) or []
    if not isinstance(listed, list):
        raise _by_hand(place, items)
    missing = [item for item in items if item not in listed]
    try:
        for item in missing:
            text = _with_item(text, place, item)
        after = _plain(text, place)
    except UsageError:
        raise _by_hand(place, missing) from None
    if _sorted(after, place) != _sorted(_assigned(before, place, [*listed, *missing]), place):
        raise _by_hand(place, missing)
    return text


def with_value(text: str, place: Place, value: str) -> str:
    """Return the text with another value at a key that has one.

    Raises:
        UsageError: the text is no YAML, or must be changed by a person.
    """
    before = _plain(text, place)
    node = _node(_root(text, place), place.keys)
    if node is None or node.id != "scalar":
        raise _by_hand(place, [value])
    start, end = node.start_mark.index, node.end_mark.index
    text = text[:start] + scalar(value) + text[end:]
    if _plain(text, place) != _assigned(before, place, value):
        raise _by_hand(place, [value])
    return text


def scalar(value: str) -> str:
    """Write a string as YAML, in quotes where it needs them."""
    # What could be read as a number, a date, a yes or a no, or as the beginning of something.
    plain = re.fullmatch(r"[A-Za-z./][\w./@:~-]*|(?:\d+(?:ms|s|m|h))+", value, re.ASCII)
    plain = plain if not value.endswith(":") else None
    ambiguous = value.lower() in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
    return value if plain and not ambiguous else json.dumps(value, ensure_ascii=False)


# --- one item ------------------------------------------------------------------------------------


def _with_item(text: str, place: Place, item: Item) -> str:
    root = _root(text, place)
    node = _node(root, place.keys)
    if node is None:
        return _with_new_list(text, place, item)
    if node.anchor or root.flow_style:
        raise _by_hand(place, [item])
    if node.id == "sequence" and node.value:
        return _in_flow(text, node, item) if node.flow_style else _in_block(text, node, item)
    # Nothing, or an empty list in brackets: what follows on its line may be a comment.
    name = _name(root, place.keys)
    colon = text.index(":", name.end_mark.index) + 1
    end = node.end_mark.index if node.id == "sequence" else colon
    rest, newline, below = text[end:].partition("\n")
    indent = " " * (_indent_of_lists(root) + name.start_mark.column)
    first = text[:colon] + (f" {rest.strip()}" if rest.strip() else "") + (newline or "\n")
    return first + _written(item, f"{indent}- ") + below


def _with_new_list(text: str, place: Place, item: Item) -> str:
    root = _root(text, place)
    if len(place.keys) > 1 or root.flow_style or root.start_mark.column:
        raise _by_hand(place, [item])
    written = f"{place.keys[0]}:\n" + _written(item, " " * _indent_of_lists(root) + "- ")
    end = _end_of_line(text, _last_line(root))
    head = text[:end]
    return head + ("" if head.endswith("\n") or not head else "\n") + written + text[end:]


def _in_flow(text: str, node: Any, item: Item) -> str:  # noqa: ANN401 - ruamel's nodes have no types
    if isinstance(item, dict):
        item = "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in item.items()) + "}"
        return _cut_in(text, node.value[-1].end_mark.index, f", {item}")
    return _cut_in(text, node.value[-1].end_mark.index, f", {scalar(item)}")


def _in_block(text: str, node: Any, item: Item) -> str:  # noqa: ANN401 - as above
    first = node.value[0]
    line_start = text.rfind("\n", 0, node.start_mark.index) + 1
    # The text from the line's start to the first item holds the indentation, the dash, and blanks.
    lead = text[line_start : first.start_mark.index].rsplit("\n", 1)[-1]
    if not re.fullmatch(r" *-[ \t]+", lead):
        lead = " " * node.start_mark.column + "- "
    written = _written(item, lead)
    before = _number_before(node.value, item)
    if before == 0:
        return _cut_in(text, line_start, written)
    end = _end_of_line(text, _last_line(node.value[before - 1]))
    missing = "" if text[:end].endswith("\n") else "\n"
    return _cut_in(text, end, missing + written)


def _number_before(nodes: Sequence[Any], item: Item) -> int:
    """Return how many items come before the new one."""
    names = [str(each.value) if each.id == "scalar" else None for each in nodes]
    known = [name for name in names if name is not None]
    if isinstance(item, dict) or len(known) < len(names) or known != sorted(known):
        return len(nodes)
    return sum(name < item for name in known)


def _written(item: Item, lead: str) -> str:
    if isinstance(item, str):
        return f"{lead}{scalar(item)}\n"
    lines = [f"{key}: {scalar(value)}" for key, value in item.items()]
    return "".join(
        f"{lead if number == 0 else ' ' * len(lead)}{line}\n" for number, line in enumerate(lines)
    )


# --- where it is ---------------------------------------------------------------------------------


def _root(text: str, place: Place) -> Any:  # noqa: ANN401 - as above
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and often not needed

    documents = [each for each in YAML(typ="rt", pure=True).compose_all(text) if each is not None]
    chosen = _chosen_number(_plain(text, place), place)
    root = documents[chosen]
    if root.id != "mapping":
        raise _by_hand(place, [])
    return root


def _node(root: Any, keys: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    for key in keys:
        pairs = root.value if root.id == "mapping" else []
        found = next((value for name, value in pairs if name.value == key), None)
        if found is None:
            return None
        root = found
    return root


def _name(root: Any, keys: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    return next(name for name, _ in _node(root, keys[:-1]).value if name.value == keys[-1])


def _indent_of_lists(root: Any) -> int:  # noqa: ANN401 - as above
    """Return by how much the lists of this document are indented; two where there is none."""
    for name, value in root.value:
        if value.id == "sequence" and value.value and not value.flow_style:
            return int(value.start_mark.column - name.start_mark.column)
    return 2


def _last_line(node: Any) -> int:  # noqa: ANN401 - as above
    """Return the line on which a node's own text ends, without comments below it."""
    if node.id == "scalar":
        ends_below = node.style in ("|", ">") and node.end_mark.column == 0
        return int(node.end_mark.line) - ends_below
    children = [each for pair in node.value for each in (pair if node.id == "mapping" else (pair,))]
    if node.flow_style or not children:
        return int(node.end_mark.line)
    return max(_last_line(each) for each in children)


def _end_of_line(text: str, line: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(len(each) for each in lines[: line + 1])


def _cut_in(text: str, index: int, written: str) -> str:
    return text[:index] + written + text[index:]


# --- what it says --------------------------------------------------------------------------------


def _plain(text: str, place: Place) -> list[Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - as above
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - as above

    try:
        found = list(YAML(typ="safe", pure=True).load_all(text))
    except (YAMLError, ValueError, RecursionError) as error:
        message = f"{shown(place.file)} cannot be read as YAML."
        raise UsageError(message, hint="Correct the file and try again.") from error
    return [each for each in found if each is not None]


def _chosen_number(documents: Sequence[Any], place: Place) -> int:
    for number, each in enumerate(documents):
        metadata = each.get("metadata") if isinstance(each, dict) else None
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if not place.kind or (each.get("kind"), name) == (place.kind, place.name):
            return number
    raise _by_hand(place, [])


def _chosen(documents: Sequence[Any], place: Place) -> Any:  # noqa: ANN401 - any YAML
    return documents[_chosen_number(documents, place)]


def _value(document: Any, keys: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _assigned(documents: Sequence[Any], place: Place, value: object) -> list[Any]:
    changed = copy.deepcopy(list(documents))
    holder = _value(_chosen(changed, place), place.keys[:-1])
    holder[place.keys[-1]] = value
    return changed


def _sorted(documents: Sequence[Any], place: Place) -> list[Any]:
    value = _value(_chosen(documents, place), place.keys)
    return _assigned(documents, place, sorted(value or [], key=str))


def _by_hand(place: Place, items: Sequence[Item]) -> UsageError:
    what = ", ".join(f"`{shown(str(each))}`" for each in items) or "a value"
    where = ".".join(place.keys)
    message = f"`{where}` in {shown(place.file)} is written in a way that is not changed here."
    return UsageError(message, hint=f"Put {what} there yourself, and run this again.")
