"""From options, configuration and environment to a project: its adapters, chosen and put together.

Which forge is asked, and who tells of a deployment, is chosen below.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from understudy import __version__
from understudy.core.config import NAMES, Config, ForgeKind
from understudy.core.config_file import parse
from understudy.core.decisions import (
    Published,
    Raced,
    RefUpdate,
    Refused,
)
from understudy.core.errors import (
    ConfigError,
    RacedError,
    RefusedError,
    UsageError,
)
from understudy.core.model import CommitSha, ToolIdentity
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.deployment_choice import BetterTold
from understudy.documents import load
from understudy.forge_choice import (
    Asked,
    ForgeWhenAsked,
    Host,
    host_of,
)
from understudy.git.remote import is_local_path
from understudy.git.repository import GitRepository, open_repository
from understudy.process import attempt
from understudy.stage import Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from understudy.core.decisions import Publication

MARKING_ATTEMPTS = 10

_FULL_LENGTHS = (40, 64)
_SHORTEST = 7
_USERS_OWN = {"GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the caller asked for. None: find out."""

    repo: str | None = None
    config: Path | None = None
    stage: str | None = None
    pull_requests: Path | None = None
    cache: Path | None = None
    forge: ForgeKind | None = None


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock


@contextmanager
def open_project(options: Options) -> Iterator[Project]:
    """Open one stage of one repository.

    Raises:
        UsageError: there is no such repository, or none could be guessed.
        ConfigError: the configuration is wrong.
        UnavailableError: the remote cannot be read.
    """
    address, clock = options.repo or origin_here(), SystemClock()
    with (
        host_of(address, kind=options.forge, clock=clock) as host,
        opened(address, options, host) as repository,
    ):
        config, _ = configuration(repository, options.config)
        asked = what_is_asked(options, config, repository=repository, host=host)
        yield project_of(repository, asked)


def mark(
    options: Options,
    commit: str,
    marks: Sequence[tuple[str, str]],
    *,
    source: str = "",
    url: str | None = None,
) -> CommitSha:
    """Note the states of checks, as (name, state), on a commit of the remote; return its full id.

    Raises:
        UsageError: the remote has no such commit, or a state is no word we know.
        RefusedError: the remote does not let us write notes.
        RacedError: others wrote notes at each of MARKING_ATTEMPTS attempts.
    """
    from understudy.forges.marks import encode_marks  # noqa: PLC0415 - only this command needs it

    address, clock = options.repo or origin_here(), SystemClock()
    with (
        host_of(address, kind=options.forge, clock=clock) as host,
        opened(address, options, host) as repository,
    ):
        config, _ = configuration(repository, options.config)
        ref = config.plain.notes
        text = encode_marks(marks, source=source, url=url, at=clock.now())
        for _ in range(MARKING_ATTEMPTS):
            repository.look_again()
            full = full_commit(repository, commit)
            match _publish_note(repository, ref, full, text=text):
                case Published():
                    return full
                case Refused(message=message, remedy=remedy):
                    raise RefusedError(f"The remote refused the note: {message}", hint=remedy)
                case Raced():
                    continue
    message = f"{ref} moved on the remote during each of {MARKING_ATTEMPTS} attempts."
    raise RacedError(message, hint="Try again when fewer checks report at once.")


def _publish_note(
    repository: GitRepository, ref: str, commit: CommitSha, *, text: str
) -> Publication:
    tip = repository.advertised([ref]).get(ref)
    if repository.fetch([commit, *([tip] if tip else [])]):
        message = f"The remote has no commit {commit}."
        raise UsageError(message, hint="Push the commit first, or check its id.")
    new = repository.append_note(tip, commit, text)
    return repository.publish([RefUpdate(ref=ref, old=tip, new=new)])


def opened(
    address: str, options: Options, host: Host | None
) -> AbstractContextManager[GitRepository]:
    """Open the mirror of a remote, with the access that its host gives."""
    access = host.access() if host else USERS_OWN_ACCESS
    return open_repository(address, cache=options.cache or cache_folder(), access=access)


def what_is_asked(
    options: Options, config: Config, *, repository: GitRepository, host: Host | None
) -> Asked:
    """Put together what decides which forge is asked, and about which stage."""
    name, stage = config.stage(options.stage)
    return Asked(
        remote=repository,
        host=host,
        kind=options.forge,
        listing=options.pull_requests,
        config=config,
        stage_name=name,
        stage=stage,
        deployed=BetterTold(
            repository=repository,
            stage=stage,
            remote=repository.address,
            clock=SystemClock(),
        ),
    )


def project_of(repository: GitRepository, asked: Asked) -> Project:
    """Put together what it takes to work on one stage of an open repository."""
    return Project(
        repository=repository,
        forge=ForgeWhenAsked(asked),
        clock=SystemClock(),
        config=asked.config,
        stage_name=asked.stage_name,
        stage=asked.stage,
        tool=ToolIdentity(understudy=__version__, git=repository.git_version),
    )


def full_commit(repository: GitRepository, name: str) -> CommitSha:
    """Return the commit that a name stands for on the remote; a whole id is taken as it is.

    Raises:
        UsageError: it stands for none, or for several.
    """
    if len(name) in _FULL_LENGTHS and set(name) <= set("0123456789abcdef"):
        return CommitSha(name)
    refs = repository.advertised(["*"])
    found = {value for ref, value in refs.items() if ref in _names_of(name)}
    found |= {value for value in refs.values() if len(name) >= _SHORTEST and value.startswith(name)}
    if len(found) == 1:
        return found.pop()
    problem = "names several commits" if found else "is no branch, tag or tip"
    message = f"`{name}` {problem} of the remote."
    raise UsageError(message, hint="Give the full id of the commit.")


def _names_of(name: str) -> tuple[str, ...]:
    return (name, f"refs/heads/{name}", f"refs/tags/{name}")


def origin_here() -> str:
    """Return the address of `origin` of the clone we stand in."""
    completed = attempt(["git", "remote", "get-url", "origin"], env=_USERS_OWN)
    if completed.code != 0:
        message = "There is no Git clone with a remote `origin` here."
        raise UsageError(message, hint="Run inside a clone, or give --repo PATH_OR_URL.")
    address = completed.stdout.decode(errors="surrogateescape").rstrip("\n")
    if not is_local_path(address) or Path(address).is_absolute():
        return address
    # Git takes a relative address from the top of the clone, wherever in it we stand.
    top = attempt(["git", "rev-parse", "--show-toplevel"], env=_USERS_OWN)
    return str(Path(os.fsdecode(top.stdout).rstrip("\n")) / address)


def cache_folder() -> Path:
    """Return where everything is kept that can be made again."""
    if folder := os.environ.get("UNDERSTUDY_CACHE"):
        return Path(folder).expanduser().absolute()
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "understudy"


def configuration(repository: GitRepository, path: Path | None) -> tuple[Config, str]:
    """Read the given file, else the one on the remote's default branch (invariant 8).

    Tell where it was found too; empty where there is none, and every default holds.
    """
    if path is not None:
        return given_configuration(path), str(path)
    commit = repository.default_tip()
    if commit is None or repository.fetch([commit]):
        return parse(None), ""
    for name in NAMES:
        found = repository.file(commit, name)
        if found is not None:
            where = f"{name} on the default branch"
            return parse(load(found, where=where, failure=ConfigError)), where
    return parse(None), ""


def given_configuration(path: Path) -> Config:
    """Read the file that somebody named.

    Raises:
        ConfigError: it cannot be read, or is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The configuration {path} cannot be read: {error.strerror}."
        raise ConfigError(message, hint="Check --config and UNDERSTUDY_CONFIG.") from error
    return parse(load(content, where=str(path), failure=ConfigError))
