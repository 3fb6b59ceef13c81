from __future__ import annotations

import errno
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from ruamel.yaml import YAML

from understudy import scaffolding
from understudy.core import config
from understudy.core.config import NAMES, ForgeKind
from understudy.core.config_file import parse
from understudy.core.errors import ConfigError, UsageError
from understudy.scaffolding import Change, PlannedFile, WorkTree, open_work_tree, planned, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A work tree on the branch `topic`, of a repository without commits."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=topic", folder], check=True)
    return folder


@pytest.fixture
def tree(clone: Path) -> WorkTree:
    return open_work_tree(clone)


# --- the work tree -------------------------------------------------------------------------------


def test_the_work_tree_is_found_from_any_folder_in_it(clone: Path) -> None:
    deep = clone / "a" / "b"
    deep.mkdir(parents=True)

    found = open_work_tree(deep)
    assert (found.root, found.remote_branch, found.current_branch) == (clone, None, "topic")


def test_the_clone_knows_the_default_branch_of_origin(clone: Path) -> None:
    origin = "refs/remotes/origin"
    pointed = ["symbolic-ref", f"{origin}/HEAD", f"{origin}/release/next"]
    subprocess.run(["git", "-C", clone, *pointed], check=True)

    assert open_work_tree(clone).remote_branch == "release/next"


@pytest.mark.parametrize("bare", [False, True])
def test_where_there_is_no_work_tree_nothing_is_found(tmp_path: Path, *, bare: bool) -> None:
    if bare:
        subprocess.run(["git", "init", "--quiet", "--bare", tmp_path], check=True)

    with pytest.raises(UsageError, match="no work tree"):
        open_work_tree(tmp_path)


def test_a_detached_head_is_no_branch(clone: Path) -> None:
    (clone / ".git/HEAD").write_text("4b825dc642cb6eb9a060e54bf8d69288fbee4904\n")

    assert open_work_tree(clone).current_branch is None


def test_files_are_those_that_git_has_or_would_have(clone: Path, tree: WorkTree) -> None:
    for path in ("kept/ä b.yaml", "gone.yaml", "ignored/x.yaml"):
        tree.write(path, b"")
    tree.write(".gitignore", b"ignored/\n")
    subprocess.run(["git", "-C", clone, "add", "gone.yaml"], check=True)
    (clone / "gone.yaml").unlink()
    (clone / "link.yaml").symlink_to("/etc/passwd")

    assert tree.files() == [".gitignore", "kept/ä b.yaml"]


def test_the_clone_knows_the_address_of_origin(clone: Path) -> None:
    address = "https://ada:s3cret@git.example.org/fleet.git"
    subprocess.run(["git", "-C", clone, "remote", "add", "origin", address], check=True)

    found = open_work_tree(clone)

    assert found.origin == address
    assert "s3cret" not in repr(found)


def test_documents_are_the_yaml_files_of_a_folder(tree: WorkTree) -> None:
    assert tree.documents(".github/workflows") == []

    for name in ("b.yml", "a.yaml", "note.md", "c.yml.off", "odd\n.yml"):
        tree.write(f".github/workflows/{name}", b"")

    assert tree.documents(".github/workflows") == [
        ".github/workflows/a.yaml",
        ".github/workflows/b.yml",
    ]


# --- nothing outside it --------------------------------------------------------------------------


@pytest.mark.parametrize("link", [".github", ".github/workflows", ".github/workflows/x.yaml"])
@pytest.mark.parametrize("target", ["../outside", ".git/outside"])
def test_a_link_that_leads_out_is_followed_for_nothing(
    tree: WorkTree, link: str, target: str
) -> None:
    (tree.root / link).parent.mkdir(parents=True, exist_ok=True)
    (tree.root / link).symlink_to(tree.root / target)

    with pytest.raises(UsageError, match="leads out of the work tree"):
        tree.write(".github/workflows/x.yaml", b"x")
    with pytest.raises(UsageError, match="leads out of the work tree"):
        tree.read(".github/workflows/x.yaml")
    assert not (tree.root / target).exists()


def test_a_link_that_stays_inside_is_followed(tree: WorkTree) -> None:
    (tree.root / "ci").mkdir()
    (tree.root / ".github").symlink_to("ci")

    tree.write(".github/x.yaml", b"x")

    assert (tree.root / "ci/x.yaml").read_bytes() == b"x"
    assert tree.read(".github/x.yaml") == b"x"


def test_a_link_to_itself_is_no_file(tree: WorkTree) -> None:
    (tree.root / "loop").symlink_to("loop")

    with pytest.raises(UsageError, match="cannot be read"):
        tree.read("loop")


@pytest.mark.parametrize(("path", "blocking"), [("a/b.yaml", "a"), ("a", "a/b.yaml")])
def test_what_is_in_the_way_is_named(tree: WorkTree, path: str, blocking: str) -> None:
    (tree.root / blocking).parent.mkdir(exist_ok=True)
    (tree.root / blocking).write_text("")

    with pytest.raises(UsageError, match=f"`{path}` cannot be written: "):
        tree.write(path, b"x")


def test_a_full_disk_leaves_no_new_file(tree: WorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        tree.write("new/apps.yaml", b"resources: []\n")

    assert list((tree.root / "new").iterdir()) == []


def test_a_file_keeps_its_mode_and_a_link_to_it_stays_one(tree: WorkTree) -> None:
    (tree.root / "real").mkdir()
    (tree.root / "real/a.sh").write_bytes(b"old")
    (tree.root / "real/a.sh").chmod(0o750)
    (tree.root / "a.sh").symlink_to("real/a.sh")

    tree.write("a.sh", b"new")

    assert (tree.root / "a.sh").is_symlink()
    assert (tree.root / "real/a.sh").read_bytes() == b"new"
    assert (tree.root / "real/a.sh").stat().st_mode & 0o777 == 0o750
    assert [each.name for each in (tree.root / "real").iterdir()] == ["a.sh"]


def test_no_link_beside_a_file_is_written_through(tree: WorkTree) -> None:
    outside = tree.root.parent / "outside"
    (tree.root / ".a.yaml.understudy").symlink_to(outside)

    tree.write("a.yaml", b"x")

    assert not outside.exists()
    assert (tree.root / "a.yaml").read_bytes() == b"x"
    assert (tree.root / ".a.yaml.understudy").is_symlink()


def test_a_name_may_be_as_long_as_names_can_be(tree: WorkTree) -> None:
    tree.write("a" * 250, b"x")

    assert tree.read("a" * 250) == b"x"


# --- planned files -------------------------------------------------------------------------------


def test_a_new_file_is_written_with_its_folders(tree: WorkTree) -> None:
    file = planned(tree, "a/b/c.yaml", "x\n")

    assert file.change is Change.CREATED
    assert not (tree.root / "a").exists()
    write(tree, [file])
    assert (tree.root / "a/b/c.yaml").read_bytes() == b"x\n"


def test_what_is_the_same_is_not_touched(tree: WorkTree) -> None:
    (tree.root / "a").write_bytes(b"x\n")
    before = (tree.root / "a").stat().st_mtime_ns

    file = planned(tree, "a", "x\n")
    write(tree, [file])

    assert (file.change, file.difference()) == (Change.UNCHANGED, [])
    assert (tree.root / "a").stat().st_mtime_ns == before


def test_what_differs_is_shown_as_a_diff(tree: WorkTree) -> None:
    (tree.root / "a").write_bytes(b"one\ntwo\n")

    file = planned(tree, "a", "one\n2\n")

    assert file.change is Change.CHANGED
    assert file.difference() == ["--- a/a", "+++ b/a", "@@ -1,2 +1,2 @@", " one", "-two", "+2"]


def test_the_line_ends_of_windows_stay(tree: WorkTree) -> None:
    (tree.root / "a").write_bytes(b"one\r\ntwo\r\n")

    assert planned(tree, "a", "one\ntwo\n").change is Change.UNCHANGED
    assert planned(tree, "a", "one\n2\n").after == b"one\r\n2\r\n"


def test_a_file_that_is_no_text_can_be_compared() -> None:
    file = PlannedFile(path="a", before=b"\xff\xfe\0", after=b"x\n")

    assert file.difference()[-1] == "+x"


# --- the configuration ---------------------------------------------------------------------------


def test_without_a_configuration_the_defaults_hold(tree: WorkTree) -> None:
    assert scaffolding.configuration(tree) == (None, parse(None))


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_is_found_wherever_it_may_be(tree: WorkTree, name: str) -> None:
    tree.write(name, b"base: trunk\r\n")

    assert scaffolding.configuration(tree) == (name, parse({"base": "trunk"}))


@pytest.mark.parametrize("content", [b"basis: x", b"- a\nb", b"\xff"])
def test_a_wrong_configuration_is_told(tree: WorkTree, content: bytes) -> None:
    tree.write(NAMES[0], content)

    with pytest.raises(ConfigError):
        scaffolding.configuration(tree)


def test_the_configuration_that_is_written_says_the_forge_and_else_what_holds_anyway() -> None:
    told = YAML(typ="safe", pure=True).load(scaffolding.CONFIGURATION_TEXT)

    assert parse(told) == replace(parse(None), forge=ForgeKind.GITHUB)
    Draft202012Validator(config.json_schema()).validate(told)


def test_editors_are_told_of_its_schema() -> None:
    first = scaffolding.CONFIGURATION_TEXT.splitlines()[0]

    assert first.startswith("# yaml-language-server: $schema=https://")
    assert len(max(scaffolding.CONFIGURATION_TEXT.splitlines()[1:], key=len)) <= 100


def test_a_full_disk_leaves_a_file_as_it_was(
    tree: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a list of apps is a list too, and Flux deletes what is not on it."""
    tree.write("apps.yaml", b"resources:\n  - web\n  - mail\n")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left") as refused:
        tree.write("apps.yaml", b"resources:\n  - web\n")

    assert refused.value.hint.startswith("The disk is full.")
    assert tree.read("apps.yaml") == b"resources:\n  - web\n  - mail\n"
    assert [each.name for each in tree.root.glob(".*understudy*")] == []


def test_what_is_shown_of_a_change_has_no_password() -> None:
    file = PlannedFile(path="a", before=b"url: https://me:pw@x/y\n", after=b"url: ssh://git@x/y\n")

    shown = "\n".join(file.difference())

    changed = PlannedFile(path="a", before=b"url: https://a:b@x\n", after=b"url: https://a:c@x\n")
    assert changed.difference()[-2:] == ["-url: https://***@x", "+url: https://***@x"]

    assert "pw" not in shown
    assert "+url: ssh://git@x/y" in shown
