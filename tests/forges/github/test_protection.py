from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.opened import opened, opened_in
from tests.scripted_http import Asked, says_json, scripted
from understudy.core.errors import RefusedError
from understudy.forges.github.protection import required_checks, rules

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld
    from tests.scripted_http import Answer


def _required(hub: GitHubWorld) -> tuple[str, ...] | None:
    with opened_in(hub) as github:
        return required_checks(github, "master")


def test_a_base_without_rules_demands_nothing(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})

    assert _required(hub) is None


def test_protection_and_rulesets_are_read_together(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    hub.protect("master", ["lint", "test"])
    hub.ruleset("master", ["test", "build"])
    hub.ruleset("other", ["elsewhere"])
    hub.ruleset("master", rules=("non_fast_forward",))

    assert _required(hub) == ("lint", "test", "build")


def test_protection_without_checks_demands_none(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    hub.protect("master")
    hub.ruleset("master")

    assert _required(hub) is None


@pytest.mark.parametrize(
    "branch",
    [
        {"protected": False},
        {"protected": True, "protection": {"enabled": False}},
        {"protected": True, "protection": {"enabled": True, "required_status_checks": None}},
        {"protection": {"enabled": True, "required_status_checks": {"contexts": []}}},
    ],
)
def test_each_way_to_say_nothing_is_none(branch: dict[str, object]) -> None:
    with scripted(_answering(branch, [])) as server, opened(f"{server.address}/a/b") as github:
        assert required_checks(github, "master") is None


def test_trap_09_rules_are_read_to_the_last_page() -> None:
    def rule(name: str) -> dict[str, object]:
        checks = [{"context": name, "integration_id": 5}]
        parameters = {"required_status_checks": checks, "strict_required_status_checks_policy": 1}
        return {"type": "required_status_checks", "ruleset_id": 1, "parameters": parameters}

    def answer(asked: Asked) -> Answer:
        if "/rules/" not in asked.path:
            return says_json({"protected": False})
        if "page=2" in asked.path:
            return says_json([rule("late"), {"type": "deletion"}])
        url = f"http://{asked.headers['host']}{asked.path}&page=2"
        return says_json([rule("early")], link=f'<{url}>; rel="next"')

    with scripted(answer) as server, opened(f"{server.address}/a/b") as github:
        assert required_checks(github, "feat/x y") == ("early", "late")

    assert server.log[0].path == "/api/v3/repos/a/b/branches/feat%2Fx%20y"


def test_the_rules_of_a_branch_that_does_not_exist_yet_can_be_read(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    hub.ruleset("staging", rules=("creation",))

    with opened_in(hub) as github:
        assert [rule.type for rule in rules(github, "staging")] == ["creation"]


def test_what_may_not_be_read_is_not_taken_for_no_rules(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    hub.protect("master", ["lint"])
    blind = hub.tokens.actions({"metadata": "read"})

    with opened_in(hub, blind) as github, pytest.raises(RefusedError):
        required_checks(github, "master")


def _answering(branch: object, rules_: object):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return lambda asked: says_json(rules_ if "/rules/" in asked.path else branch)
