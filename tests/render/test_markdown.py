from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render import samples
from tests.render.parsed import parsed
from tests.render.test_fragments import ANY_TEXT, VIEW
from understudy.core.answers import Report
from understudy.core.decisions import Finding
from understudy.core.hunks import Hunk, Side
from understudy.core.model import CheckState, ConflictKind, Reason, Trigger
from understudy.core.record import (
    CheckLine,
    ConflictLine,
    DecisionWord,
    Line,
    LineState,
    Record,
)
from understudy.core.why import ConflictView
from understudy.render.markdown import LIMIT, failure, summary

PULL = "https://github.com/o/r/pull"


def test_a_summary_tells_what_changed_and_who_is_in_waiting_or_out() -> None:
    before = samples.record(serial=16, pull_requests=(samples.INCLUDED, samples.WAITING))
    lines = (samples.INCLUDED, samples.CONTAINED, samples.WAITING, samples.FAILED)

    assert (
        summary(samples.record(pull_requests=lines), before)
        == """\
### staging\\: published ccccccc = master bbbbbbb \\+ 1 pull request

Record 17, 2026\\-11\\-24 09\\:12 UTC, manual by alice

Since record 16\\: \\+\\#<!-- -->9, same content

- \\#<!-- -->9 Say what it is for\\: not open \\-&gt; contained
- \\#<!-- -->12 Run it thrice\\: not open \\-&gt; excluded

#### In (2)

| Pull request | Title | By | Why |
| --- | --- | --- | --- |
| \\#<!-- -->4 | Update podinfo | alice |  |
| \\#<!-- -->9 | Say what it is for | alice | the base already contains its head; \
nothing is left to merge |

#### Waiting (1)

| Pull request | Title | By | Why |
| --- | --- | --- | --- |
| \\#<!-- -->11 | Give it more memory | alice | flux\\-test is still running |

#### Out (1)

| Pull request | Title | By | Why |
| --- | --- | --- | --- |
| \\#<!-- -->12 | Run it thrice | alice | lint failed |
"""
    )


def test_what_stands_against_publishing_and_unsent_answers_stand_above() -> None:
    unsent = Finding(rule="status", subject="#4", message="403", remedy="Allow `statuses: write`.")
    record = samples.record(
        decision=DecisionWord.WITHHELD,
        hold=samples.HOLD,
        findings=(samples.WITHHOLDING,),
        pull_requests=(),
    )

    told = summary(record, None, report=Report(unsent=(unsent,)))

    assert told.index("> Held at record 12 since") < told.index("> kustomize\\: apps/staging\\:")
    assert "`understudy rebuild --resume`" in told
    assert ">\n> Mend it on the base branch\\." in told
    assert (
        "**Some answers could not be sent**\n\n> status\\: \\#<!-- -->4\\: 403\n>\n> Allow" in told
    )
    assert told.endswith("\n\nNo pull request is open.\n")


def test_numbers_and_the_checks_that_a_reason_names_are_linked() -> None:
    checks = (
        CheckLine(name="lint", state=CheckState.FAILED, url="https://ci.example.org/1"),
        CheckLine(name="lint | x", state=CheckState.FAILED, url="https://ci.example.org/2"),
        CheckLine(name="own", state=CheckState.PENDING, url="https://ci.example.org/3"),
        CheckLine(name="odd", state=CheckState.FAILED, url="https://ci.example.org/ 4"),
    )
    line = samples.line(
        12,
        LineState.EXCLUDED,
        reason=Reason.CHECKS_FAILED,
        detail="checks `lint`, `lint | x`, `odd` failed; a push that passes lets it in",
        checks=checks,
        url=f"{PULL}/12",
    )

    page = parsed(summary(samples.record(pull_requests=(line,)), None))

    assert page.links == {
        "#12": f"{PULL}/12",
        "lint": "https://ci.example.org/1",
        "lint | x": "https://ci.example.org/2",
    }
    assert page.rows[1][3] == "checks lint, lint | x, odd failed; a push that passes lets it in"


def test_a_long_list_is_folded() -> None:
    lines = [samples.line(number, LineState.INCLUDED) for number in range(1, 801)]
    lines += [samples.line(900, LineState.WAITING)]

    page = parsed(summary(samples.record(pull_requests=tuple(lines)), None))

    assert page.is_well_formed()
    assert page.headings[1:] == ["In (800)", "Waiting (1)"]
    assert page.html.count("<details>\n<summary>800 pull requests</summary>\n") == 1
    assert len(page.rows) == 803


def test_trap_27_conflicts_show_both_sides_folded_and_name_how_to_see_the_rest() -> None:
    other = samples.line(15, LineState.CONFLICTED, conflicts=samples.CONFLICTED.conflicts)
    record = samples.record(pull_requests=(other, samples.CONFLICTED))

    told = summary(record, None, conflicts={14: (VIEW,)})

    assert "#### Both sides of the conflicts\n\n<details>\n<summary>#<!-- -->14 with" in told
    assert parsed(told).code[:2] == ["image: x:1\n", "image: x:2 # ``` @bob\n"]
    assert told.endswith("</details>\n\n1 more: `understudy why 15`\n")


def test_parts_that_were_pinned_are_listed() -> None:
    paths = tuple(f".github/workflows/{n}.yaml" for n in range(50))
    line = samples.line(4, LineState.INCLUDED, reason=Reason.PINNED, pinned=paths)

    told = summary(samples.record(pull_requests=(line,)), None)

    assert "#### Left as on master\n\n- \\#<!-- -->4\\: \\.github/workflows/0\\.yaml, " in told
    assert told.endswith("/39\\.yaml and 10 more\n")


def test_many_changes_are_counted_and_the_command_that_shows_them_is_named() -> None:
    before = samples.record(serial=16, pull_requests=())
    lines = tuple(samples.line(number, LineState.INCLUDED) for number in range(1, 41))

    told = summary(samples.record(stage="next", pull_requests=lines), before)

    assert told.count("not open \\-&gt; in") == 12
    assert "- 28 more: `understudy diff 16 17 --stage next`" in told


def test_a_failure_is_told_with_what_to_do() -> None:
    assert failure("No `x`.\nfatal: @bob", "Look.") == (
        "### understudy failed\n\nNo \\`x\\`\\. fatal\\: @<!-- -->bob\n\nLook\\.\n"
    )
    assert failure("No.", "") == "### understudy failed\n\nNo\\.\n"


# --- whatever others wrote -----------------------------------------------------------------------


def everywhere(text: str, *, times: int = 1) -> tuple[Record, dict[int, tuple[ConflictView, ...]]]:
    """Return a record with a text of others at every place where there can be one."""
    check = CheckLine(name=text, state=CheckState.FAILED, url=f"https://x.org/{text}")
    about = {"author": text, "head_ref": text, "url": f"https://github.com/{text}"}
    lines: list[Line] = []
    for number in range(1, 5 * times, 5):
        lines += [
            samples.line(number, LineState.INCLUDED, text, pinned=(text, text), **about),
            samples.line(number + 1, LineState.WAITING, text, detail=text, **about),
            samples.line(
                number + 2, LineState.EXCLUDED, text, detail=f"`{text}`", checks=(check,), **about
            ),
            samples.line(
                number + 3,
                LineState.CONFLICTED,
                text,
                detail=text,
                conflicts=(ConflictLine(path=text, kind=ConflictKind.CONTENT),),
                **about,
            ),
        ]
    side = Side(label=text, text=f"{text}\n" * 5)
    hunk = Hunk(start_line=1, ours=side, theirs=side)
    view = ConflictView(path=text, kind=ConflictKind.CONTENT, with_=(4,), hunks=(hunk,))
    found = Finding(rule="remote", subject=text, message=text, remedy=text)
    record = samples.record(
        pull_requests=tuple(lines),
        decision=DecisionWord.REFUSED,
        findings=(found,) * times,
        trigger=Trigger(kind="status", origin=text),
    )
    return record, {line.number: (view,) for line in lines}


HOSTILE = [
    "</summary></details><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> <!-- ",
    "@alice fixes #1, o/r#2, GH-3, http://evil.example www.evil.example a@evil.example",
    "| a | b |\n| - | - |\n# x\n\n```\n~~~ ![x](y) [z]: https://evil.example",
    "](https://evil.example) [x](javascript:alert(1)) <https://evil.example>",
    "&lt;b&gt; &#35;1 \\#1 \\| **a** __b__ ~~c~~ $d$ :tada: [^1]",
    "`" * 40,
    "##[set-output name=sha]evil\n::error::evil",
    "\x1b[31m\u202eabc\u2066\x00\ud800",
    "a\r\nb\u2028c\x85d",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_trap_26_no_text_of_others_does_anything(text: str) -> None:
    record, conflicts = everywhere(text)
    told = summary(record, samples.record(serial=16), conflicts=conflicts)

    page = parsed(told)

    assert page.is_well_formed()
    assert len(page.rows) == 3 + 4
    assert page.links == {}
    told.encode()


@given(ANY_TEXT, st.integers(0, 60), st.sampled_from([4_000, 20_000, LIMIT]))
def test_whatever_is_told_and_left_out_the_page_is_whole(text: str, times: int, limit: int) -> None:
    record, conflicts = everywhere(text, times=times)

    told = summary(record, samples.record(serial=16), conflicts=conflicts, limit=limit)

    assert len(told.encode()) <= limit
    assert parsed(told).is_well_formed()


def test_a_page_never_outgrows_a_step_summary_and_says_what_it_leaves_out() -> None:
    record, conflicts = everywhere("#@" * 128, times=400)
    told = summary(record, None, conflicts=conflicts)

    page = parsed(told)

    assert LIMIT // 2 < len(told.encode()) <= LIMIT
    assert page.is_well_formed()
    assert [heading.split(" (")[0] for heading in page.headings[1:4]] == ["In", "Waiting", "Out"]
    assert page.code.count("understudy show 17") == 3
    assert "understudy why" in page.code[-1]
