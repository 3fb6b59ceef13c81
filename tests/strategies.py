"""Strategies for plans: small repositories with everything in them that git can merge badly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.plans import (
    FILE,
    LINK,
    PROGRAM,
    SUBMODULE,
    Edit,
    Entry,
    Move,
    Plan,
    PlannedCommit,
    Remove,
    Tree,
    Write,
    grown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = st.DrawFn

# Few names, so that edits meet. `a` and `src` are files in one commit, folders in another.
PLAIN_PATHS = [b"a", b"b", b"src/a", b"src/b", b"src/c", b"src", b"lib/a", b"apps/web/a", b"a/x"]
ODD_PATHS = [
    b"-rf",
    b"two words",
    b"tab\there",
    b"line\nbreak",
    b'quo"ted',
    b"back\\slash",
    "grüße/ñ".encode(),
    "u\u0308".encode(),
    b"\xff\xfe/bytes",
    b"src/-n",
    b"src/\xe9",
]
FOLDERS = [b"src", b"lib", b"apps", b"apps/web", b"a", b"new", b"lib/src", b"\xff\xfe"]
ATTRIBUTE_FILES = [b".gitattributes", b"src/.gitattributes", b"lib/.gitattributes"]
PATTERNS = [b"*", b"a", b"/a", b"src/*", b"src/**", b"b", b"lib/a", b".gitattributes", b"[ac]"]
ATTRIBUTES = [
    b"merge=union",
    b"merge",
    b"-merge",
    b"!merge",
    b"merge=binary",
    b"merge=text",
    b"merge=mystery",
    b"binary",
    b"-text",
    b"text",
    b"text=auto",
    b"text eol=crlf",
    b"ident",
    b"filter=mystery",
    b"diff=mystery",
    b"conflict-marker-size=3",
    b"mine",
]

paths = st.sampled_from(PLAIN_PATHS * 3 + ODD_PATHS)


@st.composite
def plans(draw: Draw, *, attributes: bool = True) -> Plan:
    """Draw a base with some history, and two to six heads on it."""
    growth = _Growth(draw, attributes=attributes)
    growth.root()
    for _ in range(draw(st.integers(0, 2))):
        growth.child(len(growth.commits) - 1)
    base = len(growth.commits) - 1
    heads: list[int] = []
    while len(heads) < draw(st.integers(2, 5)):
        heads += growth.head(base, heads)
    seconds = draw(st.sampled_from([60, 60, 0, -60]))
    return Plan(commits=tuple(growth.commits), base=base, heads=tuple(heads), seconds=seconds)


@st.composite
def changed(draw: Draw, plan: Plan) -> Plan:
    """Draw the plan at the next rebuild: other heads, another order, another base."""
    growth = _Growth(draw, attributes=True, commits=list(plan.commits))
    heads, base = list(plan.heads), plan.base
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(heads)))
        match draw(st.sampled_from(["drop", "append", "push", "insert", "swap", "land", "base"])):
            case "drop":
                del heads[place : place + 1]
            case "append":
                heads += growth.head(base, heads)
            case "push" if place < len(heads):
                heads[place] = growth.child(heads[place])
            case "insert":
                heads[place:place] = growth.head(base, heads)
            case "swap":
                heads = heads[place:] + heads[:place]
            case "land" if place < len(heads):
                base = growth.merge(base, heads[place])
            case _:
                base = growth.child(base)
    return replace(plan, commits=tuple(growth.commits), base=base, heads=tuple(heads))


class _Growth:
    """Commits drawn so far, with their trees, so that edits can name what is there."""

    def __init__(
        self, draw: Draw, *, attributes: bool, commits: list[PlannedCommit] | None = None
    ) -> None:
        self._draw = draw
        self._attributes = attributes
        self.commits: list[PlannedCommit] = []
        self._trees: list[Tree] = []
        for commit in commits or []:
            self._add(commit)

    def root(self) -> int:
        edits: list[Edit] = [
            self._write(path) for path in self._draw(st.lists(paths, min_size=2, max_size=7))
        ]
        if self._attributes and self._draw(st.booleans()):
            edits.append(self._attribute_file({}))
        return self._add(PlannedCommit((), tuple(edits)))

    def child(self, parent: int) -> int:
        return self._commit((parent,), 1)

    def merge(self, one: int, other: int) -> int:
        return self._commit((one, other), 0)

    def head(self, base: int, heads: list[int]) -> list[int]:
        """Draw the next head or, for criss-cross histories, the next two."""
        anything = st.integers(0, len(self.commits) - 1)
        match self._draw(st.sampled_from(_HEAD_KINDS)):
            case "stacked" if heads:
                return [self.child(self._draw(st.sampled_from(heads)))]
            case "ancestor":
                return [self._draw(anything)]
            case "unrelated":
                return [self.root()]
            case "updated":
                return [self.merge(self.child(self._draw(anything)), base)]
            case "criss-cross":
                one, other = self.child(base), self.child(base)
                return [self.merge(one, other), self.merge(other, one)]
            case "crossing" if heads:
                mine = self.child(self._draw(anything))
                return [self.child(self.merge(mine, self._draw(st.sampled_from(heads))))]
            case _:
                return [self.child(self._draw(st.integers(0, base)))]

    def _commit(self, parents: tuple[int, ...], least: int) -> int:
        start = PlannedCommit(parents, ())
        tree, edits = grown(self._trees, start), []
        for _ in range(self._draw(st.integers(least, 3))):
            edit = self._edit(tree)
            tree = edit.apply(tree)
            edits.append(edit)
        return self._add(PlannedCommit(parents, tuple(edits)))

    def _add(self, commit: PlannedCommit) -> int:
        self._trees.append(grown(self._trees, commit))
        self.commits.append(commit)
        return len(self.commits) - 1

    def _edit(self, tree: Tree) -> Edit:
        kinds = _EDIT_KINDS + (["attributes"] * 3 if self._attributes else [])
        kind = self._draw(st.sampled_from(kinds))
        if kind == "attributes":
            return self._attribute_file(tree)
        if kind == "write" or not tree:
            return self._write(self._draw(paths))
        path = self._draw(st.sampled_from(sorted(tree)))
        match kind:
            case "remove":
                return Remove(path)
            case "rename":
                return Move(path, self._draw(paths))
            case "rename folder":
                return Move(path.rpartition(b"/")[0] or path, self._draw(st.sampled_from(FOLDERS)))
            case "chmod" if tree[path].mode in {FILE, PROGRAM}:
                mode = PROGRAM if tree[path].mode == FILE else FILE
                return Write(path, tree[path].content, mode)
            case _:
                return self._altered(path, tree[path])

    def _write(self, path: bytes) -> Write:
        """Draw something new at a path: most often a text like no other path's."""
        kind = self._draw(st.sampled_from(["text"] * 6 + ["program", "crlf", "binary", "same"]))
        link = self._draw(st.sampled_from([""] * 6 + ["link", "submodule"]))
        if link == "link":
            return Write(path, self._draw(st.sampled_from([b"a", b"src", b"../up", b"\xff"])), LINK)
        if link == "submodule":
            return Write(path, self._commit_id(), SUBMODULE)
        return Write(path, _FIRST_CONTENT[kind](path), PROGRAM if kind == "program" else FILE)

    def _altered(self, path: bytes, entry: Entry) -> Write:
        """Draw other content for what is there, of the same kind."""
        if entry.mode == SUBMODULE:
            return Write(path, self._commit_id(), SUBMODULE)
        if entry.mode == LINK:
            return Write(path, self._draw(st.sampled_from([b"b", b"lib", b"./a"])), LINK)
        lines = entry.content.splitlines(keepends=True)
        at = self._draw(st.integers(0, len(lines)))
        word = self._draw(st.sampled_from([b"red\n", b"green\n", b"blue\r\n", b"$Id$\n", b"\0\n"]))
        match self._draw(
            st.sampled_from(["replace", "replace", "insert", "delete", "crlf", "cut"])
        ):
            case "replace":
                lines[at : at + 1] = [word]
            case "insert":
                lines.insert(at, word)
            case "delete":
                del lines[at : at + 2]
            case "crlf":
                lines = [line.rstrip(b"\r\n") + b"\r\n" for line in lines]
            case _:
                lines = [b"".join(lines).rstrip(b"\n")]
        return Write(path, b"".join(lines), entry.mode)

    def _attribute_file(self, tree: Tree) -> Edit:
        path = self._draw(st.sampled_from(ATTRIBUTE_FILES))
        if path in tree and self._draw(st.booleans()):
            return Remove(path)
        line = st.builds(
            lambda pattern, words: b" ".join([pattern, *words]) + b"\n",
            st.sampled_from(PATTERNS),
            st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=2),
        )
        line |= st.just(b"a working-tree-encoding=UTF-16\n")
        lines = self._draw(st.lists(line, min_size=1, max_size=3))
        mode = self._draw(st.sampled_from([FILE] * 9 + [LINK]))
        macro = _MACRO if path == b".gitattributes" else b""
        return Write(path, b"src/a" if mode == LINK else macro + b"".join(lines), mode)

    def _commit_id(self) -> bytes:
        return self._draw(st.sampled_from([b"1" * 40, b"2" * 40, b"3" * 40]))


_MACRO = b"[attr]mine merge=union\n"
_HEAD_KINDS = ["plain"] * 6 + [
    "stacked",
    "ancestor",
    "unrelated",
    "updated",
    "criss-cross",
    "crossing",
]
_EDIT_KINDS = ["alter"] * 6 + ["write"] * 3 + ["rename", "rename folder"] * 2 + ["remove", "chmod"]


def _text(path: bytes, end: bytes = b"\n") -> bytes:
    return b"".join(b"%d %s%s" % (n, path.replace(b"\n", b""), end) for n in range(8))


_FIRST_CONTENT: dict[str, Callable[[bytes], bytes]] = {
    "text": _text,
    "program": _text,
    "crlf": lambda path: _text(path, b"\r\n"),
    "binary": lambda path: b"\0\1\2" + _text(path),
    "same": lambda _: _text(b"every"),
}
