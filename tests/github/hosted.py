"""A world whose remote is served by the fake GitHub: its address, its faults, its traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from tests.github.environments import environment_of
from tests.github.fake.hub import Hub
from tests.github.fake.server import Server
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.github.environments import Credential, Run
    from tests.github.fake.faults import Kind, On
    from tests.github.fake.messages import Request as Asked
    from tests.github.fake.messages import Seen
    from tests.github.fake.model import Model
    from tests.github.fake.tokens import Tokens
    from tests.machines import Machine
    from tests.outcomes import Outcome

OWNER, NAME = "ada", "fleet"


class HostedWorld(World):
    """A repository on GitHub."""

    def __init__(self, folder: Path) -> None:
        """Put GitHub around an empty remote."""
        super().__init__(folder)
        self.fake = Hub(self.remote, OWNER, NAME)
        self.server = Server(self.fake)
        self.model: Model = self.fake.model
        self.tokens: Tokens = self.fake.tokens
        self._run(self.clone, "remote", "set-url", "origin", self.address)

    def assert_clean(self) -> None:
        """Fail with what our client or the fake did wrong."""
        assert not self.fake.failures, "\n".join(self.fake.failures)
        assert not self.fake.violations, "\n".join(self.fake.violations)

    @property
    def address(self) -> str:
        """Return the URL of the repository."""
        return f"{self.fake.root}/{OWNER}/{NAME}.git"

    # --- what goes wrong -------------------------------------------------------------------------

    def fault(
        self,
        kind: Kind,
        *,
        on: On | Callable[[Asked], bool] | None = None,
        times: int = 1,
        after: int = 0,
        **details: object,
    ) -> None:
        """Let something go wrong `times` times, once `after` requests that match have passed."""
        self.fake.faults.add(kind, on=on, times=times, after=after, **details)

    def freeze_reads(self, times: int = 1) -> None:
        """Answer the next GraphQL questions from the world as it is now."""
        self.fake.freeze_reads(times)

    # --- what understudy does --------------------------------------------------------------------

    def rebuild(
        self,
        *,
        on: Machine | None = None,
        listed: bool = False,
        dry_run: bool = False,
        resume: bool = False,
    ) -> Outcome:
        """Rebuild the stage as a run of the workflow does, through the address."""
        return super().rebuild(on=on, listed=listed, dry_run=dry_run, resume=resume)

    def environment(self, credential: Credential = "actions", **run: Unpack[Run]) -> dict[str, str]:
        """Return what understudy finds: all of Actions for its own token, else a credential."""
        return environment_of(self.fake, self.folder / "run", credential, **run)

    # --- what was asked of the server ------------------------------------------------------------

    @property
    def traffic(self) -> list[Seen]:
        """Return what was asked of the server since the log was cleared."""
        return self.fake.requests

    @property
    def violations(self) -> list[str]:
        """Return what our client did against GitHub's descriptions; clear it if that was meant."""
        return self.fake.violations

    def reads(self) -> list[Seen]:
        """Return the reads of the API."""
        return [it for it in self.traffic if it.group in {"graphql", "rest-read"}]

    def writes(self) -> list[Seen]:
        """Return what would change something, in the API or in git."""
        return [it for it in self.traffic if it.kind == "write"]

    def clear_log(self) -> None:
        """Forget what was asked of the server."""
        self.fake.requests.clear()
