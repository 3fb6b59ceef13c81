from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.render.samples import commit as sha
from understudy.core.errors import DamagedCacheError, UnderstudyError
from understudy.core.model import (
    CommitSha,
    ToolIdentity,
    TreeSha,
    Trigger,
)
from understudy.core.record import BaseLine, DecisionWord, Record, RevisionLine
from understudy.git.records import FILE, append, read_chain

if TYPE_CHECKING:
    from tests.git.stores import Store
    from understudy.git.objects import ObjectReader


def record(serial: int, candidate: CommitSha | None = None) -> Record:
    known = RevisionLine(commit=candidate, tree=TreeSha("e" * 40)) if candidate else None
    return Record(
        serial=serial,
        stage="staging",
        branch="staging",
        at="2026-01-01T00:00:00+00:00",
        trigger=Trigger(),
        tool=ToolIdentity(understudy="1", git="2.39.5"),
        base=BaseLine(branch="master", sha=sha("b")),
        previous=serial - 1 or None,
        candidate=known,
        published=known,
        decision=DecisionWord.PUBLISHED,
    )


class Chain:
    """The records written to one store so far."""

    def __init__(self, store: Store, reader: ObjectReader) -> None:
        self.store = store
        self.reader = reader
        self.tip: CommitSha | None = None

    def append(self, record: Record, *, keep: int = 100) -> CommitSha:
        objects = self.store.path / "objects"
        self.tip = append(self.reader, objects, record, tip=self.tip, keep=keep)
        return self.tip

    def serials(self, limit: int | None = None) -> list[int]:
        return [record.serial for record in read_chain(self.reader, self.tip, limit)]


@pytest.fixture
def chain(store: Store, reader: ObjectReader) -> Chain:
    return Chain(store, reader)


def test_no_tip_is_no_record(chain: Chain) -> None:
    assert chain.serials() == []


def test_records_come_back_newest_first_and_whole(chain: Chain) -> None:
    candidates = [chain.store.commit({"a": str(n)}) for n in range(3)]
    written = [record(n, candidate) for n, candidate in enumerate(candidates, 1)]
    for each in written:
        chain.append(each)
    assert read_chain(chain.reader, chain.tip, None) == written[::-1]
    assert chain.serials(limit=2) == [3, 2]


def test_each_record_is_a_commit_that_keeps_its_candidate(chain: Chain) -> None:
    one, two = chain.store.commit({"a": "1"}), chain.store.commit({"a": "2"})
    first, second = chain.append(record(1, one)), chain.append(record(2, two))
    store = chain.store
    assert store.git("rev-parse", f"{second}^@").split() == [first, two]
    assert store.git("rev-parse", f"{first}^@").split() == [one]
    assert store.paths(store.tree_of(second)) == [FILE]
    assert store.git("log", "-1", "--format=%B", second) == (
        f"staging: published, record 2\n\nCandidate: {two}"
    )
    store.ref("refs/understudy/staging", second)
    store.git("fsck", "--strict")


def test_the_oldest_records_candidate_is_no_record_even_if_it_looks_like_one(chain: Chain) -> None:
    candidate = chain.store.commit({FILE: '{"schema": 1, "not": "a record"}', "a": "1"})
    chain.append(record(1, candidate))
    assert chain.serials() == [1]
    chain.append(record(2, chain.store.commit({FILE: "rubbish"}, candidate)))
    assert chain.serials() == [2, 1]


def test_a_record_without_a_candidate_has_only_the_one_before_it(chain: Chain) -> None:
    first = chain.append(record(1))
    second = chain.append(record(2))
    assert chain.store.git("rev-list", "--parents", second).splitlines() == [
        f"{second} {first}",
        first,
    ]
    assert chain.serials() == [2, 1]


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_a_chain_is_trimmed_to_the_newest(chain: Chain, keep: int) -> None:
    candidates = [chain.store.commit({"a": str(n)}) for n in range(6)]
    for serial, candidate in enumerate(candidates, 1):
        chain.append(record(serial, candidate), keep=keep)
        assert chain.serials() == list(range(serial, max(0, serial - keep), -1))
    assert chain.tip is not None
    reachable = chain.store.git("rev-list", chain.tip).split()
    assert [c in reachable for c in candidates] == [n >= 6 - keep for n in range(6)]


def test_a_shorter_limit_trims_a_longer_chain_at_once(chain: Chain) -> None:
    for serial in range(1, 8):
        chain.append(record(serial))
    chain.append(record(8), keep=3)
    assert chain.serials() == [8, 7, 6]


def test_the_same_chain_written_twice_has_the_same_id(chain: Chain) -> None:
    candidate = chain.store.commit({"a": "1"})
    tips: list[CommitSha | None] = []
    for _ in range(2):
        chain.tip = None
        for serial in range(1, 6):
            chain.append(record(serial, candidate), keep=3)
        tips.append(chain.tip)
    assert tips[0] == tips[1]


def test_a_lost_record_means_a_damaged_cache_trap_38(chain: Chain) -> None:
    first = chain.append(record(1))
    chain.append(record(2))
    chain.store.lose(first)
    with pytest.raises(DamagedCacheError):
        chain.serials()


@pytest.mark.parametrize("files", [{"a": "1"}, {FILE: "rubbish"}], ids=["no file", "no record"])
def test_a_ref_that_somebody_moved_elsewhere_is_not_a_damaged_cache(
    chain: Chain, files: dict[str, str]
) -> None:
    # Fetching again would bring the same: a person has to act, so the hint must say what to do.
    chain.tip = chain.store.commit(files)
    with pytest.raises(UnderstudyError, match="record") as caught:
        chain.serials()
    assert not isinstance(caught.value, DamagedCacheError)
    assert "refs/understudy" in caught.value.hint
