from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from understudy.core.errors import UnavailableError, UsageError
from understudy.core.model import CommitSha
from understudy.git.remote import RemoteGit, checked_address, is_local_path

if TYPE_CHECKING:
    from pathlib import Path

STAGE = "refs/heads/staging"
RECORD = "refs/understudy/staging"


@pytest.fixture
def mirror(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "mirror.git")


@pytest.fixture
def link(store: Store, mirror: Store, tmp_path: Path) -> RemoteGit:
    return RemoteGit(git=mirror.opened(tmp_path / "scratch"), address=str(store.path))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "-x",
        "--upload-pack=touch /tmp/owned",
        "ext::sh -c 'touch /tmp/owned'",
        "ext::sh",
        "fd::7",
        "two\nlines",
        "folder/two\nlines",
    ],
)
def test_what_is_no_place_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a Git repository"):
        checked_address(address)


def test_the_error_about_an_address_keeps_its_credentials_to_itself() -> None:
    with pytest.raises(UsageError) as caught:
        checked_address("ext::https://ada:secret@host")
    assert "secret" not in caught.value.message


def test_a_place_without_a_repository_is_told_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError, match="There is no Git repository at"):
            checked_address(str(path))


def test_local_paths_become_absolute_and_addresses_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(store.path.parent)
    monkeypatch.setenv("HOME", str(store.path.parent))
    for address in (store.path.name, f"./{store.path.name}", f"~/{store.path.name}"):
        assert checked_address(address) == str(store.path)
    for address in ("https://host/x.git", "ssh://git@host/x", "git@host:x.git", "file:///x"):
        assert checked_address(address) == address


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("/a/b", True),
        ("a", True),
        ("./a:b", True),
        ("/a:b", True),
        ("host:a", False),
        ("https://host/a", False),
        ("file:///a", False),
    ],
)
def test_a_path_is_told_from_an_address_as_git_does(address: str, local: bool) -> None:  # noqa: FBT001 - a column
    assert is_local_path(address) == local


def test_everything_the_remote_has_is_read_at_once(store: Store, link: RemoteGit) -> None:
    commit = store.commit({"a": "1"})
    other = store.commit({"a": "2"})
    store.ref("refs/heads/master", commit)
    store.ref("refs/pull/1/head", other)
    store.git("tag", "-a", "-m", "tag", "v1", commit)
    found = link.read()
    assert (found.head, found.head_ref) == (commit, "refs/heads/master")
    assert found.refs.keys() == {
        "refs/heads/master",
        "refs/pull/1/head",
        "refs/tags/v1",
        "refs/made/last",
    }
    assert found.refs["refs/pull/1/head"] == other


def test_an_empty_remote_has_no_tip(link: RemoteGit) -> None:
    found = link.read()
    assert (found.head, dict(found.refs)) == (None, {})


def test_refs_are_matched_by_their_whole_name_never_by_its_tail(
    store: Store, link: RemoteGit
) -> None:
    commit = store.commit({"a": "1"})
    for ref in (
        STAGE,
        f"refs/x/{STAGE}",
        f"refs/heads/{STAGE}",
        "refs/heads/f/1",
        "refs/heads/f/d/2",
    ):
        store.ref(ref, commit)
    found = link.read()
    assert found.matching([STAGE]).keys() == {STAGE}
    assert found.matching(["refs/heads/f/*"]).keys() == {"refs/heads/f/1", "refs/heads/f/d/2"}
    assert found.matching(["staging", "refs/heads/none"]) == {}


def test_a_ref_whose_name_is_not_utf_8_does_not_stop_the_reading(
    store: Store, link: RemoteGit
) -> None:
    commit = store.commit({"a": "1"})
    store.raw("update-ref", "--stdin", stdin=b"create refs/heads/l\xff %s\n" % commit.encode())
    store.ref("refs/heads/ü", commit)
    assert link.read().matching(["refs/heads/ü"]) == {"refs/heads/ü": commit}


def test_a_remote_that_is_gone_is_unavailable(mirror: Store, tmp_path: Path) -> None:
    link = RemoteGit(git=mirror.opened(tmp_path / "s"), address=str(tmp_path / "gone.git"))
    with pytest.raises(UnavailableError, match=r"gone\.git could not be read"):
        link.read()


# --- fetching ------------------------------------------------------------------------------------


def held(mirror: Store, commits: list[CommitSha]) -> list[bool]:
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    said = mirror.git("cat-file", "--batch-check", stdin=asked).splitlines()
    return [not line.endswith(" missing") for line in said]


def test_exactly_the_commits_asked_for_come(store: Store, mirror: Store, link: RemoteGit) -> None:
    root = store.commit({"a": "0"})
    commits = [store.commit({"a": str(n)}, root) for n in range(4)]
    for number, commit in enumerate(commits):
        store.ref(f"refs/pull/{number}/head", commit)
    store.git("tag", "v1", commits[0])
    assert link.fetch(commits[:2]) == frozenset()
    assert held(mirror, [root, *commits]) == [True, True, True, False, False]
    assert mirror.git("for-each-ref") == ""


@pytest.mark.parametrize("gone", [1, 2, 5])
def test_commits_that_are_gone_are_named_and_all_others_come(
    store: Store, mirror: Store, link: RemoteGit, gone: int
) -> None:
    root = store.commit({"a": "0"})
    commits = [store.commit({"a": str(n)}, root) for n in range(6)]
    for number, commit in enumerate(commits[:3]):
        store.ref(f"refs/pull/{number}/head", commit)
    missing = [CommitSha(f"{number}" * 40) for number in range(1, gone + 1)]
    asked = [commit for pair in zip(commits, missing, strict=False) for commit in pair]
    asked += commits[gone:]
    assert link.fetch(asked) == frozenset(missing)
    assert all(held(mirror, commits))


def test_an_outage_is_no_proof_that_a_commit_is_gone_trap_01(
    store: Store, mirror: Store, tmp_path: Path
) -> None:
    # The listing still works, the transfer does not: nobody may be put out for that.
    commit = store.commit({"a": "1"})
    store.ref("refs/heads/master", commit)
    unadvertised = store.commit({"a": "2"}, commit)
    store.git("update-ref", "-d", "refs/made/last")
    store.lose(store.tree_of(unadvertised))
    link = RemoteGit(git=mirror.opened(tmp_path / "s"), address=str(store.path))
    with pytest.raises(UnavailableError):
        link.fetch([commit, unadvertised])
