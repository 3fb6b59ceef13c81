"""How much a YAML file stands for, once each of its aliases is written out. Nothing is expanded."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENDLESS = 1 << 50
"""What something weighs at most, and what holds itself."""

USES = 1000
"""How many aliases are counted one by one; more are taken for endless."""

_UNREADABLE_USES = 20
"""How many aliases there may be in what is no YAML to us, but might be to Kustomize."""

_NODE = 8
_ANCHOR = re.compile(r"&([^\s,\[\]{}&]+)")
_ALIAS = re.compile(r"\*([^\s,\[\]{}*]+)")
_NAME = re.compile(r"[\w-]*")


def weight(content: bytes) -> int:
    """Return how many bytes a file has, or would have without aliases. It need not be YAML."""
    if b"&" not in content or b"*" not in content:
        return len(content)
    try:
        utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if utf16 else "utf-8")
    except UnicodeDecodeError:
        return len(content)
    uses = _uses(text)
    if not uses:
        return len(content)
    if uses > USES:
        return ENDLESS
    for pure in (False, True):  # to the parser in C, less is YAML
        expanded = _expanded(text, pure=pure)
        if expanded is not None:
            return max(len(content), expanded)
    return ENDLESS if uses > _UNREADABLE_USES else len(content)


def texts(value: object) -> Iterator[bytes]:
    """Yield the texts inside a document that may hold aliases themselves, such as patches."""
    known, left = set[int](), [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            if "&" in each and "*" in each:
                yield each.encode(errors="replace")
        elif isinstance(each, dict | list) and id(each) not in known:
            known.add(id(each))
            left += each.values() if isinstance(each, dict) else each


def _uses(text: str) -> int:
    """Count what may be aliases: marks with the name of something that may be an anchor."""
    anchors = {_name(found) for found in _ANCHOR.findall(text)}
    return sum(_name(found) in anchors for found in _ALIAS.findall(text))


def _name(found: str) -> str:
    """Return the part of a name on which all parsers agree."""
    match = _NAME.match(found)
    return match[0] if match else ""


def _expanded(text: str, *, pure: bool) -> int | None:
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and often not needed
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - as above

    try:
        return _sum(YAML(typ="safe", pure=pure).parse(text))
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _sum(events: Iterable[Any]) -> int:
    from ruamel.yaml import events as of  # noqa: PLC0415 - as above

    anchors: dict[str, int] = {}
    open_ones: list[str | None] = []
    sums = [0]
    for event in events:
        match event:
            case of.AliasEvent():
                sums[-1] += anchors.get(event.anchor, ENDLESS)
            case of.ScalarEvent():
                sums[-1] += len(event.value) + _NODE
                if event.anchor:
                    anchors[event.anchor] = len(event.value) + _NODE
            case of.CollectionStartEvent():
                open_ones.append(event.anchor)
                sums.append(_NODE)
                if event.anchor:
                    anchors[event.anchor] = ENDLESS
            case of.CollectionEndEvent():
                anchor, inside = open_ones.pop(), min(sums.pop(), ENDLESS)
                sums[-1] += inside
                if anchor:
                    anchors[anchor] = inside
            case _:
                pass
    return min(sums[0], ENDLESS)
