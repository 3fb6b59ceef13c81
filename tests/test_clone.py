from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.gitenv import clean_environment, dated
from tests.plans import EPOCH
from understudy.clone import configuration_in, open_clone
from understudy.core.config import Config
from understudy.core.config_file import parse
from understudy.core.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


class Repository:
    """A real clone, and the remote that it was cloned from."""

    def __init__(self, root: Path) -> None:
        """Make a remote with one commit, and clone it."""
        self._environment = dated(clean_environment(root), EPOCH)
        self.remote, self.folder = root / "remote", root / "clone"
        self.run("init", "--quiet", "-b", "main", str(self.remote), at=root)
        (self.remote / "apps").mkdir()
        (self.remote / "apps" / "app.yaml").write_text("kind: A\n")
        (self.remote / ".gitignore").write_text("*.log\n")
        self.commit(self.remote)
        self.run("branch", "staging", at=self.remote)
        self.run("clone", "--quiet", str(self.remote), str(self.folder), at=root)

    def run(self, *arguments: str, at: Path | None = None) -> str:
        """Run git, in the clone if not told where."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.folder,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, at: Path | None = None) -> str:
        """Commit everything; return the commit's id."""
        self.run("add", "--all", at=at)
        self.run("commit", "--quiet", "--allow-empty", "-m", "a change", at=at)
        return self.run("rev-parse", "HEAD", at=at)

    def state(self) -> dict[str, bytes]:
        """Return every file of the clone's own folder of git."""
        git = self.folder / ".git"
        return {
            str(file.relative_to(git)): file.read_bytes()
            for file in git.rglob("*")
            if file.is_file()
        }


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


# --- the files as they are ------------------------------------------------------------------------


def test_the_work_tree_is_what_is_on_disk(repository: Repository) -> None:
    folder = repository.folder
    (folder / "apps" / "app.yaml").write_text("kind: Changed\n")
    (folder / "apps" / "staged.yaml").write_text("kind: Staged\n")
    repository.run("add", "apps/staged.yaml")
    (folder / "apps" / "staged.yaml").write_text("kind: StagedAndChanged\n")
    (folder / "apps" / "new.yaml").write_text("kind: New\n")
    (folder / "noise.log").write_text("ignored\n")
    with open_clone(folder / "apps") as clone:
        tree = clone.work_tree()
        assert tree.files() == [".gitignore", "apps/app.yaml", "apps/new.yaml", "apps/staged.yaml"]
        assert tree.read("apps/app.yaml") == b"kind: Changed\n"
        assert tree.read("apps/staged.yaml") == b"kind: StagedAndChanged\n"
        assert clone.root == folder


def test_the_clone_itself_is_not_touched(repository: Repository) -> None:
    (repository.folder / "apps" / "app.yaml").unlink()
    (repository.folder / "apps" / "new.yaml").write_text("kind: New\n")
    repository.run("status")
    before = repository.state()
    with open_clone(repository.folder) as clone:
        assert clone.work_tree().files() == [".gitignore", "apps/new.yaml"]
    assert repository.state() == before


def test_an_unchanged_work_tree_is_the_commits(repository: Repository) -> None:
    with open_clone(repository.folder) as clone:
        assert clone.work_tree().id == repository.run("rev-parse", "HEAD^{tree}")


def test_what_a_sparse_checkout_leaves_out_is_there(repository: Repository) -> None:
    repository.run("update-index", "--skip-worktree", "apps/app.yaml")
    (repository.folder / "apps" / "app.yaml").unlink()
    with open_clone(repository.folder) as clone:
        assert clone.work_tree().read("apps/app.yaml") == b"kind: A\n"


def test_a_linked_work_tree_and_a_half_done_merge_are_read_too(
    repository: Repository, tmp_path: Path
) -> None:
    repository.run("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    os.utime(linked / ".gitignore", (EPOCH, EPOCH))  # so old that git need not read it again
    repository.run("update-index", "--refresh", at=linked)
    (linked / "apps" / "app.yaml").write_text("kind: Other\n")
    repository.commit(linked)
    (repository.folder / "apps" / "app.yaml").write_text("kind: Mine\n")
    repository.commit()
    with pytest.raises(subprocess.CalledProcessError):
        repository.run("merge", "other")
    with open_clone(linked) as clone:
        assert clone.work_tree().read("apps/app.yaml") == b"kind: Other\n"
    with open_clone(repository.folder) as clone:
        assert b"<<<<<<<" in (clone.work_tree().read("apps/app.yaml") or b"")


def test_hooks_are_not_run(repository: Repository, tmp_path: Path) -> None:
    hook = repository.folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    hook.chmod(0o755)
    (repository.folder / "new").write_text("new\n")
    with open_clone(repository.folder) as clone:
        assert "new" in clone.work_tree().files()
    assert not (tmp_path / "was-run").exists()
    repository.run("add", "new")
    assert (tmp_path / "was-run").exists()


def test_a_file_that_git_cannot_read_is_told(repository: Repository) -> None:
    inner = repository.folder / "inner"
    repository.run("init", "--quiet", str(inner))
    with open_clone(repository.folder) as clone, pytest.raises(UsageError) as caught:
        clone.work_tree()
    assert "inner" in caught.value.message
    assert "git add --all" in caught.value.hint


# --- revisions ------------------------------------------------------------------------------------


def test_names_are_commits(repository: Repository) -> None:
    head = repository.run("rev-parse", "HEAD")
    repository.run("tag", "-a", "v1", "-m", "first")
    with open_clone(repository.folder) as clone:
        for name in ("HEAD", "main", "origin/main", "v1", head, head[:8]):
            assert clone.revision(name) == head
        assert clone.tree(clone.revision("v1")).read("apps/app.yaml") == b"kind: A\n"


@pytest.mark.parametrize("name", ["nothing", "main:apps", "--all", "", "a\nb\x1b", "HEAD^{tree}"])
def test_a_name_that_is_no_commit_is_told(repository: Repository, name: str) -> None:
    with open_clone(repository.folder) as clone, pytest.raises(UsageError) as caught:
        clone.revision(name)
    assert caught.value.message.isprintable()
    assert "git fetch" in caught.value.hint


def test_the_merge_base_is_what_both_contain(repository: Repository) -> None:
    base = repository.run("rev-parse", "HEAD")
    repository.run("switch", "--quiet", "-c", "feature")
    feature = repository.commit()
    repository.run("switch", "--quiet", "--orphan", "alone")
    alone = repository.commit()
    with open_clone(repository.folder) as clone:
        ours, main = clone.revision("feature"), clone.revision("main")
        assert ours == feature
        assert clone.merge_base(ours, main) == base
        assert clone.merge_base(clone.revision(alone), main) is None


def test_the_stage_is_where_the_remote_had_it(repository: Repository) -> None:
    with open_clone(repository.folder) as clone:
        assert clone.stage_tip("staging") == repository.run("rev-parse", "HEAD")
        assert clone.stage_tip("nowhere") is None


@pytest.mark.parametrize(
    ("config", "arranged", "expected"),
    [
        (None, [], "origin/main"),
        (None, ["remote", "set-head", "origin", "staging"], "origin/staging"),
        (None, ["remote", "set-head", "origin", "--delete"], "origin/main"),
        (None, ["remote", "remove", "origin"], "main"),
        ({"base": "trunk"}, ["branch", "trunk"], "trunk"),
        (
            {"base": "staging", "stages": {"qa": {}}},
            ["branch", "staging", "HEAD~0"],
            "origin/staging",
        ),
    ],
)
def test_the_base_is_that_of_the_configuration_else_the_likely_one(
    repository: Repository, config: object, arranged: list[str], expected: str
) -> None:
    (repository.remote / "more").write_text("more\n")
    repository.run("switch", "--quiet", "staging", at=repository.remote)
    repository.commit(repository.remote)
    repository.run("fetch", "--quiet")
    if arranged:
        repository.run(*arranged)
    with open_clone(repository.folder) as clone:
        assert clone.base_tip(parse(config)) == repository.run("rev-parse", expected)


def test_there_may_be_no_telling_which_the_base_is(repository: Repository) -> None:
    repository.run("remote", "remove", "origin")
    repository.run("branch", "-m", "main", "trunk")
    with open_clone(repository.folder) as clone:
        assert clone.base_tip(Config()) is None


# --- what is no clone -----------------------------------------------------------------------------


def test_a_folder_outside_of_any_clone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Git clone") as caught, open_clone(tmp_path):
        pass
    assert caught.value.hint


def test_a_bare_repository_has_no_files(tmp_path: Path, repository: Repository) -> None:
    repository.run("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    with pytest.raises(UsageError, match="no Git clone"), open_clone(tmp_path / "bare"):
        pass


def test_a_damaged_clone_is_told_as_such(repository: Repository) -> None:
    blob = repository.run("rev-parse", "HEAD:apps/app.yaml")
    lost = repository.folder / ".git" / "objects" / blob[:2] / blob[2:]
    lost.unlink()
    with pytest.raises(UsageError, match="cannot be read") as caught:
        read_all(repository.folder)
    assert "git fsck" in caught.value.hint


def read_all(folder: Path) -> None:
    with open_clone(folder) as clone:
        clone.tree(clone.revision("HEAD")).read("apps/app.yaml")


# --- the configuration in it ----------------------------------------------------------------------


def test_the_configuration_is_read_from_the_files(repository: Repository) -> None:
    with open_clone(repository.folder) as clone:
        assert configuration_in(clone.work_tree()) == parse(None)
        (repository.folder / ".github").mkdir()
        (repository.folder / ".github" / "understudy.yaml").write_text("base: trunk\n")
        assert configuration_in(clone.work_tree()).base == "trunk"
        (repository.folder / "understudy.yaml").write_text("base: [\n")
        with pytest.raises(ConfigError, match=r"^understudy\.yaml is no YAML"):
            configuration_in(clone.work_tree())
