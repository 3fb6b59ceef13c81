"""Git notes: where checks live when no server keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.model import CommitSha
from understudy.git.objects import EMAIL, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader

_WORKING_REF = "refs/notes/being-written"
_IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", NAME), ("EMAIL", EMAIL))
}


def read_notes(
    git: Git, reader: ObjectReader, tip: CommitSha, commits: Iterable[CommitSha]
) -> dict[CommitSha, bytes]:
    """Return the notes at `tip` on those of the commits that have one."""
    blobs = {}
    for entry in git.run("ls-tree", "-r", "-z", tip).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        # Notes fan out into folders as they grow: ab/cdef… is the note on abcdef….
        blobs[path.replace(b"/", b"").decode(errors="replace")] = about[-len(tip) :].decode()
    return {commit: reader.read_existing(blobs[commit]) for commit in commits if commit in blobs}


def append_note(git: Git, tip: CommitSha | None, commit: CommitSha, text: str) -> CommitSha:
    """Append a paragraph-free line to the note on a fetched commit; return the notes' new tip."""
    git.run("update-ref", "-d", _WORKING_REF)
    if tip is not None:
        git.run("update-ref", _WORKING_REF, tip)
    # `git notes append` puts an empty line between what was there and what comes: harmless here.
    git.run(
        "notes",
        "--ref",
        _WORKING_REF,
        "append",
        "--file=-",
        commit,
        stdin=text.encode(),
        env=_IDENTITY,
    )
    written = git.run("rev-parse", "--verify", _WORKING_REF).decode().strip()
    git.run("update-ref", "-d", _WORKING_REF)
    return CommitSha(written)
