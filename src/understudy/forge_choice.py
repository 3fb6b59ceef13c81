"""From a remote's address, options and environment to the forge that is asked about it.

The one file that knows each forge. What a forge needs is loaded when it is asked, no sooner.
"""

from __future__ import annotations

import functools
import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.config import ForgeKind
from understudy.core.errors import UsageError
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.forges.github.auth import AppKey, GitAccess, found_in, no_credentials
from understudy.forges.github.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.core.answers import Report
    from understudy.core.config import Config, Stage
    from understudy.core.decisions import Raced
    from understudy.core.diagnosis import Inspected, Observation
    from understudy.core.model import Snapshot
    from understudy.core.ports import Access, Clock, Forge, Remote
    from understudy.core.record import Line, Record
    from understudy.forges.github.auth import Credentials
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.forge import Lane
    from understudy.forges.github.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where the remote is, and who we are there, as far as is known without asking anybody."""

    place: Place
    credentials: Credentials | None
    clock: Clock

    def access(self) -> Access:
        """Return how git gets in: with the token there is, else in the user's own way."""
        if self.credentials is None:
            return USERS_OWN_ACCESS
        return GitAccess(self.place, self.credentials)


def host_of(address: str, *, kind: ForgeKind | None, clock: Clock) -> Host | None:
    """Return the host of a remote; None: it is none that we know.

    Raises:
        UsageError: the environment's credentials cannot be right.
    """
    place = place_of(address, os.environ, certain=kind is ForgeKind.GITHUB)
    if place is None:
        return None
    found = found_in(os.environ)
    if isinstance(found, AppKey):
        return Host(place=place, credentials=_app(found, place, clock), clock=clock)
    return Host(place=place, credentials=found, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What decides which forge is asked, and about which stage."""

    remote: Remote
    host: Host | None
    kind: ForgeKind | None
    listing: Path | None
    config: Config
    stage_name: str
    stage: Stage


class ForgeWhenAsked:
    """The forge that was chosen. Reading history asks none, so none is loaded before."""

    def __init__(self, asked: Asked) -> None:
        """Choose nothing yet."""
        self._asked = asked
        self._opened = ExitStack()

    def close(self) -> None:
        """Let go of what asking opened."""
        self._opened.close()

    def snapshot(self, previous: Record | None) -> Snapshot | Raced:
        """See `ports.Forge.snapshot`."""
        return self._chosen.snapshot(previous)

    def report(self, record: Record, before: Record | None) -> Report:
        """See `ports.Forge.report`."""
        return self._chosen.report(record, before)

    @functools.cached_property
    def _chosen(self) -> Forge:
        asked = self._asked
        if asked.listing is not None:
            from understudy.forges.listing import ListingForge  # noqa: PLC0415 - see above

            return ListingForge(asked.remote, asked.config, asked.listing)
        if _is_plain(asked):
            from understudy.forges.plain import PlainForge  # noqa: PLC0415 - see above

            return PlainForge(asked.remote, asked.config)
        return _github_forge(asked, self._opened)


def open_github(host: Host) -> GitHub:
    """Return GitHub as it is asked with the credentials there are.

    Raises:
        UsageError: there are none, or what is needed to ask is not installed.
    """
    if host.credentials is None:
        raise no_credentials(host.place)
    try:
        from understudy.forges.github.client import GitHub  # noqa: PLC0415 - see above
        from understudy.forges.github.limits import told_to_wait  # noqa: PLC0415
        from understudy.transport import Transport  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _not_installed(error) from error
    return GitHub(host.place, host.credentials, Transport(told_to_wait=told_to_wait))


def observe_forge(asked: Asked, repository: Inspected) -> Iterator[Observation]:
    """Look at the forge that would be asked, and write nothing there."""
    if not _is_plain(asked):
        yield from observe_github(_known_host(asked), asked, repository)


def observe_github(
    host: Host, asked: Asked | None = None, repository: Inspected | None = None
) -> Iterator[Observation]:
    """Look at GitHub; without `asked`, as far as that goes where git cannot read the remote.

    Raises:
        UsageError: it cannot be asked at all.
    """
    github = open_github(host)
    from understudy.diagnosing import examine  # noqa: PLC0415 - see above
    from understudy.forges.github import doctor  # noqa: PLC0415

    with closing(github.transport):
        caller = doctor.Caller(github=github, now=host.clock.now())
        access = tuple(examine(doctor.of_access(caller)))
        yield from access
        if asked and repository and doctor.has_access(access):
            yield from examine(doctor.of_stage(caller, repository, _lane(asked)))


def _is_plain(asked: Asked) -> bool:
    kind = asked.kind or asked.config.forge
    return kind is ForgeKind.PLAIN or (kind is ForgeKind.AUTO and asked.host is None)


def _known_host(asked: Asked) -> Host:
    if asked.host is None:
        message = "The configuration says `forge: github`, and the remote's address is not known."
        hint = "Say so with `--forge github` too, so that git is given the token."
        raise UsageError(message, hint=hint)
    return asked.host


def _lane(asked: Asked) -> Lane:
    from understudy.forges.github.forge import Lane  # noqa: PLC0415 - see above
    from understudy.forges.github.reported import our_run  # noqa: PLC0415

    return Lane(
        config=asked.config, name=asked.stage_name, stage=asked.stage, us=our_run(os.environ)
    )


def _github_forge(asked: Asked, opened: ExitStack) -> Forge:
    host = _known_host(asked)
    github = open_github(host)
    opened.callback(github.transport.close)
    from understudy.forges.github.forge import GitHubForge  # noqa: PLC0415 - see above
    from understudy.forges.github.reporting import Voice  # noqa: PLC0415

    voice = Voice(page=_page(host.place, asked.stage), comment=_comment)
    return GitHubForge(github, asked.remote, _lane(asked), voice)


def _app(app: AppKey, place: Place, clock: Clock) -> Credentials:
    try:
        from understudy.forges.github.app import AppCredentials  # noqa: PLC0415 - see above
        from understudy.forges.github.limits import told_to_wait  # noqa: PLC0415
        from understudy.transport import Transport  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _not_installed(error) from error
    transport = Transport(told_to_wait=told_to_wait)
    return AppCredentials(app, place=place, transport=transport, clock=clock)


def _page(place: Place, stage: Stage) -> str:
    """Return where answers lead: the workflow run with its summary, else the branch."""
    run = os.environ.get("GITHUB_RUN_ID", "")
    return f"{place.url}/actions/runs/{run}" if run else f"{place.url}/commits/{stage.branch}"


def _comment(record: Record, line: Line) -> str:
    from understudy.render.comment import comment  # noqa: PLC0415 - see above

    return comment(record, line)


def _not_installed(error: ModuleNotFoundError) -> UsageError:
    message = f"GitHub cannot be asked: the Python package `{error.name}` is not installed."
    return UsageError(message, hint="Install understudy with its extra: `understudy[github]`.")
