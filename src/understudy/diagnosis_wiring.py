"""From options to a diagnosis: everything that `doctor` looks at, put together.

It knows every adapter that is looked at, and no rule.
"""

from __future__ import annotations

import functools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from understudy import diagnosing, scaffolding, wiring
from understudy.core.config import ForgeKind
from understudy.core.diagnosis import Diagnosis, Examination, failed, fine
from understudy.core.errors import DamagedCacheError, UnderstudyError
from understudy.forge_choice import host_of, observe_forge, observe_github, write_access
from understudy.forges.github import workflow
from understudy.git.command import installed_version
from understudy.gitops.doctor.commands import Commands
from understudy.redaction import redacted
from understudy.render.advice import would_let_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from understudy.core.deployment import Deployment
    from understudy.core.diagnosis import Observation
    from understudy.core.model import CommitSha
    from understudy.core.record import Line, Record
    from understudy.forge_choice import Asked, Host
    from understudy.git.repository import GitRepository
    from understudy.gitops.doctor.rows import Files
    from understudy.wiring import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How it is looked. `flags` are what a suggested command repeats to mean the same project.

    `commands` are those that mend what deploys the stage.
    `kubeconfig` and `context` name the cluster, if one is asked. `work_tree` is a folder of a clone
    whose files are looked at, and can be mended, instead of those that the base has.
    """

    flags: str = ""
    commands: Commands = field(default_factory=Commands)
    kubeconfig: Path | None = None
    context: str | None = None
    ask_cluster: bool = True
    work_tree: Path | None = None


@contextmanager
def diagnosis_of(options: Options, look: Look | None = None) -> Iterator[Diagnosis]:
    """Look at all that a stage needs, and write nothing. While it is open, repairs can be made.

    Raises:
        UsageError: there is no telling which repository is meant.
    """
    address = options.repo or wiring.origin_here()
    with ExitStack() as opened:
        seen = _observed(opened, address, options, look or Look())
        yield Diagnosis(observations=tuple(seen))


def _observed(
    opened: ExitStack, address: str, options: Options, look: Look
) -> Iterator[Observation]:
    row, host = "git", None
    try:
        yield fine(row, f"git {installed_version()}")
        row = "credentials"
        known = host_of(address, kind=options.forge, clock=wiring.SystemClock())
        host = opened.enter_context(known)
        row = "remote"
        repository = opened.enter_context(wiring.opened(address, options, host))
        yield fine(row, f"{redacted(address)} can be read")
        row = "configuration"
        config, where = wiring.configuration(repository, options.config)
        asked = wiring.what_is_asked(options, config, repository=repository, host=host)
        yield fine(row, where or "there is no file, so every default holds")
        scene = _Scene(
            opened=opened, address=address, repository=repository, asked=asked, look=look
        )
        yield from diagnosing.examine(scene.examinations())
    except DamagedCacheError:
        raise
    except UnderstudyError as error:
        yield failed(row, error)
        if host is not None and options.forge is not ForgeKind.PLAIN:
            without = functools.partial(observe_github, host)
            yield from diagnosing.examine([Examination(id="forge", look=without)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A remote that can be read, and everything around one stage of it."""

    opened: ExitStack
    address: str
    repository: GitRepository
    asked: Asked
    look: Look

    def examinations(self) -> Iterator[Examination]:
        """Return all looks at it, from what all else needs to what needs it."""
        asked = self.asked
        yield from diagnosing.of_remote(
            self.repository,
            asked.config,
            asked.stage_name,
            stage=asked.stage,
            write_access=write_access(asked.host),
        )
        on_forge = functools.partial(observe_forge, asked, self.repository)
        yield Examination(id="forge", look=on_forge)
        yield Examination(id="record", look=lambda: _examined(self._record))
        yield Examination(id="controllers", look=lambda: _examined(self._deployment))

    def _record(self) -> Iterator[Examination]:
        flags = self.look.flags
        voice = diagnosing.Voice(
            advise=functools.partial(_advice, flags=flags),
            rebuild=_rebuild(self.repository, self.asked.host, flags=flags),
            flags=flags,
        )
        yield from diagnosing.of_record(wiring.project_of(self.repository, self.asked), voice)

    def _deployment(self) -> Iterator[Examination]:
        """Look at files and cluster. Where nothing is told to Flux, no cluster is asked."""
        from understudy.gitops.doctor import rows as doctor  # noqa: PLC0415 - only this part needs it

        files = self._files()
        if files is None:
            return
        yield from doctor.of_files(files)
        if files.uses_flux:
            yield Examination(id="cluster", look=lambda: _examined(lambda: self._cluster(files)))

    def _files(self) -> Files | None:
        """Return the files that tell Flux: the base's, for those of the stage do not."""
        from understudy.gitops import layout  # noqa: PLC0415 - only this part needs it
        from understudy.gitops.doctor.rows import Files  # noqa: PLC0415 - as above

        make = functools.partial(Files, stage=self.asked.stage, commands=self._commands())
        if self.look.work_tree is not None:
            from understudy.clone import open_clone  # noqa: PLC0415 - as above

            clone = self.opened.enter_context(open_clone(self.look.work_tree))
            files, where = clone.work_tree(), "in your work tree"
            change = functools.partial(_change, scaffolding.open_work_tree(self.look.work_tree))
            found = layout.found_in(files)
            return make(tree=files, layout=found, where=where, change=change)
        base = self.asked.config.base or self.repository.default_branch()
        tip = self._tip(f"refs/heads/{base}")
        if tip is None or self.repository.fetch([tip]):
            return None
        tree = self.repository.tree(tip)
        return make(tree=tree, layout=layout.found_in(tree), where=f"on `{base}`")

    def _commands(self) -> Commands:
        rebuild = _rebuild(self.repository, self.asked.host, flags=self.look.flags)
        return replace(self.look.commands, rebuild=rebuild)

    def _cluster(self, files: Files) -> Iterator[Examination]:
        from understudy.gitops.cluster.api import open_cluster  # noqa: PLC0415 - as above
        from understudy.gitops.doctor import cluster as doctor_cluster  # noqa: PLC0415 - only this part needs it

        tip, look = self._tip(f"refs/heads/{self.asked.stage.branch}"), self.look
        cluster = None
        try:
            if look.ask_cluster:
                cluster = open_cluster(kubeconfig=look.kubeconfig, context=look.context)
        except UnderstudyError as error:
            yield from doctor_cluster.of_none(error)
            return
        if cluster is None:
            yield from doctor_cluster.of_forge(self._told_by_forge(tip), tip, files.commands)
            return
        self.opened.callback(cluster.close)
        deployed = doctor_cluster.Deployed(
            cluster=cluster,
            files=files,
            remote=self.address,
            tip=tip,
            at=wiring.SystemClock().now().isoformat(),
        )
        yield from doctor_cluster.of_cluster(deployed)

    def _told_by_forge(self, tip: CommitSha | None) -> Deployment | None:
        """Return what Flux told it. That it cannot be asked is said by rows of its own."""
        try:
            project = wiring.project_of(self.repository, self.asked)
            return project.forge.deployed(tip) if tip else None
        except DamagedCacheError:
            raise
        except UnderstudyError:
            return None

    def _tip(self, ref: str) -> CommitSha | None:
        return self.repository.advertised([ref]).get(ref)


def _examined(more: Callable[[], Iterator[Examination]]) -> Iterator[Observation]:
    """Look at what can only be listed after a look at something else."""
    yield from diagnosing.examine(more())


def _change(tree: scaffolding.WorkTree, path: str, how: Callable[[str], str]) -> None:
    before = (tree.read(path) or b"").decode(errors="surrogateescape")
    tree.write(path, how(before).encode(errors="surrogateescape"))


def _advice(line: Line, record: Record, *, flags: str) -> str:
    """Say what would let a pull request in, and what to type."""
    advice = would_let_in(line, record, flags=flags)
    why = f"understudy why {line.number} {flags}".rstrip()
    return f"{advice.sentence} {advice.command or why}" if advice else why


def _rebuild(repository: GitRepository, host: Host | None, *, flags: str) -> str:
    """Return the command that asks for a rebuild, where rebuilds of this remote are made."""
    tip = repository.default_tip()
    ours = f"understudy rebuild {flags}".rstrip()
    if host is None or tip is None or repository.fetch([tip]):
        return ours
    if repository.file(tip, workflow.PATH) is None:
        return ours
    where = f" --repo {host.place.repository}" if "--repo" in flags else ""
    return f"gh workflow run {workflow.PATH.rpartition('/')[2]}{where}"
