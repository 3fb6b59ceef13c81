"""What Kustomize wrote when it failed → the file in which a person would mend it, and why."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import msgspec

from understudy.core.errors import UsageError
from understudy.documents import load_all
from understudy.gitops.rendering import broken, kustomization
from understudy.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.core.decisions import Finding
    from understudy.core.ports import Tree
    from understudy.gitops.rendering.closures import Closure

LENGTH = 300
"""How many characters of what Kustomize wrote are told."""

# https://github.com/kubernetes/klog: text of several lines is indented, other text is quoted.
_LOGGED = re.compile(
    r"""^E.*"command failed" err=(?:<\n\t(?P<lines>.*?)\n >$|(?P<quoted>".*")$)""",
    re.DOTALL | re.MULTILINE,
)
_REPEATED_KEY = "already defined at line"
_ENTERED = r"(?:recursed accumulation of|recursed merging from|couldn't make target for) path"
_WITHIN = re.compile(rf"{_ENTERED} '([^']*)': ")
_FROM = re.compile(r"(?:accumulating|merging) resources from '([^']*)': ")
_ERROR = re.compile(r"^error: ", re.IGNORECASE | re.MULTILINE)
_PREFIXES = re.compile(
    r"accumulating (?:resources|components): |accumulateDirectory: |accumulation err='"
    r"|MalformedYAMLError: |^read [^:]*: is a directory': "
)
# It tries a file that is broken as a folder too, and says so. What it was told to do may be long.
_NOISE = re.compile(r"': must build at directory: .*| in File: \S+$| with config: `.*?`", re.DOTALL)


def cause(said: str, tree: Tree, found: Closure, *, repository: Path) -> Finding:
    """Return the finding. `repository` is where the files were laid out for Kustomize."""
    if _REPEATED_KEY in said and (finding := _repeated_key(tree, found)):
        return finding
    said = _as_kustomize_says(said)
    begins = _ERROR.search(said)
    error = said[begins.end() :] if begins else said
    folder, reason = _innermost(error, found.root, repository)
    place = folder
    while match := _FROM.search(reason):
        place = posixpath.normpath(posixpath.join(folder, match[1]))
        reason = reason[match.end() :]
    file = _file_at(tree, place) or kustomization_in(tree, folder)
    is_yaml = "yaml: " in reason
    reason = _in_short(reason, repository)
    if is_yaml:
        return broken.broken_yaml(found.root, file, f"is no YAML: {reason}")
    return broken.not_rendered(found.root, file, reason)


def kustomization_in(tree: Tree, folder: str) -> str:
    """Return the path of the kustomization file in a folder; the folder's own where it has none."""
    paths = (posixpath.join(folder, name) for name in kustomization.NAMES)
    return next((path for path in paths if tree.read(path) is not None), folder)


def _file_at(tree: Tree, place: str) -> str | None:
    if tree.read(place) is not None:
        return place
    return kustomization_in(tree, place) if tree.folder_id(place) else None


def _innermost(error: str, overlay: str, repository: Path) -> tuple[str, str]:
    """Return the last folder that was entered, from the repository's root, and what follows."""
    entered = list(_WITHIN.finditer(error))
    if not entered:
        return overlay, error
    last = entered[-1]
    return last[1].removeprefix(str(repository)).strip("/"), error[last.end() :]


def _repeated_key(tree: Tree, found: Closure) -> Finding | None:
    """Look for the file: of a key that is there twice, Kustomize tells the line and no name."""
    for file in sorted(found.files):
        if not file.endswith((".yaml", ".yml")):
            continue
        try:
            load_all(tree.read(file) or b"", where="it", failure=UsageError, strict=True)
        except UsageError as error:
            problem = error.message.removeprefix("it ").removesuffix(".")
            return broken.broken_yaml(found.root, file, problem)
    return None


def _as_kustomize_says(said: str) -> str:
    """Take the error out of the line of a log in which `kubectl` writes it."""
    match = _LOGGED.search(said)
    if match is None:
        return said
    if match["lines"] is not None:
        return match["lines"].replace("\n\t", "\n")
    try:
        return str(msgspec.json.decode(match["quoted"]))
    except msgspec.DecodeError:
        return match["quoted"].strip('"')


def _in_short(reason: str, repository: Path) -> str:
    reason = _NOISE.sub("", _PREFIXES.sub("", reason)).replace(f"{repository}/", "")
    line = " ".join("".join(c if c.isprintable() else " " for c in redacted(reason)).split())
    line = line.removeprefix("yaml: ").removesuffix(".")
    if line.count("'") % 2:  # a quotation of which the beginning was left out
        line = line.removesuffix("'")
    return line if len(line) <= LENGTH else line[: LENGTH - 1] + "…"
