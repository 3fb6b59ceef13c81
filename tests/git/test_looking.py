"""What is asked of a remote and a mirror without changing either: pushes begun, folders listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.plans import Entry
from tests.smart_http import serving
from understudy.git.repository import open_repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Store

RECORD = "refs/understudy/staging"


def test_a_push_that_may_begin_sends_nothing(store: Store, tmp_path: Path) -> None:
    commit = store.commit({"a": "1"})
    store.ref("refs/heads/master", commit)
    before = store.git("for-each-ref")

    with open_repository(str(store.path), cache=tmp_path / "cache") as repository:
        repository.fetch([commit])
        assert repository.refuses_push(RECORD, commit) is None

    assert store.git("for-each-ref") == before


def test_a_push_to_a_ref_that_is_there_may_begin_too(store: Store, tmp_path: Path) -> None:
    commit = store.commit({"a": "1"})
    store.ref("refs/heads/master", commit)
    store.ref(RECORD, commit)

    with open_repository(str(store.path), cache=tmp_path / "cache") as repository:
        repository.fetch([commit])
        assert repository.refuses_push(RECORD, commit) is None


def test_a_remote_that_only_lets_us_read_says_so_at_once(store: Store, tmp_path: Path) -> None:
    commit = store.commit({"a": "1"})
    store.ref("refs/heads/master", commit)
    store.git("config", "http.receivepack", "false")

    with (
        serving(store.path.parent) as address,
        open_repository(f"{address}/{store.path.name}", cache=tmp_path / "cache") as repository,
    ):
        repository.fetch([commit])
        refused = repository.refuses_push(RECORD, commit)

    assert refused is not None
    assert refused.rule == "permission"


def test_the_files_of_a_folder_are_listed_and_nothing_below_it(
    store: Store, tmp_path: Path
) -> None:
    commit = store.commit(
        {
            "ci/a.yaml": "a",
            "ci/run.sh": Entry(b"run", "100755"),
            "ci/link": Entry(b"a.yaml", "120000"),
            "ci/below/b.yaml": "b",
            "top.yaml": "t",
        }
    )
    store.ref("refs/heads/master", commit)

    with open_repository(str(store.path), cache=tmp_path / "cache") as repository:
        repository.fetch([commit])
        assert repository.files_in(commit, "ci") == ["ci/a.yaml", "ci/run.sh"]
        assert repository.files_in(commit, "top.yaml") == []
        assert repository.files_in(commit, "nowhere") == []
