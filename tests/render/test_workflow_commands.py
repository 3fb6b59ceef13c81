from __future__ import annotations

import pytest
from hypothesis import given

from tests.render import samples
from tests.render.runner import Command, commands
from tests.render.test_fragments import ANY_TEXT
from tests.render.test_markdown import HOSTILE, everywhere
from understudy.core.answers import Report
from understudy.core.decisions import Finding
from understudy.core.guard import HELD
from understudy.core.record import DecisionWord
from understudy.render import workflow_commands
from understudy.render.workflow_commands import MOST, error, log, log_line, without_commands

UNSENT = Finding(rule="status", subject="#4", message="403", remedy="Allow `statuses: write`.")


def test_the_log_has_a_notice_and_a_group_for_each_section() -> None:
    before = samples.record(serial=16, pull_requests=(samples.INCLUDED,))

    assert (
        "\n".join(log(samples.record(), before))
        == """\
::notice title=understudy::staging: published ccccccc = master bbbbbbb + 1 pull request
Record 17, 2026-11-24 09:12 UTC, manual by alice
Since record 16: +#9, same content
::group::In (2)
#4 in: Update podinfo
#9 contained: Say what it is for
    the base already contains its head; nothing is left to merge
::endgroup::
::group::Waiting (1)
#11 waiting: Give it more memory
    flux-test is still running
::endgroup::
::group::Out (2)
#12 excluded: Run it thrice
    lint failed
#14 conflicted: Use the new chart
    conflicts with #4 in apps/base/x/deploy.yaml
::endgroup::"""
    )


def test_a_refusal_is_an_error_with_its_remedy_and_unsent_answers_are_one_warning() -> None:
    found = Finding(rule="ruleset", subject="s", message="GH013: no,\nreally", remedy="Let it.")
    record = samples.record(
        decision=DecisionWord.REFUSED, findings=(found,), pull_requests=(samples.INCLUDED,)
    )

    told = "\n".join(log(record, None, Report(unsent=(UNSENT,) * 7)))

    assert commands(told)[-2:] == [
        Command("error", {"title": "staging: ruleset"}, "ruleset: s: GH013: no,\nreally\nLet it."),
        Command(
            "warning",
            {"title": "staging: Some answers could not be sent"},
            "\n".join(["status: #4: 403\nAllow `statuses: write`."] * 5) + "\n2 more",
        ),
    ]
    assert told.splitlines()[-2] == (
        "::error title=staging%3A ruleset::ruleset: s: GH013: no,%0Areally%0ALet it."
    )


def test_a_hold_is_a_wish_and_no_error() -> None:
    kept = Finding(rule=HELD, subject="record 12", message="m", remedy="r")
    record = samples.record(
        decision=DecisionWord.WITHHELD, hold=samples.HOLD, findings=(kept,), pull_requests=()
    )

    (notice,) = commands("\n".join(log(record, None)))

    assert notice.name == "notice"
    assert notice.data.startswith("staging: held at record 12")
    assert notice.data.endswith("understudy rebuild --resume")


@pytest.mark.parametrize(("findings", "shown"), [(MOST, MOST), (MOST + 1, MOST), (50, MOST)])
def test_no_more_errors_than_github_shows(findings: int, shown: int) -> None:
    record = samples.record(
        decision=DecisionWord.WITHHELD, findings=(samples.WITHHOLDING,) * findings
    )
    errors = [each for each in commands("\n".join(log(record, None))) if each.name == "error"]

    assert len(errors) == shown
    more = findings - shown + 1
    assert errors[-1].data == f"{more} more" or findings == shown


# --- nothing of others is a command --------------------------------------------------------------

INJECTIONS = [
    *HOSTILE,
    "x\n::error::evil",
    "x\r::set-output name=sha::evil",
    "::stop-commands::t",
    "  ::add-mask::a",
    "##[set-output name=sha]evil",
    "x ###[ADD-MASK]a",
    "%0A::error::evil",
    "a,b:c=d%2C%3A%25",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_of_others_becomes_a_command(text: str) -> None:
    record, _ = everywhere(text)
    found = Finding(rule=text, subject=text, message=text, remedy=text)

    told = log(record, samples.record(serial=16), Report(unsent=(found,)))

    assert [command.name for command in commands("\n".join(told))] == [
        "notice", "group", "endgroup", "group", "endgroup", "group", "endgroup", "error", "warning",
    ]  # fmt: skip


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_is_annotated_the_runner_reads_what_was_meant(text: str, title: str) -> None:
    line = error(f"a{text}", title=f"t{title}")

    (command,) = commands(line)

    assert command.name == "error"
    assert command.properties.keys() == {"title"}
    assert len(line.splitlines()) == 1


def test_percent_signs_colons_and_commas_reach_the_reader() -> None:
    text = "100%, a:b %0A %25"
    assert commands(error(text, title=text)) == [Command("error", {"title": text}, text)]
    assert workflow_commands.notice("x", title="a") == "::notice title=a::x"
    assert workflow_commands.warning("x" * 9000, title="a") == f"::warning title=a::{'x' * 4000}"


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_page_that_is_printed_in_a_step_holds_no_command(text: str) -> None:
    assert commands(f"page\n{without_commands(text)}") == []
    assert commands(log_line(text)) == []


def test_a_page_without_commands_stays_as_it_is() -> None:
    page = "a: b::c\n  # x [y]\n\n  ##x\ttab\n"
    assert without_commands(page) == page
