from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from understudy.cli.demo.contents import PULL_REQUESTS
from understudy.cli.demo.remote import build
from understudy.cli.demo.story import tell
from understudy.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def _git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", where, *arguments], capture_output=True, check=True)
    return done.stdout.decode()


def test_every_demo_has_the_same_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = []
    for name, zone in (("one", "Asia/Tokyo"), ("two", "UTC")):
        monkeypatch.setenv("HOME", str(tmp_path / name))
        monkeypatch.setenv("TZ", zone)
        (tmp_path / name).mkdir()
        (tmp_path / name / ".gitconfig").write_text(f"[user]\nname = {name}\n")
        remote = build(tmp_path / name)
        remote.land(PULL_REQUESTS[0])
        refs.append(_git(remote.bare, "for-each-ref"))

    assert refs[0] == refs[1]
    assert refs[0].count("refs/heads/feature/") == 9


def test_landing_is_a_true_merge_and_closes_the_pull_request(tmp_path: Path) -> None:
    remote = build(tmp_path)
    before = _git(remote.bare, "rev-parse", "master").strip()

    remote.land(PULL_REQUESTS[0])

    parents = _git(remote.bare, "log", "-1", "--format=%P", "master").split()
    assert parents == [before, _git(remote.bare, "rev-parse", PULL_REQUESTS[0].branch).strip()]
    listing = remote.listing.read_text(encoding="utf-8")
    assert '"number": 1,' not in listing
    assert listing.count('"number": ') == 8


def test_the_demo_never_fills_a_folder_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()

    with pytest.raises(UsageError, match="is not empty"):
        tell(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
