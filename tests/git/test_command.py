from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.core.errors import DamagedCacheError, UnderstudyError
from understudy.git import command
from understudy.git.command import Git, installed_version

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Store


def test_the_version_is_that_of_the_git_on_the_path(store: Store) -> None:
    assert store.git("version").startswith(f"git version {installed_version()}")


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, says: str) -> None:
    program = folder / "git"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ("git version 2.39.0", "2.39.0"),
        ("git version 2.51.0.windows.1", "2.51.0"),
        ("git version 2.50.1 (Apple Git-155)", "2.50.1"),
        ("git version 3.0", "3.0"),
        ("git version of the day", "unknown"),
    ],
)
def test_what_gits_call_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, version: str
) -> None:
    pretend(monkeypatch, tmp_path, says)
    assert installed_version() == version


@pytest.mark.parametrize("says", ["git version 2.38.9", "git version 1.99"])
def test_a_git_that_is_too_old_is_refused_with_the_one_that_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str
) -> None:
    pretend(monkeypatch, tmp_path, says)
    with pytest.raises(UnderstudyError, match=r"too old: understudy needs 2\.39"):
        installed_version()


def test_work_on_objects_sees_no_configuration_of_the_user_or_the_machine(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[merge]\n\tconflictStyle = diff3\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'merge.renames'='false'")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    seen = git.run("config", "--list", "--show-scope").decode().lower().splitlines()
    assert [line for line in seen if "merge." in line] == []
    assert {line.split("\t")[0] for line in seen} == {"local", "command"}


def test_talking_to_the_remote_sees_the_users_configuration_but_for_what_runs_programs(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[http]\n\tproxy = http://proxy\n[core]\n\thooksPath = /my/hooks\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert git.transport("config", "http.proxy").stdout == b"http://proxy\n"
    assert git.transport("config", "core.hooksPath").stdout == b"/dev/null\n"
    assert git.transport("config", "protocol.ext.allow").stdout == b"never\n"


def test_a_failure_on_objects_means_a_damaged_cache_trap_38(git: Git) -> None:
    with pytest.raises(DamagedCacheError, match="cat-file"):
        git.run("cat-file", "blob", "f" * 40)
    assert git.attempt("cat-file", "blob", "f" * 40).code != 0


def test_an_address_that_names_a_command_is_not_followed_anywhere(git: Git, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    completed = git.transport("ls-remote", f"ext::sh -c 'touch {ran}'")
    assert completed.code != 0
    assert b"not allowed" in completed.stderr
    assert not ran.exists()


def test_scratch_objects_are_seen_and_new_ones_go_to_the_mirror(store: Store, git: Git) -> None:
    there = {**git.reading(), "GIT_OBJECT_DIRECTORY": str(git.scratch)}
    name = git.run("hash-object", "-w", "--stdin", stdin=b"scratch", env=there).decode().strip()
    assert (git.scratch / name[:2] / name[2:]).is_file()
    assert git.run("cat-file", "blob", name) == b"scratch"
    other = git.run("hash-object", "-w", "--stdin", stdin=b"mirror").decode().strip()
    assert (store.path / "objects" / other[:2] / other[2:]).is_file()


def test_our_own_settings_win_over_everything() -> None:
    assert "ext" not in command.ALLOWED_PROTOCOLS.split(":")
