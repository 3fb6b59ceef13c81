from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from understudy.core.errors import UnavailableError, UsageError
from understudy.git import cache
from understudy.git.cache import locked_cache, sweep

if TYPE_CHECKING:
    from pathlib import Path

REMOTE = "https://host/team/Home Lab.git"


@pytest.fixture(autouse=True)
def shared_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shared = tmp_path / "shm"
    shared.mkdir(mode=0o777)
    monkeypatch.setattr(cache, "_SHARED_MEMORY", shared)
    return shared


def test_each_remote_has_a_folder_people_can_recognise(tmp_path: Path) -> None:
    with locked_cache(REMOTE, root=tmp_path / "c") as one:
        pass
    with locked_cache("https://host/other/Home Lab.git", root=tmp_path / "c") as other:
        pass
    assert one.mirror.parent.name.startswith("home-lab-git-")
    assert one.mirror != other.mirror
    assert one.mirror.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("remote", ["https://ada:secret@host", "https://host/x?token=secret"])
def test_no_credential_gets_into_the_name_of_a_folder_or_a_file(
    tmp_path: Path, remote: str
) -> None:
    with locked_cache(remote, root=tmp_path / "c") as folder:
        folder.clear_scratch()
        folder.claim()
    found = "".join(str(path) for path in (tmp_path / "c").rglob("*"))
    assert "secret" not in found + folder.identity.read_text()


def test_what_was_claimed_is_ours_until_it_is_discarded(tmp_path: Path) -> None:
    with locked_cache(REMOTE, root=tmp_path) as folder:
        folder.clear_scratch()
        assert not folder.is_ours()
        folder.mirror.mkdir()
        folder.claim()
        assert folder.is_ours()
        folder.discard()
        assert not folder.is_ours()
        assert not folder.mirror.exists()


@pytest.mark.parametrize("content", [b"", b"understudy cache 0\nx\n", b"\xff\xfe"])
def test_an_identity_of_another_format_or_remote_is_foreign(tmp_path: Path, content: bytes) -> None:
    with locked_cache(REMOTE, root=tmp_path) as folder:
        folder.identity.write_bytes(content)
        assert not folder.is_ours()


def test_a_second_process_waits_for_the_first(tmp_path: Path) -> None:
    seen: list[str] = []

    def second() -> None:
        with locked_cache(REMOTE, root=tmp_path):
            seen.append("second")

    waiting = threading.Thread(target=second)
    with locked_cache(REMOTE, root=tmp_path):
        waiting.start()
        time.sleep(0.2)
        seen.append("first")
    waiting.join(timeout=5)
    assert seen == ["first", "second"]


def test_the_wait_for_another_process_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LOCK_PATIENCE", 0.1)
    with (
        locked_cache(REMOTE, root=tmp_path),
        pytest.raises(UnavailableError, match="for too long"),
        locked_cache(REMOTE, root=tmp_path),
    ):
        pass


def test_the_lock_is_let_go_of_on_failure_trap_25(tmp_path: Path) -> None:
    def fail() -> None:
        with locked_cache(REMOTE, root=tmp_path):
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the one raised above
        fail()
    with locked_cache(REMOTE, root=tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(UsageError, match="cannot be used") as caught,
        locked_cache(REMOTE, root=tmp_path / "file"),
    ):
        pass
    assert "UNDERSTUDY_CACHE" in caught.value.hint


# --- the scratch ---------------------------------------------------------------------------------


def test_the_scratch_is_private_in_memory_emptied_and_removed(
    tmp_path: Path, shared_memory: Path
) -> None:
    with locked_cache(REMOTE, root=tmp_path / "c") as folder:
        folder.clear_scratch()
        (folder.scratch / "left by a killed process").write_text("x")
        (folder.scratch.parent / "index").write_text("x")
        folder.clear_scratch()
        assert list(folder.scratch.parent.iterdir()) == [folder.scratch]
        assert list(folder.scratch.iterdir()) == []
        assert folder.scratch.parent.parent == shared_memory
        assert folder.scratch.parent.stat().st_mode & 0o077 == 0
        folder.remove_scratch()
    assert list(shared_memory.iterdir()) == []


def where_scratch_is(root: Path) -> Path:
    with locked_cache(REMOTE, root=root) as folder:
        return folder.scratch.parent


@pytest.mark.parametrize("what", ["readable by others", "a link", "a dangling link", "a file"])
def test_a_scratch_folder_that_others_can_reach_is_not_used(
    tmp_path: Path, shared_memory: Path, what: str
) -> None:
    private = where_scratch_is(tmp_path / "c")
    assert private.parent == shared_memory
    private.rmdir()
    if what == "a link":
        private.symlink_to(tmp_path)
    elif what == "a dangling link":
        private.symlink_to(tmp_path / "nowhere")
    elif what == "a file":
        private.write_text("x")
    else:
        private.mkdir()
        private.chmod(0o755)
    assert where_scratch_is(tmp_path / "c").name == "scratch"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_scratch_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    os.chown(where_scratch_is(tmp_path / "c"), 12345, 12345)
    assert where_scratch_is(tmp_path / "c").name == "scratch"


def test_without_shared_memory_the_scratch_is_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_SHARED_MEMORY", tmp_path / "none")
    assert where_scratch_is(tmp_path / "c").is_relative_to(tmp_path / "c")


# --- what killed processes leave -----------------------------------------------------------------

LEFT = [
    "config.lock",
    "packed-refs.lock",
    "refs/understudy/kept.lock",
    "objects/info/commit-graphs/commit-graph-chain.lock",
    "objects/pack/tmp_pack_abc",
    "objects/pack/tmp_idx_abc",
    "objects/pack/.tmp-123-pack-abc.pack",
    "objects/ab/tmp_obj_xyz",
    "objects/tmp_objdir-incoming-abc/pack/pack-x.pack",
    "objects/pack/pack-fetched.keep",
]
KEPT = [
    "HEAD",
    "config",
    "refs/understudy/kept",
    "objects/pack/pack-fetched.pack",
    "objects/pack/pack-fetched.idx",
    "objects/ab/cdef",
    "objects/info/commit-graphs/commit-graph-chain",
]


@pytest.mark.parametrize("left", LEFT)
def test_what_a_killed_git_left_is_swept_away(tmp_path: Path, left: str) -> None:
    for name in (*KEPT, left):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    sweep(tmp_path)
    found = sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    )
    assert found == sorted(KEPT)
