"""The mirror of one remote, and the one way to write to it. Satisfies `ports.Repository`."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from understudy.core.decisions import Published, Refused
from understudy.core.errors import DamagedCacheError, UnavailableError
from understudy.core.model import CommitSha, Revision, TreeSha
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.git.cache import locked_cache
from understudy.git.command import Git, installed_version
from understudy.git.merging import MergeEngine
from understudy.git.mirror import KeptCommits, keep_within_bounds, make_ready, write_commit_graph
from understudy.git.notes import append_note, read_notes
from understudy.git.objects import FILES, ObjectReader, tree_entries, tree_of
from understudy.git.questions import Fold
from understudy.git.records import append, read_chain
from understudy.git.remote import Advertised, RemoteGit, checked_address
from understudy.git.trees import GitTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from understudy.core.decisions import Publication, RefUpdate
    from understudy.core.ports import Access
    from understudy.core.record import Record


@contextmanager
def open_repository(
    remote: str, *, cache: Path, access: Access = USERS_OWN_ACCESS
) -> Iterator[GitRepository]:
    """Open the mirror of a remote, made anew where it is missing, foreign or damaged.

    Raises:
        UsageError: the address or the cache folder cannot be used.
        UnavailableError: the remote cannot be read, or the cache stays locked.
        DamagedCacheError: the mirror could not be read; it is gone now, so try once more.
    """
    address = checked_address(remote)
    version = installed_version()
    with locked_cache(address, root=cache) as folder, ExitStack() as cleanup:
        folder.clear_scratch()
        cleanup.callback(folder.remove_scratch)
        git = Git(directory=folder.mirror, scratch=folder.scratch, access=access)
        link = RemoteGit(git=git, address=address)
        make_ready(folder, link)
        repository = GitRepository(link, version=version)
        cleanup.callback(repository.close)
        try:
            yield repository
        except DamagedCacheError:
            folder.discard()
            raise


class GitRepository:
    """A mirror that is open, under its lock."""

    def __init__(self, link: RemoteGit, *, version: str) -> None:
        """Take over a mirror that is ready."""
        self._link = link
        self._git = link.git
        self._reader = ObjectReader(link.git)
        self._kept = KeptCommits(link.git, self._reader)
        self._needed: set[CommitSha] = set()
        self._advertised: Advertised | None = None
        self.git_version = version

    @property
    def address(self) -> str:
        """The address of the remote."""
        return self._link.address

    # --- reading the remote ----------------------------------------------------------------------

    def look_again(self) -> None:
        """Forget what the remote advertised; see `ports.Repository.look_again`."""
        self._advertised = None

    def default_branch(self) -> str | None:
        """Return the short name of the branch that the remote's HEAD points at."""
        target = self._remote().head_ref
        return target.removeprefix("refs/heads/") if target else None

    def default_tip(self) -> CommitSha | None:
        """Return the commit that the remote's HEAD is at."""
        return self._remote().head

    def advertised(self, patterns: Sequence[str]) -> dict[str, CommitSha]:
        """Return the remote's refs that match; see `ports.Remote.advertised`."""
        return self._remote().matching(patterns)

    def fetch(self, commits: Iterable[CommitSha]) -> frozenset[CommitSha]:
        """Bring commits in one fetch; see `ports.Repository.fetch`."""
        wanted = dict.fromkeys(commits)
        self._needed.update(wanted)
        held = self._kept.all()
        lacking = [commit for commit in wanted if commit not in held]
        if not lacking:
            return frozenset()
        missing = self._fetched(lacking)
        self._needed -= missing
        self._kept.set(held | self._needed)
        write_commit_graph(self._git, [commit for commit in lacking if commit not in missing])
        return missing

    def notes(self, ref: str, commits: Iterable[CommitSha]) -> dict[CommitSha, bytes]:
        """Return notes; see `ports.Remote.notes`."""
        tip = self._remote().refs.get(ref)
        if tip is None:
            return {}
        self.fetch([tip])
        return read_notes(self._git, self._reader, tip, commits)

    # --- reading the mirror ----------------------------------------------------------------------

    def revision(self, commit: CommitSha) -> Revision:
        """Return a fetched commit with its tree."""
        return Revision(commit=commit, tree=tree_of(self._reader.read_existing(commit)))

    def file(self, commit: CommitSha, path: str) -> bytes | None:
        """Return the content of a file at a fetched commit; None when it has none."""
        return self._reader.read(f"{commit}:{path}")

    def tree(self, commit: CommitSha) -> GitTree:
        """Return the files of a fetched commit."""
        return GitTree(self._reader, self.revision(commit).tree)

    def files_in(self, commit: CommitSha, folder: str) -> list[str]:
        """Return the paths of the files in a folder, not below it, at a fetched commit."""
        content = self._reader.read(f"{commit}:{folder}/") or b""
        return [
            f"{folder}/{os.fsdecode(entry.name)}"
            for entry in tree_entries(content, like=commit)
            if entry.mode in FILES
        ]

    def records(self, tip: CommitSha | None, limit: int | None = None) -> list[Record]:
        """Return the chain of records; see `ports.Repository.records`."""
        if tip is not None:
            self.fetch([tip])
        return read_chain(self._reader, tip, limit)

    @contextmanager
    def merging(
        self, *, base: Revision, heads: Sequence[CommitSha], pin: Sequence[str]
    ) -> Iterator[MergeEngine]:
        """Open a merge engine; see `ports.Repository.merging`."""
        engine = MergeEngine(
            self._git,
            self._reader,
            version=self.git_version,
            fold=Fold(base=base, heads=tuple(heads), pin=tuple(pin)),
        )
        try:
            yield engine
        finally:
            engine.close()

    def refused_path(self, tree: TreeSha) -> str | None:
        """Return what git says of a path it would not check out; see `ports.Repository`."""
        index = {"GIT_INDEX_FILE": str(self._git.scratch.parent / "index")}
        completed = self._git.attempt("read-tree", tree, env=index)
        return completed.stderr.decode(errors="replace").strip() if completed.code else None

    def contains_all(self, commit: CommitSha, heads: Sequence[CommitSha]) -> bool:
        """Tell whether each head is an ancestor of the commit, in one walk."""
        asked = "".join(f"{head}\n" for head in heads) + f"^{commit}\n"
        return not self._git.run("rev-list", "--max-count=1", "--stdin", stdin=asked.encode())

    # --- writing ---------------------------------------------------------------------------------

    def write_record(self, record: Record, *, tip: CommitSha | None, keep: int) -> CommitSha:
        """Append to the chain; see `ports.Repository.write_record`."""
        objects = self._git.directory / "objects"
        return append(self._reader, objects, record, tip=tip, keep=keep)

    def append_note(self, tip: CommitSha | None, commit: CommitSha, text: str) -> CommitSha:
        """Append text to the note on a fetched commit; return the notes' new tip, unpublished."""
        return append_note(self._git, tip, commit, text)

    def publish(self, updates: Sequence[RefUpdate]) -> Publication:
        """Push all or nothing; see `ports.Repository.publish`."""
        tips = [update.new for update in updates]
        self._kept.pack_on_top(tips)
        outcome = self._link.push(updates)
        self.look_again()
        if isinstance(outcome, Published):
            self._needed.update(tips)
        elif isinstance(outcome, Refused):
            self._refuse_damage(tips)
        return outcome

    def refuses_push(self, ref: str, commit: CommitSha) -> Refused | None:
        """Return why the remote lets us not even begin a push; nothing is sent in any case."""
        return self._link.refuses_push(ref, commit)

    def settle(self) -> None:
        """Keep what this session asked for and published, and nothing else for ever."""
        self._kept.set(self._needed)
        keep_within_bounds(self._git)

    def close(self) -> None:
        """End the git that reads objects."""
        self._reader.close()

    def _fetched(self, commits: Sequence[CommitSha]) -> frozenset[CommitSha]:
        try:
            missing = self._link.fetch(commits)
        except UnavailableError:
            # A fetch builds on what is there already: is it that which cannot be read?
            self._git.run("rev-list", "--objects", "--quiet", "--all")
            raise
        there = [commit for commit in commits if commit not in missing]
        asked = "".join(f"{commit}\n" for commit in there).encode()
        kinds = self._git.run("cat-file", "--batch-check=%(objecttype)", stdin=asked).split(b"\n")
        others = (commit for commit, kind in zip(there, kinds, strict=False) if kind != b"commit")
        return missing | frozenset(others)

    def _refuse_damage(self, tips: Sequence[CommitSha]) -> None:
        """Tell a remote that refuses from a mirror that could not send what it should have."""
        there = self._kept.all().intersection(self._remote().refs.values())
        self._kept.refuse_damage(tips, without=there)

    def _remote(self) -> Advertised:
        if self._advertised is None:
            self._advertised = self._link.read()
        return self._advertised
