"""Which names git takes for a branch, and why it refuses the others. No git is asked."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]")


def problem_of(name: str) -> str | None:
    """Say what is wrong with a branch name, or nothing: `git check-ref-format --branch`."""
    if not name:
        return "it is empty"
    if name.startswith("-"):
        return "it begins with `-`"
    if (found := _FORBIDDEN.search(name)) is not None:
        return f"it contains {_character(found[0])}"
    for part in ("..", "@{", "//"):
        if part in name:
            return f"it contains `{part}`"
    if name in {"@", "HEAD"}:
        return "git uses this name itself"
    return _problem_of_components(name)


def problem_of_short(name: str) -> str | None:
    """As `problem_of`, for a place where a full ref name would be taken for a branch's."""
    if name.startswith("refs/"):
        return "it begins with `refs/`, and the short name is wanted"
    return problem_of(name)


def in_each_others_way(one: str, other: str) -> bool:
    """Tell whether git cannot have both refs: the same, or one a folder of the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _problem_of_components(name: str) -> str | None:
    if name.startswith("/") or name.endswith("/"):
        return "it begins or ends with `/`"
    if name.endswith("."):
        return "it ends with `.`"
    for component in name.split("/"):
        if component.startswith("."):
            return "a part of it begins with `.`"
        if component.endswith(".lock"):
            return "a part of it ends with `.lock`"
    return None


def _character(character: str) -> str:
    if character == " ":
        return "a space"
    return f"`{character}`" if character.isprintable() else "a control character"
