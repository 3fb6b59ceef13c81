from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from understudy.core.decisions import (
    Published,
    Raced,
    RefUpdate,
    Refused,
)
from understudy.git.command import Git
from understudy.git.remote import RemoteGit

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.core.model import CommitSha

STAGE = "refs/heads/staging"
RECORD = "refs/understudy/staging"


@pytest.fixture
def pushing(store: Store, tmp_path: Path) -> RemoteGit:
    """Return a link whose mirror is the remote's twin: it can push any commit made there."""
    git = Git(directory=store.path, scratch=tmp_path / "scratch" / "objects")
    there = Store.create(tmp_path / "there.git")
    return RemoteGit(git=git, address=str(there.path))


def there(link: RemoteGit) -> Store:
    return Store(type(link.git.directory)(link.address))


def update(ref: str, old: CommitSha | None, new: CommitSha) -> RefUpdate:
    return RefUpdate(ref=ref, old=old, new=new)


def test_new_refs_are_published_and_then_moved_back_and_forth(
    store: Store, pushing: RemoteGit
) -> None:
    one = store.commit({"a": "1"})
    two = store.commit({"a": "2"}, one)
    stranger = store.commit({"z": "1"})
    for old, new in ((None, one), (one, two), (two, stranger), (stranger, one)):
        assert pushing.push([update(STAGE, old, new), update(RECORD, old, new)]) == Published()
        assert dict(pushing.read().refs) == {STAGE: new, RECORD: new}


def test_a_ref_that_moved_was_deleted_or_made_is_a_race_and_nothing_is_written_trap_21(
    store: Store, pushing: RemoteGit
) -> None:
    one, two, three = (store.commit({"a": str(n)}) for n in range(3))
    assert pushing.push([update(STAGE, None, one)]) == Published()
    assert pushing.push([update(STAGE, None, two), update(RECORD, None, two)]) == Raced(
        ref=STAGE, actual=one
    )
    assert pushing.push([update(STAGE, three, two), update(RECORD, None, two)]) == Raced(
        ref=STAGE, actual=one
    )
    assert pushing.push([update(STAGE, one, two), update(RECORD, three, two)]) == Raced(
        ref=RECORD, actual=None
    )
    assert dict(pushing.read().refs) == {STAGE: one}


def test_a_push_whose_answer_was_lost_counts_as_what_the_remote_has(
    store: Store, pushing: RemoteGit
) -> None:
    one, two = store.commit({"a": "1"}), store.commit({"a": "2"})
    pushing.push([update(STAGE, None, two)])
    assert pushing.push([update(STAGE, one, two)]) == Published()


def hook(link: RemoteGit, name: str, program: str) -> None:
    path = there(link).path / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("pre-receive", "echo no staging today >&2; exit 1"),
        ("update", 'test "$1" != refs/heads/staging || { echo no staging today >&2; exit 1; }'),
    ],
)
def test_a_hook_that_refuses_the_branch_keeps_the_record_out_too_trap_22(
    store: Store, pushing: RemoteGit, name: str, program: str
) -> None:
    commit = store.commit({"a": "1"})
    hook(pushing, name, program)
    refused = pushing.push([update(STAGE, None, commit), update(RECORD, None, commit)])
    assert isinstance(refused, Refused)
    assert refused.rule == "hook"
    assert "no staging today" in refused.message
    assert dict(pushing.read().refs) == {}


def test_a_remote_that_denies_going_back_names_its_setting(
    store: Store, pushing: RemoteGit
) -> None:
    one, two = store.commit({"a": "1"}), store.commit({"a": "2"})
    pushing.push([update(STAGE, None, one)])
    there(pushing).git("config", "receive.denyNonFastForwards", "true")
    refused = pushing.push([update(STAGE, one, two)])
    assert isinstance(refused, Refused)
    assert refused.rule == "non-fast-forward"


def test_a_branch_that_is_checked_out_is_named(store: Store, pushing: RemoteGit) -> None:
    commit = store.commit({"a": "1"})
    place = there(pushing)
    place.git("config", "core.bare", "false")
    place.git("symbolic-ref", "HEAD", STAGE)
    pushing.push([update("refs/heads/other", None, commit)])
    place.ref(STAGE, commit)
    work = Store(place.path.parent / "work")
    work.path.mkdir()
    place.path.rename(work.path / ".git")
    link = RemoteGit(git=pushing.git, address=str(work.path))
    refused = link.push([update(STAGE, commit, store.commit({"a": "2"}, commit))])
    assert isinstance(refused, Refused)
    assert refused.rule == "checked-out-branch"


def test_hidden_refs_are_named(store: Store, pushing: RemoteGit) -> None:
    there(pushing).git("config", "receive.hideRefs", "refs/understudy")
    commit = store.commit({"a": "1"})
    refused = pushing.push([update(RECORD, None, commit)])
    assert isinstance(refused, Refused)
    assert refused.rule == "hidden-ref"
    assert dict(pushing.read().refs) == {}


def test_our_own_pre_push_hook_is_not_run(store: Store, pushing: RemoteGit) -> None:
    mine = store.path / "hooks" / "pre-push"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text(f"#!/bin/sh\ntouch {store.path}/ran\nexit 1\n")
    mine.chmod(0o755)
    assert pushing.push([update(STAGE, None, store.commit({"a": "1"}))]) == Published()
    assert not (store.path / "ran").exists()
