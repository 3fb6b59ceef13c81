from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from understudy.core.diagnosis import Diagnosis, Examination, Health, Observation, fine, problem
from understudy.core.errors import (
    DamagedCacheError,
    ExitCode,
    RefusedError,
    UnavailableError,
    UsageError,
)
from understudy.diagnosing import examine
from understudy.git import command
from understudy.wiring import Options, diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World


def diagnosed(world: World) -> Diagnosis:
    with world.machine.active():
        return diagnose(Options(repo=str(world.remote), cache=world.machine.cache))


def lines(seen: Diagnosis) -> list[str]:
    return [f"{each.verdict.value} {each.id}: {each.evidence}" for each in seen.observations]


def test_a_remote_without_a_forge_is_looked_at_by_git_alone(world: World) -> None:
    tip = world.base({"a": "1\n"})

    seen = diagnosed(world)

    assert lines(seen)[1:] == [
        f"ok remote: {world.remote} can be read",
        "ok configuration: there is no file, so every default holds",
        f"ok base: `master` is at {tip[:7]}",
        "ok stage: `staging` is a branch of its own",
        "ok push: the remote lets us begin a push to `refs/understudy/staging`; nothing was sent",
    ]
    assert seen.exit_code is ExitCode.DONE
    assert world.remote_ref("refs/understudy/staging") is None


def test_an_empty_remote_has_no_base(world: World) -> None:
    seen = diagnosed(world)

    assert lines(seen)[-3:] == [
        "problem base: the remote has no default branch",
        "ok stage: `staging` is a branch of its own",
        "unknown push: there is no commit with which to begin a push",
    ]


def test_a_remote_that_cannot_be_read_ends_with_the_code_of_a_rebuild(world: World) -> None:
    options = Options(repo="http://127.0.0.1:9/gone.git", cache=world.machine.cache)
    with world.machine.active():
        seen = diagnose(options)

    assert [(each.id, each.verdict) for each in seen.observations] == [
        ("git", Health.OK),
        ("remote", Health.PROBLEM),
    ]
    assert seen.exit_code is ExitCode.UNAVAILABLE


def test_a_git_that_is_too_old_is_told(world: World) -> None:
    world.base({"a": "1\n"})

    with mock.patch.object(command, "MINIMUM_VERSION", (99, 0)):
        seen = diagnosed(world)

    assert [(each.id, each.remedy) for each in seen.observations] == [
        ("git", "Install a newer git.")
    ]
    assert seen.exit_code is not ExitCode.DONE


def test_a_forge_that_is_asked_for_at_an_unknown_address_is_a_problem(world: World) -> None:
    world.base({"understudy.yaml": "forge: github\n"})

    seen = diagnosed(world)

    assert lines(seen)[-1] == (
        "problem forge: The configuration says `forge: github`, and the remote's address is not"
        " known."
    )


def test_no_clone_and_no_address_is_a_mistake_in_the_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    with world.machine.active(), pytest.raises(UsageError):
        diagnose(Options())
    assert not os.path.lexists(world.machine.cache / "understudy")


# --- what becomes of a failure while looking ------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (UnavailableError("it is away", hint="wait"), Health.UNKNOWN),
        (RefusedError("it says no", hint="ask"), Health.PROBLEM),
    ],
)
def test_a_failure_becomes_a_row_and_the_next_thing_is_looked_at(
    error: UnavailableError | RefusedError, verdict: Health
) -> None:
    def fails() -> Iterator[Observation]:
        yield fine("one", "seen before")
        raise error

    seen = list(
        examine(
            [
                Examination(id="one", look=fails),
                Examination(id="two", look=lambda: [fine("two", "seen after")]),
            ]
        )
    )

    assert [(each.id, each.verdict, each.remedy) for each in seen] == [
        ("one", Health.OK, ""),
        ("one", verdict, error.hint),
        ("two", Health.OK, ""),
    ]


def test_a_damaged_cache_is_not_a_row() -> None:
    def fails() -> Iterator[Observation]:
        yield fine("one", "seen before")
        raise DamagedCacheError("gone")

    with pytest.raises(DamagedCacheError):
        list(examine([Examination(id="one", look=fails)]))


def test_the_first_problem_decides_how_the_command_ends() -> None:
    first = Observation(
        id="remote", verdict=Health.PROBLEM, evidence="", exit_code=ExitCode.UNAVAILABLE
    )
    second = problem("credentials", "", remedy="")

    assert Diagnosis(observations=(first, second)).exit_code is ExitCode.UNAVAILABLE
    assert Diagnosis(observations=(second,)).exit_code is ExitCode.WITHHELD
    assert Diagnosis(observations=(fine("git", ""),)).exit_code is ExitCode.DONE
