from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.forges.remotes import SmallRemote, make_remote
from understudy.core.config_file import parse
from understudy.core.errors import ExitCode, UsageError
from understudy.core.model import (
    Check,
    CheckState,
    CommitSha,
    PullRequest,
    Snapshot,
)
from understudy.forges.listing import ListingForge, parse_listing

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.core.ports import Forge

SHA = CommitSha("0123456789abcdef" * 2 + "01234567")


@pytest.fixture
def remote(tmp_path: Path) -> SmallRemote:
    return make_remote(tmp_path / "remote.git")


def _read(remote: SmallRemote, text: str) -> Snapshot:
    path = remote.folder / "listing.yaml"
    path.write_text(text)
    return ListingForge(remote, parse(None), path).snapshot(None)


def _read_one(remote: SmallRemote, **entry: Any) -> PullRequest:  # noqa: ANN401 - any key
    listing = {"pull_requests": [{"number": 12, "head": SHA, **entry}]}
    return _read(remote, json.dumps(listing)).pull_requests[0]


FULL = f"""
base: {{branch: main}}
pull_requests:
  - number: 12
    head: {SHA}
    title: "Add\\ta \\e[31mlogin"
    author: ada
    branch: feature/login
    base: feature/below
    labels: [qa]
    draft: true
    from_fork: true
    trusted: true
    depends_on: [9, 12]
    checks: {{lint: success, flux-test: pending, odd: strange}}
    pushed_at: 2026-01-31T12:00:00Z
    url: https://example.org/12
  - {{number: 2, head: {SHA}}}
"""


def test_every_key_is_read_and_the_order_is_that_of_numbers(remote: SmallRemote) -> None:
    snapshot = _read(remote, FULL)

    assert snapshot.base == remote.advertised(["refs/heads/main"])["refs/heads/main"]
    assert snapshot.pull_requests == (
        PullRequest(
            number=2,
            title="pull request 2",
            author="",
            head=SHA,
            head_ref="pull/2",
            base_ref="main",
        ),
        PullRequest(
            number=12,
            title="Add\ta \x1b[31mlogin",
            author="ada",
            head=SHA,
            head_ref="feature/login",
            base_ref="feature/below",
            draft=True,
            labels=frozenset({"qa"}),
            from_fork=True,
            trusted=True,
            depends_on=frozenset({9}),
            checks=(
                Check(name="flux-test", state=CheckState.PENDING),
                Check(name="lint", state=CheckState.PASSED),
                Check(name="odd", state=CheckState.PENDING, word="strange"),
            ),
            pushed_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
            url="https://example.org/12",
        ),
    )


def test_json_says_the_same_as_yaml(remote: SmallRemote) -> None:
    assert _read_one(remote, pushed_at="2026-01-31T12:00:00Z").pushed_at == datetime(
        2026, 1, 31, 12, tzinfo=UTC
    )


def test_an_empty_listing_is_a_world_without_pull_requests(remote: SmallRemote) -> None:
    assert _read(remote, "").pull_requests == ()


@pytest.mark.parametrize(
    ("entry", "trusted"),
    [({}, True), ({"from_fork": True}, False), ({"from_fork": True, "trusted": True}, True)],
)
def test_a_fork_is_trusted_only_where_it_says_so_trap_37(
    remote: SmallRemote, entry: dict[str, bool], *, trusted: bool
) -> None:
    assert _read_one(remote, **entry).trusted is trusted


@pytest.mark.parametrize("head", ["feature/1-x", "refs/heads/feature/1-x"])
def test_a_head_may_be_a_ref_of_the_remote(remote: SmallRemote, head: str) -> None:
    sha = remote.commit("refs/heads/feature/1-x")
    found = _read_one(remote, head=head)
    assert (found.head, found.head_ref) == (sha, "feature/1-x")


def test_a_commit_id_may_be_in_capitals(remote: SmallRemote) -> None:
    assert _read_one(remote, head=SHA.upper()).head == SHA


def test_a_base_may_be_a_commit_that_no_branch_holds_any_more(remote: SmallRemote) -> None:
    snapshot = _read(remote, f"base: {{branch: gone, sha: {SHA}}}")
    assert (snapshot.base_ref, snapshot.base) == ("gone", SHA)


def _entry(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a file may say
    return {"pull_requests": [{"number": 12, "head": SHA, **keys}]}


REFUSED: dict[str, tuple[object, tuple[str, ...]]] = {
    "unknown key": (_entry(lables=[]), ("`pull_requests[0]`", "did you mean `labels`?")),
    "unknown key at the top": ({"pulls": []}, ("`pulls`",)),
    "no head": ({"pull_requests": [{"number": 1}]}, ("`pull_requests[0]` has no `head`",)),
    "no number": ({"pull_requests": [{"head": SHA}]}, ("`pull_requests[0]` has no `number`",)),
    "number as text": (_entry(number="12"), ("`pull_requests[0].number`", "a whole number")),
    "number below one": (_entry(number=0), ("the number 0",)),
    "number above all": (_entry(number=10**30), ("the number 1000",)),
    "head as a number": (_entry(head=123), ("`123`", "must be text")),
    "truth as text": (_entry(draft="yes"), ("`yes`", "`true` or `false`")),
    "trap 01: checks that are not there": (_entry(checks=None), (".checks` is empty",)),
    "a check without a word": (_entry(checks={"lint": None}), (".checks.lint` is empty",)),
    "time without offset": (
        _entry(pushed_at="2026-01-31T12:00:00"),
        ("`2026-01-31T12:00:00`", "with its offset"),
    ),
    "twice": (
        {"pull_requests": [{"number": 1, "head": SHA}, {"number": 1, "head": SHA}]},
        ("#1 twice",),
    ),
    "short commit id": (_entry(head="0123456"), ("#12", "`0123456`", "40 digits")),
    "no such branch": (_entry(head="feature/no"), ("#12", "`feature/no`", "is no ref")),
    "head with a zero byte": (_entry(head="a\0b"), ("#12", "`a\\x00b`", "a control character")),
    "head that is a pattern": (_entry(head="feature/*"), ("#12", "contains `*`")),
    "base without a branch": ({"base": {"branch": "no"}}, ("has no branch `no`",)),
    "base that is no name": ({"base": {"branch": "a b"}}, ("`base.branch`", "a space")),
    "base that is no commit": ({"base": {"sha": "abc"}}, ("`base.sha`", "a full commit id")),
}


@pytest.mark.parametrize(("listing", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_right_is_refused_with_its_entry(
    remote: SmallRemote, listing: object, said: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as caught:
        _read(remote, json.dumps(listing))

    assert caught.value.exit_code is ExitCode.USAGE
    for words in said:
        assert words in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pull_requests: [", "line"),
        ("a: 1\na: 2", "duplicate"),
        (f"pull_requests: [{{number: 1, head: {SHA}, title: 2026-01-31}}]", "2026-01-31"),
        ("pull_requests: [{number: 1, head: 0123456789012345678901234567890123456789}]", "text"),
        (f'pull_requests: [{{number: 1, head: {SHA}, title: "\\ud800"}}]', "must be text"),
    ],
    ids=["cut", "a key twice", "a title read as a date", "an id read as a number", "surrogate"],
)
def test_yaml_that_reads_otherwise_than_it_looks_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_listing(text.encode(), where="listing.yaml")


def test_a_listing_that_is_not_there_is_named(remote: SmallRemote) -> None:
    missing = remote.folder / "no.yaml"
    with pytest.raises(UsageError, match=r"no\.yaml cannot be read: No such file"):
        ListingForge(remote, parse(None), missing).snapshot(None)


def test_the_file_is_read_anew_each_time(remote: SmallRemote) -> None:
    path = remote.folder / "listing.json"
    forge = ListingForge(remote, parse(None), path)
    path.write_text(json.dumps(_entry()))
    assert len(forge.snapshot(None).pull_requests) == 1
    path.write_text("{}")
    assert forge.snapshot(None).pull_requests == ()


def test_a_file_tells_nothing_of_a_cluster(remote: SmallRemote) -> None:
    forge: Forge = ListingForge(remote, parse(None), remote.folder / "no.yaml")

    assert forge.deployed(remote.commit("refs/heads/staging")) is None
