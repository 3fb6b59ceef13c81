from __future__ import annotations

import json

from tests.render import samples
from understudy.core.record import BaseLine, DecisionWord, LineState
from understudy.render.documents import log_document
from understudy.render.history_page import difference_page, log_page
from understudy.render.page import plain

OLDEST = samples.record(
    serial=9,
    at="2026-11-24T08:00:00+00:00",
    pull_requests=tuple(samples.line(n, LineState.INCLUDED) for n in range(1, 10)),
)
MIDDLE = samples.record(
    serial=10,
    at="2026-11-24T08:30:00+00:00",
    decision=DecisionWord.WITHHELD,
    hold=samples.HOLD,
    pull_requests=(samples.INCLUDED, samples.WAITING),
)
NEWEST = samples.record(
    serial=11,
    decision=DecisionWord.UNCHANGED,
    base=BaseLine(branch="master", sha=samples.commit("d")),
    published=samples.revision("e", "v"),
    pull_requests=(
        samples.line(4, LineState.INCLUDED, "Update podinfo", head=samples.commit("f")),
        samples.line(11, LineState.INCLUDED, "Give it more memory"),
    ),
)


def test_the_log_is_one_line_a_record() -> None:
    assert (
        plain(log_page([NEWEST, MIDDLE, OLDEST], limit=20))
        == """\
11  2026-11-24 09:12  unchanged  master ddddddd  +#11 ~#4                           manual by alice
10  2026-11-24 08:30  withheld   master bbbbbbb  -#1 -#2 -#3 -#5 -#6 -#7 (-2 more)  \
manual by alice, held at 12
 9  2026-11-24 08:00  published  master bbbbbbb  +#1 +#2 +#3 +#4 +#5 +#6 (+3 more)  manual by alice
"""
    )


def test_the_record_beyond_the_limit_only_serves_to_compare() -> None:
    told = plain(log_page([NEWEST, MIDDLE], limit=1))

    assert told == "11  2026-11-24 09:12  unchanged  master ddddddd  +#11 ~#4  manual by alice\n"


def test_a_log_without_records_says_so() -> None:
    assert plain(log_page([], limit=20)) == "There is no record yet.\n"


def test_the_log_as_json() -> None:
    told = json.loads(log_document([NEWEST, MIDDLE, OLDEST], limit=2))

    assert [entry["serial"] for entry in told] == [11, 10]
    assert told[0]["entered"] == [11]
    assert told[0]["updated"] == [4]
    assert told[1]["left"] == [1, 2, 3, 5, 6, 7, 8, 9]
    assert told[1]["hold"]["serial"] == 12


def test_a_difference_tells_what_each_pull_request_turned_into() -> None:
    assert plain(difference_page(OLDEST, NEWEST)).startswith("""\
From record 9 to record 11: +#11 -#1 -#2 -#3 -#5 -#6 -#7 (-2 more) ~#4
master: bbbbbbb -> ddddddd
staging: ccccccc -> eeeeeee

  #1   in -> closed    Change something
""")
    assert (
        plain(difference_page(MIDDLE, NEWEST))
        == """\
From record 10 to record 11: +#11 ~#4
master: bbbbbbb -> ddddddd
staging: ccccccc -> eeeeeee

  #4   in, new head   Update podinfo
  #11  waiting -> in  Give it more memory
"""
    )


def test_a_record_does_not_differ_from_itself() -> None:
    assert (
        plain(difference_page(NEWEST, NEWEST))
        == """\
From record 11 to record 11: the same pull requests are in
master: still ddddddd
staging: still eeeeeee
"""
    )
