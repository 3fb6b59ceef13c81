"""A run of the workflow whose variables and files cannot be right."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest

from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.world import GitHubWorld

Case = tuple[dict[str, str], ExitCode, str]
DONE, USAGE = ExitCode.DONE, ExitCode.USAGE
UNREADABLE = {
    "a folder": ".",
    "nothing": "none",
    "no JSON": "bad",
    "no UTF-8": "latin",
    "a list": "list",
    "nested without end": "deep",
    "a number without end": "huge",
    "another kind of file": "/proc/self/mem",
}
FULL = "/dev/full"
CASES: list[Case] = [
    *(
        ({"GITHUB_EVENT_PATH": path}, DONE, "workflow_dispatch by ada")
        for path in UNREADABLE.values()
    ),
    ({"GITHUB_EVENT_NAME": "\u202e\n::error::x"}, DONE, "\\u202e ::error::x by ada"),
    ({"GITHUB_STEP_SUMMARY": "."}, DONE, "GITHUB_STEP_SUMMARY cannot be written: Is a directory"),
    ({"GITHUB_STEP_SUMMARY": FULL}, DONE, "GITHUB_STEP_SUMMARY cannot be written: No space left"),
    ({"GITHUB_OUTPUT": "."}, DONE, "GITHUB_OUTPUT cannot be written: Is a directory"),
    ({"GITHUB_OUTPUT": ""}, DONE, "published"),
    ({"GITHUB_RUN_ID": "../../settings?x="}, DONE, "published"),
    ({"GITHUB_API_URL": "http://[::"}, USAGE, "is not reached by https"),
    ({"GITHUB_GRAPHQL_URL": "nonsense"}, USAGE, "is not reached by https"),
    ({"GITHUB_TOKEN": "a\nb"}, USAGE, "What is in GITHUB_TOKEN is no token"),
    ({"UNDERSTUDY_DEADLINE": "9" * 5000}, USAGE, "it must be a number of seconds"),
    ({"UNDERSTUDY_DEADLINE": "nan"}, USAGE, "it must be a number of seconds"),
]


@pytest.fixture
def odd(hub: GitHubWorld) -> Path:
    """Make a folder of events that nobody can read."""
    hub.base({"app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    folder = hub.folder / "odd"
    folder.mkdir()
    contents = {"bad": b"{", "latin": b'{"sender": {"login": "\xff"}}', "list": b"[]"}
    contents |= {"deep": b"[" * 100_000, "huge": b'{"number": 1' + b"0" * 5_000 + b"}"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("case", CASES, ids=[f"{next(iter(it[0].items()))!a:.60}" for it in CASES])
def test_what_the_runner_gives_wrongly_costs_nothing_or_is_named(
    hub: GitHubWorld, odd: Path, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, code, said = case
    changed = {
        name: str(odd / value) if name.endswith(("PATH", "SUMMARY", "OUTPUT")) and value else value
        for name, value in changed.items()
    }
    environment = {**hub.machine.environment(), **hub.environment(), **changed}

    with mock.patch.dict("os.environ", environment, clear=True):
        assert run(["rebuild", "--repo", hub.address]) == code

    assert said in capsys.readouterr().err
    told = hub.statuses(1).get("understudy/staging")
    assert (told is not None) == (code == DONE)
    if told and "GITHUB_RUN_ID" in changed:
        assert told.target_url == f"{hub.fake.root}/ada/fleet/commits/staging"


@pytest.mark.usefixtures("odd")
def test_of_an_app_and_a_token_the_app_acts(hub: GitHubWorld) -> None:
    environment = {**hub.machine.environment(), **hub.environment(), **hub.environment("app")}

    with mock.patch.dict("os.environ", environment, clear=True):
        assert run(["rebuild", "--repo", hub.address]) == DONE

    (status,) = hub.at(1).head.statuses
    assert status.creator.rest_login == f"{hub.tokens.app.slug}[bot]"
