"""Everything by its global id, and the people, apps and workflows around one repository."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from tests.github.fake.values import Actor, App, Clock, Commit, Node, Repository, Workflow

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
N = TypeVar("N", bound=Node)


class Registry:
    """One repository, the people around it, and everything by its global id."""

    def __init__(self, owner: str, name: str) -> None:
        """Make an empty public repository."""
        self.clock = Clock(START)
        self.nodes: dict[str, Node] = {}
        self.actors: dict[str, Actor] = {}
        self.apps: dict[str, App] = {}
        self.workflows: dict[str, Workflow] = {}
        self.workflow_states: dict[str, str] = {}
        self.forks: dict[str, Repository] = {}
        self._last_id = 1000
        self.repository = self.new(
            Repository, owner=self.actor(owner), name=name, created_at=self.clock.now
        )

    def new(self, cls: type[N], /, **fields: object) -> N:
        """Make a thing with an id of its own."""
        self._last_id += 1
        thing = cls(id=self._last_id, **fields)
        self.nodes[thing.node_id] = thing
        return thing

    def actor(self, login: str) -> Actor:
        """Return somebody by the login that REST shows."""
        if login not in self.actors:
            bot = login.endswith("[bot]")
            self.actors[login] = self.new(
                Actor, login=login.removesuffix("[bot]"), kind="Bot" if bot else "User"
            )
        return self.actors[login]

    def commit(self, oid: str) -> Commit:
        """Return a commit, known from now on."""
        known = self.repository.commits
        if oid not in known:
            known[oid] = self.new(Commit, oid=oid, repository=self.repository)
        return known[oid]

    def app(self, slug: str) -> App:
        """Return an app by its slug."""
        if slug not in self.apps:
            name = "GitHub Actions" if slug == "github-actions" else slug
            self.apps[slug] = self.new(App, slug=slug, name=name)
        return self.apps[slug]

    def workflow(self, name: str) -> Workflow:
        """Return a workflow; its file is called as it is."""
        if name not in self.workflows:
            path = f".github/workflows/{name.lower().replace(' ', '-')}.yaml"
            self.workflows[name] = self.new(Workflow, name=name, path=path)
        return self.workflows[name]

    def fork(self, full_name: str) -> Repository:
        """Return somebody's fork of the repository."""
        if full_name not in self.forks:
            owner, _, name = full_name.partition("/")
            self.forks[full_name] = self.new(
                Repository,
                owner=self.actor(owner),
                name=name,
                created_at=self.clock.now,
                fork=True,
            )
        return self.forks[full_name]
