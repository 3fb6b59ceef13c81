"""From options, configuration and environment to a project: the one file that knows adapters."""

from __future__ import annotations

import functools
import os
from contextlib import ExitStack, contextmanager
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
    DamagedCacheError,
    RacedError,
    RefusedError,
    UnderstudyError,
    UsageError,
)
from understudy.core.model import CommitSha, ToolIdentity
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.documents import load
from understudy.forge_choice import (
    Asked,
    ForgeWhenAsked,
    Host,
    host_of,
    observe_forge,
    observe_github,
    write_access,
)
from understudy.git.command import installed_version
from understudy.git.remote import is_local_path
from understudy.git.repository import GitRepository, open_repository
from understudy.process import attempt
from understudy.redaction import redacted
from understudy.stage import Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from understudy.core.decisions import Publication
    from understudy.core.diagnosis import Diagnosis, Observation

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
    address, clock = options.repo or _origin_here(), SystemClock()
    with (
        host_of(address, kind=options.forge, clock=clock) as host,
        _opened(address, options, host) as repository,
    ):
        config, _ = _configuration(repository, options.config)
        asked = _asked(options, config, repository=repository, host=host)
        yield Project(
            repository=repository,
            forge=ForgeWhenAsked(asked),
            clock=clock,
            config=config,
            stage_name=asked.stage_name,
            stage=asked.stage,
            tool=_tool(repository),
        )


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

    address, clock = options.repo or _origin_here(), SystemClock()
    with (
        host_of(address, kind=options.forge, clock=clock) as host,
        _opened(address, options, host) as repository,
    ):
        config, _ = _configuration(repository, options.config)
        ref = config.plain.notes
        text = encode_marks(marks, source=source, url=url, at=clock.now())
        for _ in range(MARKING_ATTEMPTS):
            repository.look_again()
            full = _full_commit(repository, commit)
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


def diagnose(options: Options) -> Diagnosis:
    """Look at all that a rebuild needs, and write nothing.

    Raises:
        UsageError: there is no telling which repository is meant.
    """
    from understudy.core.diagnosis import Diagnosis  # noqa: PLC0415 - only this command needs it

    address = options.repo or _origin_here()
    return Diagnosis(observations=tuple(_observed(address, options)))


def _observed(address: str, options: Options) -> Iterator[Observation]:
    with ExitStack() as opened:
        yield from _observed_with(opened, address, options)


def _observed_with(opened: ExitStack, address: str, options: Options) -> Iterator[Observation]:
    from understudy import diagnosing  # noqa: PLC0415 - only this command needs it
    from understudy.core.diagnosis import Examination, failed, fine  # noqa: PLC0415

    row, host = "git", None
    try:
        yield fine(row, f"git {installed_version()}")
        row = "credentials"
        known = host_of(address, kind=options.forge, clock=SystemClock())
        host = opened.enter_context(known)
        row = "remote"
        with _opened(address, options, host) as repository:
            yield fine(row, f"{redacted(address)} can be read")
            row = "configuration"
            config, where = _configuration(repository, options.config)
            asked = _asked(options, config, repository=repository, host=host)
            yield fine(row, where or "there is no file, so every default holds")
            on_remote = diagnosing.of_remote(
                repository,
                config,
                asked.stage_name,
                stage=asked.stage,
                write_access=write_access(host),
            )
            yield from diagnosing.examine(on_remote)
            look = functools.partial(observe_forge, asked, repository)
            yield from diagnosing.examine([Examination(id="forge", look=look)])
    except DamagedCacheError:
        raise
    except UnderstudyError as error:
        yield failed(row, error)
        if host is not None and options.forge is not ForgeKind.PLAIN:
            look = functools.partial(observe_github, host)
            yield from diagnosing.examine([Examination(id="forge", look=look)])


def _opened(
    address: str, options: Options, host: Host | None
) -> AbstractContextManager[GitRepository]:
    access = host.access() if host else USERS_OWN_ACCESS
    return open_repository(address, cache=options.cache or _cache_folder(), access=access)


def _asked(
    options: Options, config: Config, *, repository: GitRepository, host: Host | None
) -> Asked:
    name, stage = config.stage(options.stage)
    return Asked(
        remote=repository,
        host=host,
        kind=options.forge,
        listing=options.pull_requests,
        config=config,
        stage_name=name,
        stage=stage,
    )


def _tool(repository: GitRepository) -> ToolIdentity:
    return ToolIdentity(understudy=__version__, git=repository.git_version)


def _full_commit(repository: GitRepository, name: str) -> CommitSha:
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


def _origin_here() -> str:
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


def _cache_folder() -> Path:
    if folder := os.environ.get("UNDERSTUDY_CACHE"):
        return Path(folder).expanduser().absolute()
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "understudy"


def _configuration(repository: GitRepository, path: Path | None) -> tuple[Config, str]:
    """Read the given file, else the one on the remote's default branch (invariant 8).

    Tell where it was found too; empty where there is none, and every default holds.
    """
    if path is not None:
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"The configuration {path} cannot be read: {error.strerror}."
            raise ConfigError(message, hint="Check --config and UNDERSTUDY_CONFIG.") from error
        return parse(load(content, where=str(path), failure=ConfigError)), str(path)
    commit = repository.default_tip()
    if commit is None or repository.fetch([commit]):
        return parse(None), ""
    for name in NAMES:
        found = repository.file(commit, name)
        if found is not None:
            where = f"{name} on the default branch"
            return parse(load(found, where=where, failure=ConfigError)), where
    return parse(None), ""
