from __future__ import annotations

from tests.render import samples
from understudy.core.record import DecisionWord
from understudy.render.markdown import summary


def test_a_summary_is_one_table_of_all_pull_requests() -> None:
    before = samples.record(serial=16, pull_requests=(samples.INCLUDED,))

    assert (
        summary(samples.record(), before)
        == """\
### staging\\: published ccccccc = master bbbbbbb \\+ 1 pull request

Record 17, 2026\\-11\\-24 09\\:12 UTC, manual by alice

| Pull request | Title | State | Why |
| --- | --- | --- | --- |
| \\#<!-- -->4 | Update podinfo | in |  |
| \\#<!-- -->9 | Say what it is for | contained | the base already contains its head; \
nothing is left to merge |
| \\#<!-- -->11 | Give it more memory | waiting | flux\\-test is still running |
| \\#<!-- -->12 | Run it thrice | excluded | lint failed |
| \\#<!-- -->14 | Use the new chart | conflicted | conflicts with \\#<!-- -->4 in \
apps/base/x/deploy\\.yaml |

Since record 16\\: \\+\\#<!-- -->9, same content
"""
    )


def test_findings_and_a_hold_stand_above_the_table() -> None:
    record = samples.record(
        decision=DecisionWord.WITHHELD,
        hold=samples.HOLD,
        findings=(samples.WITHHOLDING,),
        pull_requests=(),
    )

    told = summary(record, None)

    assert "> Held at record 12 since" in told
    assert "understudy rebuild \\-\\-resume" in told
    assert "> kustomize\\: apps/staging\\: does not build\\. Mend it" in told
    assert told.endswith("\n\nNo pull request is open.\n")
