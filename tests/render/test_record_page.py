from __future__ import annotations

import pytest

from tests.render import samples
from understudy.core.decisions import Finding
from understudy.core.guard import HELD
from understudy.core.record import DecisionWord, LineState, Timings
from understudy.render.page import plain
from understudy.render.record_page import record_page

BEFORE = samples.record(
    serial=16,
    previous=None,
    published=samples.revision("a", "u"),
    pull_requests=(samples.INCLUDED, samples.line(3, LineState.INCLUDED, "Landed since")),
)


def test_a_published_record_tells_everything_once() -> None:
    page = record_page(samples.record(), BEFORE, flags="--repo /srv/home.git")

    assert (
        plain(page)
        == """\
staging: published ccccccc = master bbbbbbb + 1 pull request
Record 17, 2026-11-24 09:12 UTC, manual by alice

In (2)
  #4   in          Update podinfo
  #9   contained   Say what it is for
                   the base already contains its head; nothing is left to merge

Waiting (1)
  #11  waiting     Give it more memory
                   flux-test is still running

Out (2)
  #12  excluded    Run it thrice
                   lint failed
  #14  conflicted  Use the new chart
                   conflicts with #4 in apps/base/x/deploy.yaml

Since record 16: +#9 -#3

Why is #14 out?  understudy why 14 --repo /srv/home.git
"""
    )


def test_a_held_stage_says_so_and_how_to_let_it_go_on() -> None:
    held = Finding(rule=HELD, subject="", message="held", remedy="resume")
    record = samples.record(
        decision=DecisionWord.WITHHELD, hold=samples.HOLD, findings=(held,), pull_requests=()
    )

    assert (
        plain(record_page(record, None))
        == """\
staging: held at record 12, the branch staging is at ccccccc
Record 17, 2026-11-24 09:12 UTC, manual by alice

Held at record 12 since 2026-11-23 18:00 UTC by alice: the branch stays as it was there, \
whatever the pull requests do. To let it follow them again:
    understudy rebuild --resume

No pull request is open.
"""
    )


def test_a_withheld_record_names_each_finding_with_its_remedy() -> None:
    record = samples.record(
        decision=DecisionWord.WITHHELD, findings=(samples.WITHHOLDING,), pull_requests=()
    )

    assert (
        plain(record_page(record, None))
        == """\
staging: nothing was published, the branch staging is at ccccccc
Record 17, 2026-11-24 09:12 UTC, manual by alice

kustomize: apps/staging: does not build.
    Mend it on the base branch.

No pull request is open.
"""
    )


def test_verbose_adds_what_took_how_long() -> None:
    record = samples.record(
        pull_requests=(), timings=Timings(total_ms=1234, phases={"fetch": 1000, "merge": 34})
    )

    told = plain(record_page(record, None, verbose=True))

    assert "Took 1.2 s\n  fetch: 1.0 s\n  merge: 34 ms\n" in told


@pytest.mark.parametrize(
    ("changed", "headline"),
    [
        (
            {"decision": DecisionWord.UNCHANGED, "published": samples.revision("a")},
            "staging: unchanged, aaaaaaa has the content of master bbbbbbb + 1 pull request",
        ),
        (
            {"decision": DecisionWord.REFUSED, "published": None},
            "staging: the remote refused the push, the branch staging does not exist",
        ),
        (
            {"decision": DecisionWord.DRY_RUN, "published": samples.revision("a", "u")},
            "staging: would publish ccccccc = master bbbbbbb + 1 pull request",
        ),
        (
            {"decision": DecisionWord.DRY_RUN, "published": samples.revision("a")},
            "staging: would not change, aaaaaaa has the content of master bbbbbbb + 1 pull request",
        ),
        (
            {"decision": DecisionWord.DRY_RUN, "hold": samples.HOLD},
            "staging: would stay held at record 12, the branch staging is at ccccccc",
        ),
        (
            {"decision": DecisionWord.DRY_RUN, "findings": (samples.WITHHOLDING,)},
            "staging: would publish nothing, the branch staging is at ccccccc",
        ),
    ],
)
def test_the_headline_tells_what_became_of_the_stage(
    changed: dict[str, object], headline: str
) -> None:
    page = record_page(samples.record(**changed), None)

    assert plain(page).splitlines()[0] == headline


def test_trap_24_a_newcomer_that_changes_nothing_is_told_of_all_the_same() -> None:
    before = samples.record(serial=16, pull_requests=(samples.INCLUDED,))
    after = samples.record(
        decision=DecisionWord.UNCHANGED, pull_requests=(samples.INCLUDED, samples.CONFLICTED)
    )

    told = plain(record_page(after, before))

    assert "#14  conflicted  Use the new chart" in told
    assert "Since record 16: same content\n" in told
