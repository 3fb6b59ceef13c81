"""What can be chosen on the command line, the same for all scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import Size
from benchmarks.subjects import Subject, existing, generated

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

DEPTH = 100
_MANY_FILES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Subjects and repetitions. Empty or None: the scenario knows what is sensible."""

    files: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()
    depth: int = DEPTH
    seed: int = 1
    repo: Path | None = None
    base: str = "HEAD"
    ref_pattern: str = "refs/pull/*/head"
    name: str = ""
    runs: int = 5
    slow_runs: int | None = None

    def subjects(self, work: Path, *, default: Sequence[tuple[int, int]]) -> Iterator[Subject]:
        """Make one subject after another; `default` are pairs of files and heads."""
        if self.repo is not None:
            for heads in self.heads or (default[0][1],):
                yield self._existing(self.repo, work / f"given-{heads}" / "remote.git", heads)
            return
        for files, heads in self.sizes(default):
            size = Size(files=files, heads=heads, depth=self.depth, seed=self.seed)
            yield generated(size, work / f"{files}-{heads}" / "remote.git")

    def sizes(self, default: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Pair the files and heads that were given; a single value goes with all of the other."""
        files = self.files or tuple(dict.fromkeys(one for one, _ in default))
        heads = self.heads or tuple(dict.fromkeys(one for _, one in default))
        if not self.files and not self.heads:
            return list(default)
        if len(files) == 1 or len(heads) == 1:
            return [(one, other) for one in files for other in heads]
        return list(zip(files, heads, strict=True))

    def slow_runs_on(self, subject: Subject) -> int:
        """Return how often those run that touch every file of the repository."""
        chosen = self.slow_runs or (1 if subject.files >= _MANY_FILES else self.runs)
        return min(chosen, self.runs)

    def _existing(self, repo: Path, remote: Path, heads: int) -> Subject:
        return existing(
            repo, remote, base=self.base, pattern=self.ref_pattern, heads=heads, name=self.name
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    add = parser.add_argument
    add("--files", type=int, nargs="+", default=[], help="files of generated repositories")
    add("--heads", "--pull-requests", type=int, nargs="+", default=[], help="pull requests of each")
    add("--depth", type=int, default=DEPTH, help="commits of the generated base [%(default)s]")
    add("--seed", type=int, default=1, help="another one generates another repository")
    add("--repo", type=Path, help="measure on this repository instead; it is only read")
    add("--base", default="HEAD", help="its base [%(default)s]")
    add("--ref-pattern", default="refs/pull/*/head", help="its pull requests [%(default)s]")
    add("--name", default="", help="what to call it in the report")
    add("--runs", type=int, default=5, help="repetitions; the median counts [%(default)s]")
    add("--slow-runs", type=int, help="repetitions of (a) and (c) [1 at 50,000 files, else --runs]")


def chosen(arguments: argparse.Namespace) -> Options:
    """Return what was chosen."""
    return Options(
        files=tuple(arguments.files),
        heads=tuple(arguments.heads),
        depth=arguments.depth,
        seed=arguments.seed,
        repo=arguments.repo,
        base=arguments.base,
        ref_pattern=arguments.ref_pattern,
        name=arguments.name,
        runs=arguments.runs,
        slow_runs=arguments.slow_runs,
    )
