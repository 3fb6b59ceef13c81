from __future__ import annotations

import pytest

from tests.render import samples
from understudy.cli.selecting import before, select
from understudy.core.errors import UsageError
from understudy.core.record import DecisionWord

RECORDS = [
    samples.record(serial=17),
    samples.record(serial=16, decision=DecisionWord.UNCHANGED, published=samples.revision("a")),
    samples.record(serial=12, candidate=samples.revision("d"), published=samples.revision("a")),
]


@pytest.mark.parametrize(
    ("name", "serial"),
    [
        ("latest", 17),
        ("LATEST", 17),
        ("latest~0", 17),
        ("latest~2", 12),
        ("17", 17),
        ("12", 12),
        ("ccccccc", 17),
        ("d" * 40, 12),
        ("DDDDDDD", 12),
        pytest.param("aaaaaaa", 16, id="the newest that had this commit"),
    ],
)
def test_a_record_is_named_in_several_ways(name: str, serial: int) -> None:
    assert select(RECORDS, name).serial == serial


@pytest.mark.parametrize("name", ["11", "latest~3", "cccccc", "fffffff", "latest~", "", "\x1b"])
def test_what_names_no_record_is_told_with_the_newest_to_choose_from(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        select(RECORDS, name)

    assert caught.value.message == f"`{name}` names no record of stage staging."
    assert caught.value.hint == (
        "The newest are 17 (2026-11-24 09:12, published), 16 (2026-11-24 09:12, unchanged), "
        "12 (2026-11-24 09:12, published). `understudy log` lists all."
    )


def test_the_record_before_is_the_next_that_is_still_kept() -> None:
    assert before(RECORDS, RECORDS[0]) is RECORDS[1]
    assert before(RECORDS, RECORDS[1]) is RECORDS[2]
    assert before(RECORDS, RECORDS[2]) is None
