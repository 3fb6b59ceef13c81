"""The chain of records under `refs/understudy/<stage>`.

Each is a commit: its tree is `record.json`, its first parent the record before it, its last parent
the candidate, which keeps every published stage reachable. The candidate is also named in the
message, so that the oldest record's only parent is not taken for another record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.errors import UnderstudyError
from understudy.core.model import CommitSha, TreeSha
from understudy.core.record import UNREADABLE, from_json, to_json
from understudy.git.objects import IDENTITY, CommitObject, parents_of, tree_of, write_loose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.core.record import Record
    from understudy.git.objects import ObjectReader

FILE = "record.json"
_CANDIDATE = b"Candidate: "


def read_chain(reader: ObjectReader, tip: CommitSha | None, limit: int | None) -> list[Record]:
    """Return the records that end at `tip`, newest first."""
    return [_record(reader, commit) for commit, _ in _walk(reader, tip, limit)]


def append(
    reader: ObjectReader, objects: Path, record: Record, *, tip: CommitSha | None, keep: int
) -> CommitSha:
    """Write the record on top of `tip` and return the new tip.

    A chain that would pass `keep` records is written again without the oldest: commits of the
    same trees and candidates on a new root, a few hundred bytes each.
    """
    like = record.base.sha
    kept = [content for _, content in _walk(reader, tip, keep)]
    if len(kept) == keep:
        tip = None
        for content in reversed(kept[: keep - 1]):
            tip = _rewritten(objects, content, tip, like=like)
    blob = write_loose(objects, "blob", to_json(record), like=like)
    entry = f"100644 {FILE}\0".encode() + bytes.fromhex(blob)
    tree = write_loose(objects, "tree", entry, like=like)
    message = f"{record.stage}: {record.decision.value}, record {record.serial}\n"
    parents = [tip] if tip else []
    if record.candidate:
        message += f"\n{_CANDIDATE.decode()}{record.candidate.commit}\n"
        parents.append(record.candidate.commit)
    return _commit(objects, TreeSha(tree), parents, message, like=like)


def _record(reader: ObjectReader, commit: CommitSha) -> Record:
    content = reader.read(f"{commit}:{FILE}")
    if content is None:
        message = f"{commit[:12]} stands where a record should, and is none."
        raise UnderstudyError(message, hint=UNREADABLE)
    return from_json(content)


def _rewritten(objects: Path, content: bytes, tip: CommitSha | None, *, like: str) -> CommitSha:
    candidate = _candidate_of(content)
    parents = [parent for parent in (tip, candidate) if parent]
    message = content.partition(b"\n\n")[2].decode()
    return _commit(objects, tree_of(content), parents, message, like=like)


def _commit(
    objects: Path, tree: TreeSha, parents: list[CommitSha], message: str, *, like: str
) -> CommitSha:
    # No clock: the record itself says when. So a chain written twice is the same chain.
    commit = CommitObject(
        tree=tree, parents=tuple(parents), identity=IDENTITY, date=0, message=message
    )
    return CommitSha(write_loose(objects, "commit", commit.encode(), like=like))


def _walk(
    reader: ObjectReader, tip: CommitSha | None, limit: int | None
) -> Iterator[tuple[CommitSha, bytes]]:
    seen = 0
    while tip is not None and (limit is None or seen < limit):
        content = reader.read_existing(tip)
        yield tip, content
        seen += 1
        earlier = [parent for parent in parents_of(content) if parent != _candidate_of(content)]
        tip = earlier[0] if earlier else None


def _candidate_of(content: bytes) -> CommitSha | None:
    for line in content.partition(b"\n\n")[2].split(b"\n"):
        if line.startswith(_CANDIDATE):
            return CommitSha(line[len(_CANDIDATE) :].decode())
    return None
