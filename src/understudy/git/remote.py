"""Talking to the remote: what refs it has, which commits it serves, what it lets us write."""

from __future__ import annotations

import fnmatch
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.core.decisions import Publication, Published, Raced
from understudy.core.errors import UnavailableError, UsageError
from understudy.core.model import CommitSha
from understudy.git.refusals import refusal
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from understudy.core.decisions import RefUpdate, Refused
    from understudy.git.command import Git
    from understudy.process import Completed

# Protocol messages of upload-pack, which are never translated.
_NOT_SERVED = re.compile(rb"not our ref|unadvertised object|no such remote ref", re.IGNORECASE)
_UNKNOWN_TO_IT = re.compile(
    rb"could not read (username|password)|authentication failed", re.IGNORECASE
)
_MOVED = re.compile(rb"error: 30[1278]\b|unable to update url base from redirection")
_REJECTED = re.compile(r"^!\t[^:\t]*:(\S+)\t(.*)$")
_NOTHING_NEW = ("To ", "Done", "error: failed to push some refs")
_WILD = re.compile(r"[*?\[]")
_PAUSES = (0.5, 2.0)
"""Seconds between tries: a network gets three chances, a local path one."""


def checked_address(remote: str) -> str:
    """Return the address of the remote as git takes it, with local paths made absolute.

    Raises:
        UsageError: it is no address, or one that names a command instead of a place.
    """
    if not remote or remote.startswith("-") or "\n" in remote or "::" in remote.partition("/")[0]:
        message = f"`{redacted(remote)}` is not the address of a Git repository."
        raise UsageError(message, hint="Give a path, or an https://, ssh:// or file:// URL.")
    if not is_local_path(remote):
        return remote
    path = Path(remote).expanduser().resolve()
    if not any((path / name).exists() for name in ("HEAD", ".git")):
        message = f"There is no Git repository at {path}."
        raise UsageError(message, hint="Give the path or URL of one with --repo.")
    return str(path)


def is_local_path(remote: str) -> bool:
    """Tell a path from a URL and from the short ssh form `host:path`, as git does."""
    colon, slash = remote.find(":"), remote.find("/")
    return colon == -1 or -1 < slash < colon


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """All that a remote says it has, in one answer: its refs by full name, and HEAD."""

    head: CommitSha | None
    head_ref: str | None
    refs: Mapping[str, CommitSha]

    def matching(self, patterns: Sequence[str]) -> dict[str, CommitSha]:
        """Return the refs that match one of the patterns; `*` goes across slashes."""
        exact = {name: self.refs[name] for name in patterns if name in self.refs}
        wild = [re.compile(fnmatch.translate(name)) for name in patterns if _WILD.search(name)]
        found = {name: at for name, at in self.refs.items() if any(w.match(name) for w in wild)}
        return {**exact, **found}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteGit:
    """The remote at one address, reached through the git of its mirror."""

    git: Git
    address: str

    def read(self) -> Advertised:
        """Ask for everything at once: git filters by name only after all names have come."""
        said = self._ask("ls-remote", "--symref", "--", self.address)
        target, refs = None, {}
        for line in said.decode(errors="backslashreplace").splitlines():
            value, _, name = line.partition("\t")
            if name == "HEAD" and value.startswith("ref: "):
                target = value.removeprefix("ref: ")
            elif not name.endswith("^{}") and not value.startswith("ref: "):
                refs[name] = CommitSha(value)
        return Advertised(head=refs.pop("HEAD", None), head_ref=target, refs=refs)

    def fetch(self, commits: Sequence[CommitSha]) -> frozenset[CommitSha]:
        """Bring all commits in one fetch; return those that the remote does not serve."""
        completed = self._fetch_once(commits)
        if completed.code == 0:
            return frozenset()
        # One commit that is gone fails the whole fetch. What is still advertised must come;
        # the rest is narrowed down.
        advertised = set(self.read().refs.values())
        certain = [commit for commit in commits if commit in advertised]
        doubtful = [commit for commit in commits if commit not in advertised]
        if not doubtful:
            raise self._unavailable(completed)
        if certain and (completed := self._fetch_once(certain)).code != 0:
            raise self._unavailable(completed)
        return self._fetch_what_exists(doubtful)

    def push(self, updates: Sequence[RefUpdate]) -> Publication:
        """Push all updates or none, each pinned to the value that was read (trap 21).

        Raises:
            UnavailableError: the remote cannot be reached, so what became of the push is unknown.
        """
        completed = self.git.transport(
            "push",
            "--porcelain",
            "--atomic",
            "--no-verify",
            *(f"--force-with-lease={update.ref}:{update.old or ''}" for update in updates),
            "--",
            self.address,
            *(f"{update.new}:{update.ref}" for update in updates),
        )
        if completed.code == 0:
            return Published()
        # What the remote has now says more than any message: the answer may have been lost.
        actual = self.read().refs
        if all(actual.get(update.ref) == update.new for update in updates):
            return Published()
        for update in updates:
            if actual.get(update.ref) != update.old:
                return Raced(ref=update.ref, actual=actual.get(update.ref))
        return refusal(redacted(_said(completed)))

    def refuses_push(self, ref: str, commit: CommitSha) -> Refused | None:
        """Begin a push of what the remote has, and end it before anything is sent.

        A remote that we may not write to says so in its first answer.
        """
        completed = self.git.transport(
            "push",
            "--porcelain",
            "--dry-run",
            "--no-verify",
            "--",
            self.address,
            f"{commit}:{ref}",
        )
        return None if completed.code == 0 else refusal(redacted(_said(completed)))

    def _fetch_what_exists(self, commits: Sequence[CommitSha]) -> frozenset[CommitSha]:
        if self._fetch_once(commits).code == 0:
            return frozenset()
        if len(commits) == 1:
            return self._gone(commits[0])
        middle = len(commits) // 2
        halves = (commits[:middle], commits[middle:])
        return frozenset().union(*(self._fetch_what_exists(half) for half in halves))

    def _gone(self, commit: CommitSha) -> frozenset[CommitSha]:
        """Tell a commit that the remote does not serve from a remote that does not serve."""
        completed = self._fetch_once([commit])
        if completed.code == 0:
            return frozenset()
        if not _NOT_SERVED.search(completed.stderr):
            raise self._unavailable(completed)
        return frozenset([commit])

    def _fetch_once(self, commits: Iterable[CommitSha]) -> Completed:
        return self.git.transport(
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--stdin",
            "--",
            self.address,
            stdin="".join(f"{commit}\n" for commit in commits).encode(),
        )

    def _ask(self, *arguments: str) -> bytes:
        pauses = () if is_local_path(self.address) else _PAUSES
        completed = self.git.transport(*arguments)
        for pause in pauses:
            if completed.code == 0:
                break
            time.sleep(pause)
            completed = self.git.transport(*arguments)
        if completed.code != 0:
            raise self._unavailable(completed)
        return completed.stdout

    def _unavailable(self, completed: Completed) -> UnavailableError:
        where = redacted(self.address)
        message = f"The remote {where} could not be read: {redacted(_said(completed))}"
        return UnavailableError(message, hint=_hint(completed))


def _hint(completed: Completed) -> str:
    if _UNKNOWN_TO_IT.search(completed.stderr):
        return (
            "It takes none of the credentials that git has for it: check GITHUB_TOKEN, or git's own"
            " helper; nothing was published."
        )
    if _MOVED.search(completed.stderr):
        return "It seems to have moved: give its new address; nothing was published."
    return "Check the address, the network and your access; nothing was published."


def _said(completed: Completed) -> str:
    # Neither the ids nor the order of refs is the same at each try; what the remote says is.
    status = sorted(_lines(completed.stdout))
    return "; ".join([*status, *_lines(completed.stderr)])


def _lines(said: bytes) -> Iterator[str]:
    for line in said.decode(errors="replace").splitlines():
        shown = _REJECTED.sub(r"\1 \2", line).strip()
        if shown and not shown.startswith(_NOTHING_NEW):
            yield shown
