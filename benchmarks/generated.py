"""A repository that never was, shaped as GitOps repositories are: a stream for `git fast-import`.

Apps lie in namespaces, apps/base/<namespace>/<app>/…, as many of the one as of the other.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KINDS = ("kustomization", "deployment", "service", "configmap", "ingress")
_FILES_PER_APP = len(_KINDS) + 1
_LINES = 20
_EPOCH = 1_700_000_000
_SHAPES = {
    "edit": 68,
    "add": 12,
    "remove": 3,
    "move": 3,
    "clash with base": 4,
    "clash with another": 4,
    "stack": 3,
    "contained": 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Files on the base, pull requests, and commits of the base after its first."""

    files: int
    heads: int
    depth: int
    seed: int = 1


def write_stream(size: Size, out: IO[bytes]) -> None:
    """Write refs/heads/main and refs/pull/<n>/head; the same size gives the same commits."""
    _Writer(size, out).write()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    path: str
    line: int
    value: str


@dataclass(slots=True)
class _Head:
    """The commit that a pull request proposes: what it stands on and what it edits there."""

    mark: int
    fork: int
    edits: list[_Edit] = field(default_factory=list)


class _Writer:
    """The stream so far. Marks 1 to depth + 1 are the base's commits, the heads' come after."""

    def __init__(self, size: Size, out: IO[bytes]) -> None:
        self._size = size
        self._out = out
        self._random = random.Random(size.seed)
        self._paths = list(_paths(size.files))
        self._history: list[_Edit | None] = [None]
        self._by_path: dict[str, list[tuple[int, _Edit]]] = {}
        self._heads: list[_Head] = []
        self._marks = 0

    def write(self) -> None:
        self._commit("refs/heads/main", {path: self._content(path, 0) for path in self._paths})
        for place in range(1, self._size.depth + 1):
            edit = self._edit(self._random.choice(self._paths), f"base {place}")
            self._history.append(edit)
            self._by_path.setdefault(edit.path, []).append((place, edit))
            self._commit("refs/heads/main", {edit.path: self._content(edit.path, place)})
        shapes = self._random.choices(
            list(_SHAPES), weights=list(_SHAPES.values()), k=self._size.heads
        )
        for number, shape in enumerate(shapes, start=1):
            self._heads.append(self._head(number, shape))

    # --- pull requests ---------------------------------------------------------------------------

    def _head(self, number: int, shape: str) -> _Head:
        earlier = [head for head in self._heads if head.edits]
        ref = f"refs/pull/{number}/head"
        match shape:
            case "contained":
                return self._contained(ref)
            case "add":
                return self._changed(ref, self._new_app(number))
            case "remove":
                return self._changed(ref, {self._random.choice(self._paths): None})
            case "move":
                return self._moved(ref, number)
            case "clash with base" if self._size.depth:
                place = self._random.randint(1, self._size.depth)
                return self._edited(ref, place - 1, self._rivals(number, [self._history[place]]))
            case "clash with another" if earlier:
                other = self._random.choice(earlier)
                return self._edited(ref, self._fork(), self._rivals(number, other.edits[:1]))
            case "stack" if earlier:
                return self._stacked(ref, number, self._random.choice(earlier))
            case _:
                return self._edited(ref, self._fork(), self._edits(number))

    def _fork(self) -> int:
        """Most branches are young, a few lag far behind."""
        lag = int(self._random.expovariate(5 / max(1, self._size.depth)))
        return max(0, self._size.depth - lag)

    def _edits(self, number: int) -> list[_Edit]:
        place = self._random.randrange(len(self._paths))
        count = self._random.choice((1, 1, 2, 3))
        nearby = self._paths[place : place + count]
        return [self._edit(path, f"change {number}") for path in nearby]

    def _edit(self, path: str, value: str) -> _Edit:
        return _Edit(path=path, line=self._random.randrange(_LINES), value=value)

    def _rivals(self, number: int, edits: Sequence[_Edit | None]) -> list[_Edit]:
        value = f"change {number}"
        return [_Edit(path=edit.path, line=edit.line, value=value) for edit in edits if edit]

    def _edited(self, ref: str, fork: int, edits: list[_Edit]) -> _Head:
        """Commit the edits; one in three branches takes a commit for each."""
        parts = [edits] if self._random.random() > 1 / 3 else [[edit] for edit in edits]
        mark = fork + 1
        for count, part in enumerate(parts, start=1):
            so_far = edits[: sum(len(one) for one in parts[:count])]
            files = {edit.path: self._content(edit.path, fork, so_far) for edit in part}
            mark = self._commit(ref, files, parent=mark)
        return _Head(mark, fork, edits)

    def _stacked(self, ref: str, number: int, below: _Head) -> _Head:
        edits = below.edits + self._edits(number)
        files = {edit.path: self._content(edit.path, below.fork, edits) for edit in edits}
        return _Head(self._commit(ref, files, parent=below.mark), below.fork, edits)

    def _contained(self, ref: str) -> _Head:
        """Propose what the base has already, or what another pull request proposes too."""
        if self._heads and self._random.random() > 1 / 2:
            head = self._random.choice(self._heads)
        else:
            fork = self._fork()
            head = _Head(fork + 1, fork)
        self._out.write(f"reset {ref}\nfrom :{head.mark}\n\n".encode())
        return _Head(head.mark, head.fork)

    def _new_app(self, number: int) -> dict[str, bytes | None]:
        folder = self._random.choice(self._paths[::_FILES_PER_APP]).rsplit("/", 2)[0]
        paths = [f"{folder}/new-{number}/{kind}.yaml" for kind in _KINDS]
        return {path: self._content(path, 0) for path in paths}

    def _moved(self, ref: str, number: int) -> _Head:
        old = self._random.choice(self._paths)
        fork = self._fork()
        content = self._content(old, fork, [self._edit(old, f"change {number}")])
        files = {old: None, old.replace(".yaml", f"-{number}.yaml"): content}
        return _Head(self._commit(ref, files, parent=fork + 1), fork)

    def _changed(self, ref: str, files: Mapping[str, bytes | None]) -> _Head:
        fork = self._fork()
        return _Head(self._commit(ref, files, parent=fork + 1), fork)

    # --- the stream ------------------------------------------------------------------------------

    def _content(self, path: str, place: int, edits: Sequence[_Edit] = ()) -> bytes:
        """Return the file as the base's commit `place` has it, edited."""
        lines = _original(path)
        for made, edit in self._by_path.get(path, ()):
            if made <= place:
                lines[edit.line] = _line(edit.line, edit.value)
        for edit in edits:
            if edit.path == path:
                lines[edit.line] = _line(edit.line, edit.value)
        return "".join(lines).encode()

    def _commit(
        self, ref: str, files: Mapping[str, bytes | None], *, parent: int | None = None
    ) -> int:
        self._marks += 1
        parent = self._marks - 1 if parent is None else parent
        said = f"Change {self._marks}\n".encode()
        who = f"Somebody <somebody@example.invalid> {_EPOCH + 600 * self._marks} +0000"
        self._out.write(f"commit {ref}\nmark :{self._marks}\ncommitter {who}\n".encode())
        self._out.write(b"data %d\n%b" % (len(said), said))
        if parent:
            self._out.write(f"from :{parent}\n".encode())
        for path, content in files.items():
            if content is None:
                self._out.write(f"D {path}\n".encode())
            else:
                self._out.write(f"M 100644 inline {path}\ndata {len(content)}\n".encode())
                self._out.write(content + b"\n")
        self._out.write(b"\n")
        return self._marks


def _paths(files: int) -> Iterator[str]:
    apps = math.ceil(files / _FILES_PER_APP)
    per_namespace = math.ceil(math.sqrt(apps))
    for place in range(files):
        app, part = divmod(place, _FILES_PER_APP)
        inside = f"team-{app // per_namespace:03}/app-{app:05}"
        if part < len(_KINDS):
            yield f"apps/base/{inside}/{_KINDS[part]}.yaml"
        else:
            yield f"apps/production/{inside}/kustomization.yaml"


def _original(path: str) -> list[str]:
    _, app, kind = path.removesuffix(".yaml").rsplit("/", 2)
    return [_line(number, f"{app} {kind} {number}") for number in range(_LINES)]


def _line(number: int, value: str) -> str:
    return f"key-{number:02}: {value}\n"
