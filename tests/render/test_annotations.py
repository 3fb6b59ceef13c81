from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given

from tests.render.inspections import CLEAN, COLLISION, FULL, TITLES
from tests.render.runner import commands
from tests.render.test_fragments import ANY_TEXT
from understudy.render.annotations import annotated_log, summary
from understudy.render.workflow_commands import MOST

if TYPE_CHECKING:
    from understudy.core.inspection import Inspection


def log(inspection: Inspection) -> str:
    return "\n".join(annotated_log(inspection, TITLES))


def test_each_finding_is_an_annotation_at_its_file() -> None:
    error, _, warning = commands(log(FULL))

    assert (error.name, warning.name) == ("error", "warning")
    assert error.properties == {"file": "apps/base/immich/deployment.yaml", "title": "collision"}
    assert error.data == (
        "Deployment immich/immich: production renders it too, from apps/production/immich."
        "\nSet `namespace: immich-stage` in the stage's overlay."
    )
    assert warning.properties == {"title": "orphan-overlay"}


def test_the_log_has_the_whole_page_too() -> None:
    assert log(FULL).startswith("the work tree: 2 errors, 1 warning\n")
    assert "Already on its base, main at 612eedf, and not counted (1)" in log(FULL)


def test_where_nothing_was_found_a_notice_says_so() -> None:
    [notice] = commands(log(CLEAN))

    assert notice.data == "the work tree: nothing stands against it on the stage"


def test_of_many_findings_as_many_are_annotations_as_github_shows() -> None:
    many = tuple(replace(COLLISION, subject=f"Pod a/{number}") for number in range(25))

    told = commands(log(replace(CLEAN, findings=many)))

    assert len(told) == MOST
    assert told[-1].data == "16 more"
    assert "Pod a/24" in log(replace(CLEAN, findings=many))


@given(ANY_TEXT, ANY_TEXT)
def test_nothing_in_a_repository_becomes_a_command(subject: str, path: str) -> None:
    found = replace(COLLISION, subject=subject, path=path)

    told = commands(log(replace(CLEAN, findings=(found,))))

    assert [each.name for each in told] == ["error"]


def test_the_summary_is_the_page_as_a_block() -> None:
    title, _, *block = summary(FULL, TITLES).splitlines()

    assert title == "### the work tree\\: 2 errors, 1 warning"
    assert block[0] == block[-1] == "```"
    assert "error  collision (2)  An object that production has too" in block


@given(ANY_TEXT)
def test_no_block_of_the_summary_ends_early(message: str) -> None:
    page = summary(replace(CLEAN, findings=(replace(COLLISION, message=message),)), TITLES)

    lines = page.splitlines()
    assert lines.count(lines[2]) == 2
    assert lines[2] == lines[-1]
