"""Paths that keep the base's version on stage, whatever a pull request does to them (trap 20)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.core.model import TreeSha

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.core.model import Revision
    from understudy.git.command import Git
    from understudy.git.treediff import ChangedPath

_WILD = re.compile(r"[*?\[\\]")


class PinnedPaths:
    """Patterns as in `.gitignore` with a leading slash: `*` stays in a folder, `**` does not."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile the patterns once for a fold."""
        self.patterns = patterns
        either = b"|".join(_translated(pattern) for pattern in patterns)
        self._matcher = re.compile(b"(?:" + either + rb")\Z", re.DOTALL) if patterns else None

    def has(self, path: bytes) -> bool:
        """Tell whether a path is pinned."""
        return self._matcher is not None and self._matcher.match(path) is not None

    def among(self, changed: Iterable[ChangedPath]) -> list[ChangedPath]:
        """Return those of the changed paths that are pinned."""
        return [entry for entry in changed if self.has(entry.path)]

    def pathspecs(self) -> list[str]:
        """Return literal pathspecs under which every pinned path lies: coarser, never finer."""
        return [_literal_folder(pattern) for pattern in self.patterns]


def restored(
    git: Git, tree: TreeSha, *, left: Revision, pinned: Iterable[bytes], index: str
) -> TreeSha:
    """Return `tree` with the pinned paths as `left` has them, which are the base's.

    The trees are written into the scratch, through an index of their own.
    """
    environment = {
        "GIT_INDEX_FILE": index,
        "GIT_OBJECT_DIRECTORY": str(git.scratch),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(git.directory / "objects"),
    }
    paths = list(pinned)
    literal = {"GIT_LITERAL_PATHSPECS": "1"}
    # `ls-tree` takes literal paths as arguments; a leading "--" keeps dashes from being options.
    names = [path.decode(errors="surrogateescape") for path in paths]
    kept = git.run("ls-tree", "-r", "-z", "--full-tree", left.tree, "--", *names, env=literal)
    git.run("read-tree", tree, env=environment)
    absent = b"".join(b"0 " + b"0" * len(tree) + b"\t" + path + b"\0" for path in paths)
    git.run("update-index", "--replace", "-z", "--index-info", stdin=absent + kept, env=environment)
    return TreeSha(git.run("write-tree", env=environment).decode().strip())


def _translated(pattern: str) -> bytes:
    expression = ""
    for part in re.split(r"(\*\*/|/\*\*\Z|\*\*|\*|\?)", pattern.strip("/")):
        expression += _PARTS.get(part, re.escape(part))
    return expression.encode()


_PARTS = {"**/": "(?:.*/)?", "/**": "/.+", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _literal_folder(pattern: str) -> str:
    parts = pattern.strip("/").split("/")
    literal = []
    for part in parts:
        if _WILD.search(part):
            break
        literal.append(part)
    return ":(literal)" + "/".join(literal) if literal else ":/"
