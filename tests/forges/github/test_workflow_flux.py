from __future__ import annotations

import pytest

from tests.forges.github.examined import row, troubles
from tests.forges.github.test_doctor_workflow import looked_at
from tests.forges.github.workflows import FLUX, document, settings
from understudy.forges.github import workflow
from understudy.forges.github.doctor_workflow import INIT
from understudy.forges.github.workflow_flux import is_deaf


def _condition(text: str) -> str:
    return str(document(text)["jobs"]["sync-staging"]["if"])


def test_a_workflow_hears_flux_where_that_is_told_and_nowhere_else() -> None:
    assert is_deaf(_condition(workflow.text(settings("Lint"))))
    assert not is_deaf(_condition(workflow.text(FLUX)))


@pytest.mark.parametrize("condition", ["", None, 7, "true", "github.actor != 'bot'"])
def test_a_condition_that_does_not_speak_of_flux_lets_it_in(condition: object) -> None:
    assert not is_deaf(condition)


def test_doctor_names_a_workflow_that_was_written_before_flux_was_to_be_told_of() -> None:
    seen = looked_at(workflow.text(settings("CI", base="master")), config=FLUX.config)

    verdict, evidence, remedy = row(seen, "workflow-flux")

    assert (verdict, remedy) == ("warning", INIT)
    assert "Flux's statuses start no rebuild" in evidence


def test_doctor_is_content_with_one_that_was_written_since() -> None:
    written = settings("CI", base="master", report={"deployed": True})

    assert troubles(looked_at(workflow.text(written), config=FLUX.config)) == []
