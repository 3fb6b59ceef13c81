"""From a remote's address, options and environment to the forge that is asked about it.

No other file knows all forges. What a forge needs is loaded when it is asked, no sooner.
"""

from __future__ import annotations

import functools
import os
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.config import ForgeKind, Required
from understudy.core.deployment import as_told
from understudy.core.errors import ConfigError, UsageError
from understudy.core.extras import extra_needed
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.forges.github.auth import AppKey, GitAccess, found_in, no_credentials
from understudy.forges.github.place import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from understudy.core.answers import Report
    from understudy.core.config import Config, Stage
    from understudy.core.decisions import Raced
    from understudy.core.deployment import Deployment
    from understudy.core.diagnosis import Inspected, Observation
    from understudy.core.model import CommitSha, Snapshot
    from understudy.core.ports import Access, Clock, Forge, Remote
    from understudy.core.record import Line, Record
    from understudy.forges.github.auth import Credentials
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.forge import Lane
    from understudy.forges.github.place import Place
    from understudy.transport import Transport


_LONGEST_NUMBER = 9
_UNASKED = "GitHub cannot be asked"


class Host:
    """Where the remote is, and who we are there, as far as is known without asking anybody."""

    def __init__(self, place: Place, *, clock: Clock) -> None:
        """Find in the environment who we are.

        Raises:
            UsageError: the credentials cannot be right.
        """
        self.place, self.clock = place, clock
        self._opened = ExitStack()
        found = found_in(os.environ)
        self.credentials = self._app(found) if isinstance(found, AppKey) else found

    def access(self) -> Access:
        """Return how git gets in: with the token there is, else in the user's own way."""
        if self.credentials is None:
            return USERS_OWN_ACCESS
        return GitAccess(self.place, self.credentials)

    def github(self) -> GitHub:
        """Return GitHub as it is asked with the credentials there are.

        Raises:
            UsageError: there are none, or what is needed to ask is not installed.
        """
        if self.credentials is None:
            raise no_credentials(self.place)
        with extra_needed("github", otherwise=_UNASKED):
            from understudy.forges.github.client import GitHub  # noqa: PLC0415 - see above

        return GitHub(self.place, self.credentials, self._transport)

    def close(self) -> None:
        """Let go of what asking opened."""
        self._opened.close()

    def _app(self, app: AppKey) -> Credentials:
        with extra_needed("github", otherwise=_UNASKED):
            from understudy.forges.github.app import AppCredentials  # noqa: PLC0415 - see above

        return AppCredentials(app, place=self.place, transport=self._transport, clock=self.clock)

    @functools.cached_property
    def _transport(self) -> Transport:
        with extra_needed("github", otherwise=_UNASKED):
            from understudy.forges.github.limits import told_to_wait  # noqa: PLC0415 - see above
            from understudy.transport import Transport  # noqa: PLC0415
        transport = Transport(told_to_wait=told_to_wait, longest=_deadline())
        self._opened.callback(transport.close)
        return transport


@contextmanager
def host_of(address: str, *, kind: ForgeKind | None, clock: Clock) -> Iterator[Host | None]:
    """Open the host of a remote; None: it is none that we know.

    Raises:
        UsageError: the environment's credentials cannot be right.
    """
    place = place_of(address, os.environ, certain=kind is ForgeKind.GITHUB)
    if place is None:
        yield None
        return
    with closing(Host(place, clock=clock)) as host:
        yield host


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What decides which forge is asked, and about which stage.

    `deployed` adds what is known elsewhere of a commit's deployment to what the forge was told.
    """

    remote: Remote
    host: Host | None
    kind: ForgeKind | None
    listing: Path | None
    config: Config
    stage_name: str
    stage: Stage
    deployed: Callable[[CommitSha, Deployment | None], Deployment | None] = as_told


class ForgeWhenAsked:
    """The forge that was chosen. Reading history asks none, so none is loaded before."""

    def __init__(self, asked: Asked) -> None:
        """Choose nothing yet."""
        self._asked = asked

    def snapshot(self, previous: Record | None) -> Snapshot | Raced:
        """See `ports.Forge.snapshot`."""
        return self._chosen.snapshot(previous)

    def report(self, record: Record, before: Record | None) -> Report:
        """See `ports.Forge.report`."""
        return self._chosen.report(record, before)

    def deployed(self, commit: CommitSha) -> Deployment | None:
        """See `ports.Forge.deployed`."""
        return self._chosen.deployed(commit)

    @functools.cached_property
    def _chosen(self) -> Forge:
        asked = self._asked
        if asked.listing is None and not _is_plain(asked):
            return _github_forge(asked)
        _refuse_protection(asked.stage)
        if asked.listing is not None:
            from understudy.forges.listing import ListingForge  # noqa: PLC0415 - see above

            return ListingForge(asked.remote, asked.config, asked.listing)
        from understudy.forges.plain import PlainForge  # noqa: PLC0415 - see above

        return PlainForge(asked.remote, asked.config, asked.stage)


def observe_forge(asked: Asked, repository: Inspected) -> Iterator[Observation]:
    """Look at the forge that would be asked, and write nothing there."""
    if not _is_plain(asked):
        yield from observe_github(_known_host(asked), asked, repository)


def write_access(host: Host | None) -> str:
    """Say how those who ask are given write access; empty where that is not known."""
    if host is None or host.credentials is None:
        return ""
    from understudy.forges.github import doctor_credentials as known  # noqa: PLC0415 - see above

    return known.remedy(known.kind_of(host.credentials), "write", known.CONTENTS)


def observe_github(
    host: Host, asked: Asked | None = None, repository: Inspected | None = None
) -> Iterator[Observation]:
    """Look at GitHub; without `asked`, as far as that goes where git cannot read the remote.

    Raises:
        UsageError: it cannot be asked at all.
    """
    github = host.github()
    from understudy.diagnosing import examine  # noqa: PLC0415 - see above
    from understudy.forges.github import doctor  # noqa: PLC0415
    from understudy.forges.github.doctor_subject import Caller  # noqa: PLC0415

    caller = Caller(github=github, credentials=github.credentials, now=host.clock.now())
    access = tuple(examine(doctor.of_access(caller)))
    yield from access
    if asked and repository and doctor.has_access(access):
        yield from examine(doctor.of_stage(caller, repository, _lane(asked)))


def _is_plain(asked: Asked) -> bool:
    kind = asked.kind or asked.config.forge
    return kind is ForgeKind.PLAIN or (kind is ForgeKind.AUTO and asked.host is None)


def _refuse_protection(stage: Stage) -> None:
    if stage.checks.required is Required.BRANCH_PROTECTION:
        message = "`checks.required` is `branch-protection`, and there is no forge that has any."
        raise ConfigError(message, hint="List the names of the checks: `required: [lint]`.")


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


def _github_forge(asked: Asked) -> Forge:
    host = _known_host(asked)
    github = host.github()
    from understudy.forges.github.forge import GitHubForge  # noqa: PLC0415 - see above
    from understudy.forges.github.reporting import Voice  # noqa: PLC0415

    page = _page(host.place, asked.stage)
    voice = Voice(page=page, comment=_comment, deployed=asked.deployed)
    return GitHubForge(github, asked.remote, _lane(asked), voice)


def _deadline() -> float | None:
    """Return the seconds for which the environment lets a forge be asked."""
    said = os.environ.get("UNDERSTUDY_DEADLINE", "").strip()
    if not said:
        return None
    is_number = said.isascii() and said.isdecimal() and len(said) <= _LONGEST_NUMBER
    if not is_number or int(said) == 0:
        message = f"UNDERSTUDY_DEADLINE is `{phrases.shown(said)}`; it must be a number of seconds."
        raise UsageError(message, hint="Set it to 300, say, or take it away.")
    return float(said)


def _page(place: Place, stage: Stage) -> str:
    """Return where answers lead: the workflow run with its summary, else the branch."""
    run = os.environ.get("GITHUB_RUN_ID", "")
    if run.isascii() and run.isdecimal():
        return f"{place.url}/actions/runs/{run}"
    return f"{place.url}/commits/{stage.branch}"


def _comment(record: Record, line: Line, deployment: Deployment | None) -> str:
    from understudy.render.comment import comment  # noqa: PLC0415 - see above

    return comment(record, line, deployment)
