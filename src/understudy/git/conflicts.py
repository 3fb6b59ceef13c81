"""What `git merge-tree -z` says about one merge, turned into outcomes.

Only the machine format is read: modes, ids, stages, paths and the stable conflict types of
merge-ort.c. Messages are for people and are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.model import ConflictKind, TreeSha

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

AUTO_MERGING = b"Auto-merging"
_SUBMODULE_MODE = b"160000"
_KINDS = {
    b"CONFLICT (contents)": ConflictKind.CONTENT,
    b"CONFLICT (binary)": ConflictKind.BINARY,
    b"CONFLICT (file/directory)": ConflictKind.FILE_DIRECTORY,
    b"CONFLICT (distinct modes)": ConflictKind.MODE,
    b"CONFLICT (modify/delete)": ConflictKind.MODIFY_DELETE,
    b"CONFLICT (rename/rename)": ConflictKind.RENAME_RENAME,
    b"CONFLICT (rename involved in collision)": ConflictKind.RENAME_COLLISION,
    b"CONFLICT (rename/delete)": ConflictKind.RENAME_DELETE,
    b"CONFLICT (directory rename suggested)": ConflictKind.DIRECTORY_RENAME,
    b"CONFLICT (file in way of directory rename)": ConflictKind.DIRECTORY_RENAME,
    b"CONFLICT(directory rename collision)": ConflictKind.DIRECTORY_RENAME,
    b"CONFLICT(directory rename unclear split)": ConflictKind.DIRECTORY_RENAME,
}
_TELLING_LESS = frozenset({ConflictKind.CONTENT, ConflictKind.OTHER})
"""Kinds that give way when git names another one for the same path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version of an unmerged path: stage 1 is the merge base, 2 the left side, 3 the head."""

    mode: bytes
    blob: str
    stage: int
    path: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The stable type of one message, and the paths it is about."""

    kind: bytes
    paths: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One merge as git told it. `tree` holds conflict markers where it is not clean."""

    clean: bool
    tree: TreeSha
    entries: tuple[Entry, ...]
    messages: tuple[Message, ...]


class IncompleteAnswerError(Exception):
    """More bytes of the answer are to come."""


def parse_answer(data: bytes | bytearray) -> tuple[Answer, int]:
    """Read the first answer of `merge-tree --stdin -z --messages`, and how many bytes it took.

    Raises:
        IncompleteAnswerError: the bytes end before the answer does.
    """
    fields = _Fields(data)
    clean, tree = fields.take() == b"1", fields.take()
    entries = []
    while field := fields.take():
        about, _, path = field.partition(b"\t")
        mode, blob, stage = about.split(b" ")
        entries.append(Entry(mode=mode, blob=blob.decode(), stage=int(stage), path=path))
    messages = []
    # What closes the answer is an empty field, or advice about submodules (git 2.39).
    while (count := fields.take()).isdigit():
        paths = tuple(fields.take() for _ in range(int(count)))
        messages.append(Message(kind=fields.take(), paths=paths))
        fields.take()  # the text for people
    answer = Answer(
        clean=clean,
        tree=TreeSha(tree.decode()),
        entries=tuple(entries),
        messages=tuple(messages),
    )
    return answer, fields.position


class _Fields:
    """The NUL-terminated fields of an answer, one after the other."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = data
        self.position = 0

    def take(self) -> bytes:
        end = self._data.find(b"\0", self.position)
        if end < 0:
            raise IncompleteAnswerError
        field = bytes(self._data[self.position : end])
        self.position = end + 1
        return field


def unmerged(answer: Answer, *, labels: Iterable[str]) -> dict[bytes, ConflictKind]:
    """Return each unmerged path once, in order, without git's `~<label>` suffixes.

    A few conflicts of directory renames leave no path unmerged: the paths that git names in
    their messages stand in for them.
    """
    original = _suffix(labels)
    stages = entries_by_path(answer, labels=labels)
    named = dict(_named_kinds(answer.messages, original))
    paths = sorted(stages) or sorted(named)
    return {path: _kind(path, stages.get(path, ()), named) for path in paths}


def concerned(answer: Answer, *, labels: Iterable[str]) -> set[bytes]:
    """Return every path that a conflict is about, unmerged or only named."""
    original = _suffix(labels)
    named = dict(_named_kinds(answer.messages, original))
    return {*entries_by_path(answer, labels=labels), *named}


def entries_by_path(answer: Answer, *, labels: Iterable[str]) -> dict[bytes, list[Entry]]:
    """Return the versions of each unmerged path, under its name without suffixes."""
    original = _suffix(labels)
    stages: dict[bytes, list[Entry]] = {}
    for entry in answer.entries:
        stages.setdefault(original.sub(b"", entry.path), []).append(entry)
    return stages


def _suffix(labels: Iterable[str]) -> re.Pattern[bytes]:
    either = b"|".join(re.escape(label.encode()) for label in labels)
    return re.compile(b"~(?:" + either + rb")(?:_\d+)?\Z")


def _named_kinds(
    messages: Iterable[Message], original: re.Pattern[bytes]
) -> Iterator[tuple[bytes, ConflictKind]]:
    known: dict[bytes, ConflictKind] = {}
    for message in messages:
        if not message.kind.startswith((b"CONFLICT", b"ERROR")):
            continue
        kind = _KINDS.get(message.kind, ConflictKind.OTHER)
        if message.kind.startswith(b"CONFLICT (submodule"):
            kind = ConflictKind.SUBMODULE
        for path in (original.sub(b"", path) for path in message.paths):
            if known.get(path, ConflictKind.OTHER) in _TELLING_LESS:
                known[path] = kind
    yield from known.items()


def _kind(
    path: bytes, entries: Sequence[Entry], named: Mapping[bytes, ConflictKind]
) -> ConflictKind:
    kind = named.get(path, ConflictKind.OTHER)
    if kind not in _TELLING_LESS:
        return kind
    if any(entry.mode == _SUBMODULE_MODE for entry in entries):
        return ConflictKind.SUBMODULE
    if {entry.stage for entry in entries} == {2, 3}:
        return ConflictKind.ADD_ADD
    return kind
