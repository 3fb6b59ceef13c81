"""The language of the stories on GitHub: `World` with a forge around its remote.

The remote is the bare repository that the fake serves. Whoever pushes to it by path may do
anything; whoever pushes to `address` needs a token and obeys the rules.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack, cast

from tests.github.fake.values import Protection, Ruleset
from tests.github.hosted import HostedWorld
from tests.world import BASE, About

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.github.fake.model import AboutPullRequest
    from tests.github.fake.reported import AboutCheck
    from tests.github.fake.values import (
        CheckRun,
        Deployment,
        PullRequest,
        PushKind,
        StatusContext,
        StatusState,
    )
    from tests.world import Files, Request
    from understudy.core.model import CommitSha

NOWHERE = "0" * 40
"""Where a branch was before it was made."""


class AboutOnGitHub(About, total=False):
    """What a pull request says of itself on GitHub."""

    body: str
    fork: str
    association: str
    base: str


class Edit(TypedDict, total=False):
    """What can be changed of a pull request."""

    title: str
    body: str
    base: str


class Told(NamedTuple):
    """The newest status of a context."""

    state: str
    description: str | None
    target_url: str | None


@contextmanager
def github_world(folder: Path) -> Iterator[GitHubWorld]:
    """Open an empty repository on GitHub; at the end, fail with what anybody did wrong to it."""
    world = GitHubWorld(folder)
    try:
        yield world
    finally:
        world.server.close()
    world.assert_clean()


class GitHubWorld(HostedWorld):
    """A repository on GitHub, and the people and machines around it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._closed: dict[int, Request] = {}
        self._forking = False

    # --- what people do --------------------------------------------------------------------------

    def pull_request(self, number: int, files: Files, **about: Unpack[AboutOnGitHub]) -> Request:
        """Open a pull request, from a branch here or from somebody's fork."""
        known: AboutPullRequest = {}
        if "fork" in about:
            known["fork"] = about.pop("fork")
            about.setdefault("author", known["fork"].partition("/")[0])
        if "association" in about:
            known["association"] = about.pop("association")
        known["body"] = about.pop("body", "")
        known["base"] = about.pop("base", BASE)
        branch = about.setdefault("branch", f"feature/{number}-change")
        plain = cast("About", about)
        with self._elsewhere(number, branch) if "fork" in known else nullcontext():
            request = super().pull_request(number, files, **plain)
        known |= {"title": request.title, "author": request.author, "draft": request.draft}
        known |= {"branch": request.branch, "labels": request.labels}
        if "fork" in known:
            self._note_push(known["fork"], request.branch, NOWHERE, request.head)
        self.model.add_pull_request(number, request.head, **known)
        self.fake.git.set_pull_heads({number: request.head})
        self.mark(number, **request.checks)
        return request

    def push(self, number: int, files: Files) -> CommitSha:
        """Commit on the branch of an open pull request and push it."""
        if not self.at(number).from_fork:
            return super().push(number, files)
        branch = self.requests[number].branch
        with self._elsewhere(number, branch):
            head = super().push(number, files)
        fork, before = self.at(number).head_repository, self.at(number).head.oid
        if fork:
            self._note_push(fork.full_name, branch, before, head)
        self.model.move_head(self.at(number), head)
        return head

    def mark(self, number: int, **checks: str) -> None:
        """Let check runs of the usual workflow report on the head of a pull request."""
        super().mark(number, **checks)
        for name, word in checks.items():
            self.check(number, name, word)

    def check(self, number: int, name: str, word: str, **about: Unpack[AboutCheck]) -> CheckRun:
        """Report a check run: `word` is a conclusion, or `queued`, `in_progress` and the like."""
        self.fake.sync()
        return self.model.add_check(self.at(number).head.oid, name, word, **about)

    def status(
        self, number: int, context: str, state: StatusState, description: str = ""
    ) -> StatusContext:
        """Put a commit status on the head of a pull request, as a CI outside Actions does."""
        self.fake.sync()
        return self.model.add_status(
            self.at(number).head.oid,
            context,
            state,
            creator=self.model.actor("some-ci[bot]"),
            description=description,
        )

    def flux(
        self, name: str, state: StatusState, reason: str, *, on: str = "staging"
    ) -> StatusContext:
        """Let Flux say on a branch's tip what became of a Kustomization, as its alerts do."""
        self.fake.sync()
        tip = self.remote_ref(f"refs/heads/{on}") or ""
        context, bot = f"kustomization/{name}/0c9c2e41", self.model.actor("fluxbot")
        return self.model.add_status(tip, context, state, creator=bot, description=reason)

    def label(self, number: int, name: str) -> None:
        """Put a label on a pull request."""
        self.model.label(self.at(number), name)

    def unlabel(self, number: int, name: str) -> None:
        """Take a label off a pull request."""
        self.model.unlabel(self.at(number), name)

    def edit(self, number: int, **about: Unpack[Edit]) -> None:
        """Change what a pull request says, or the branch that it targets."""
        found = self.at(number)
        found.title = about.get("title", found.title)
        found.body = about.get("body", found.body)
        found.base_ref = about.get("base", found.base_ref)
        self.model.touch(found)

    def draft(self, number: int, *, draft: bool = True) -> None:
        """Make a pull request a draft, or ready for review."""
        self.at(number).draft = draft
        self.model.touch(self.at(number))

    def close(self, number: int) -> None:
        """Close a pull request; its branch stays."""
        self._closed[number] = self.requests[number]
        super().close(number)
        self.model.close(self.at(number))

    def reopen(self, number: int) -> None:
        """Open a closed pull request again."""
        self.requests[number] = self._closed.pop(number)
        self.model.reopen(self.at(number))

    def delete_head(self, number: int) -> None:
        """Delete the branch of a pull request, which closes it; GitHub keeps `refs/pull`."""
        super().delete_head(number)
        self._closed[number] = self.requests.pop(number)

    def delete_fork(self, number: int) -> None:
        """Delete the fork that a pull request comes from: it stays open."""
        self.at(number).head_repository = None

    def move_ref(self, ref: str, commit: str) -> None:
        """Set a ref of the remote to a commit that the remote has."""
        super().move_ref(ref, commit)
        self.fake.sync()

    def protect(
        self,
        branch: str,
        required: Iterable[str] = (),
        *,
        pushes: bool = False,
        force: bool = False,
        says: str = "",
    ) -> None:
        """Protect a branch the classic way: by default nobody may push to it."""
        self.model.repository.protections[branch] = Protection(
            required=tuple(required), pushes=pushes, force=force, says=says
        )

    def ruleset(
        self,
        branch: str,
        required: Iterable[str] = (),
        *,
        rules: Iterable[str] = ("pull_request",),
        says: str = "",
    ) -> None:
        """Protect a branch by a ruleset: `rules` are the types that REST names."""
        rulesets = self.model.repository.rulesets
        rulesets.append(
            Ruleset(
                id=len(rulesets) + 1,
                branch=branch,
                required=tuple(required),
                rules=tuple(rules),
                says=says,
            )
        )

    def git(self, *arguments: str) -> str:
        """Run git in the clone. People here reach the remote by path: `origin` is for others."""
        if arguments[0] in {"fetch", "push"}:
            arguments = tuple(str(self.remote) if it == "origin" else it for it in arguments)
        said = super().git(*arguments)
        if arguments[0] == "push" and not self._forking:
            self.fake.sync()
        return said

    # --- what can be seen ------------------------------------------------------------------------

    def at(self, number: int) -> PullRequest:
        """Return a pull request as GitHub has it."""
        return self.model.repository.pull_requests[number]

    def state(self, number: int) -> str:
        """Return OPEN, CLOSED or MERGED."""
        self.fake.sync()
        return self.at(number).state

    def statuses(self, number: int) -> dict[str, Told]:
        """Return the newest status of each context on the head of a pull request."""
        self.fake.sync()
        return {
            it.context: Told(it.state, it.description, it.target_url)
            for it in self.at(number).head.newest_statuses()
        }

    def comments(self, number: int) -> list[str]:
        """Return the comments under a pull request."""
        return [it.body for it in self.at(number).comments]

    def deployments(self) -> list[Deployment]:
        """Return all deployments, in order."""
        return self.model.repository.deployments

    # --- how -------------------------------------------------------------------------------------

    def _note_push(self, fork: str, branch: str, before: str, after: str) -> None:
        kind: PushKind = "branch_creation" if before == NOWHERE else "push"
        owner = self.model.actor(fork.partition("/")[0])
        moved = (before, after)
        where = self.model.fork(fork)
        self.model.note_push(f"refs/heads/{branch}", moved, kind, owner, fork=where)

    @contextmanager
    def _elsewhere(self, number: int, branch: str) -> Iterator[None]:
        """Let what is pushed to a branch meanwhile be in a fork: here it is `refs/pull` only."""
        pull = f"refs/pull/{number}/head"
        before = self.remote_ref(pull)
        self._forking = True
        if before:
            self.fake.git.set_ref(f"refs/heads/{branch}", before)
        try:
            yield
        finally:
            self._forking = False
        after = self.remote_ref(f"refs/heads/{branch}")
        assert after is not None
        self.fake.git.set_ref(pull, after)
        self.fake.git.run("update-ref", "-d", f"refs/heads/{branch}")
