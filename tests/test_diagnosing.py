from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from understudy.core.diagnosis import (
    Diagnosis,
    Examination,
    Health,
    Observation,
    Repair,
    fine,
    problem,
    warning,
)
from understudy.core.errors import (
    DamagedCacheError,
    ExitCode,
    RefusedError,
    UnavailableError,
    UsageError,
)
from understudy.diagnosing import examine, mend
from understudy.diagnosis_wiring import Look, diagnosis_of
from understudy.git import command
from understudy.wiring import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World


def diagnosed(world: World) -> Diagnosis:
    options = Options(repo=str(world.remote), cache=world.machine.cache)
    with world.machine.active(), diagnosis_of(options) as found:
        return found


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
        "ok record: no rebuild has made `staging` yet",
        "ok controllers: no object of Flux or Argo CD is on `master`",
    ]
    assert seen.exit_code is ExitCode.DONE
    assert world.remote_ref("refs/understudy/staging") is None


def test_an_empty_remote_has_no_base(world: World) -> None:
    seen = diagnosed(world)

    assert lines(seen)[-4:-1] == [
        "problem base: the remote has no default branch",
        "ok stage: `staging` is a branch of its own",
        "unknown push: there is no commit with which to begin a push",
    ]


def test_a_remote_that_cannot_be_read_ends_with_the_code_of_a_rebuild(world: World) -> None:
    options = Options(repo="http://127.0.0.1:9/gone.git", cache=world.machine.cache)
    with world.machine.active(), diagnosis_of(options) as seen:
        pass

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

    assert (
        "problem forge: The configuration says `forge: github`, and the remote's address is not"
        " known."
    ) in lines(seen)


def test_no_clone_and_no_address_is_a_mistake_in_the_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    with world.machine.active(), pytest.raises(UsageError), diagnosis_of(Options()):
        pass
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


# --- what the records say ------------------------------------------------------------------------


def stage_rows(world: World) -> list[str]:
    """Look as somebody does who has the listing; return what is not fine."""
    options = Options(
        repo=str(world.remote), cache=world.machine.cache, pull_requests=world.write_listing()
    )
    with world.machine.active(), diagnosis_of(options, Look(flags="--x")) as found:
        rows = found.observations
    return [f"{e.verdict.value} {e.id} -> {e.remedy}" for e in rows if e.verdict is not Health.OK]


def test_a_stage_is_judged_by_its_records_and_by_what_is_open_now(world: World) -> None:
    world.base({"a": "1\n"})
    world.pull_request(1, {"b": "1\n"}, checks={"lint": "success"})
    world.pull_request(2, {"c": "1\n"}, checks={"lint": "failure"})
    world.rebuild()
    help_for_2 = "Mend what the check found and push, or run the check again. understudy why 2 --x"

    assert stage_rows(world) == [f"warning pull-request -> {help_for_2}"]

    world.mark(2, lint="success")
    assert stage_rows(world) == [
        "warning stage-news -> understudy rebuild --x",
        f"warning pull-request -> {help_for_2}",
    ]

    world.rebuild()
    world.base({"a": "2\n"})
    assert stage_rows(world) == ["warning stage-base -> understudy rebuild --x"]


def test_a_stage_that_others_pushed_to_is_told(world: World) -> None:
    world.base({"a": "1\n"})
    world.pull_request(1, {"b": "1\n"})
    world.rebuild()
    world.move_ref("refs/heads/staging", world.requests[1].head)

    assert stage_rows(world) == ["warning stage-branch -> understudy rebuild --x"]


# --- what is mended ------------------------------------------------------------------------------


def test_each_repair_is_made_once_and_one_that_fails_stops_no_other() -> None:
    made: list[str] = []

    def refuse() -> None:
        raise RefusedError("it says no", hint="ask")

    once = Repair(does="set it", make=lambda: made.append("set"))
    refused = Repair(does="ask", make=refuse)
    last = Repair(does="ask another", make=lambda: made.append("asked"))
    seen = Diagnosis(
        observations=(
            problem("one", "", remedy="", repair=once),
            problem("two", "", remedy="", repair=once),
            warning("three", "", remedy="", repair=refused),
            warning("four", "", remedy="", repair=last),
        )
    )

    planned, mended = mend(seen, dry_run=True), mend(seen)

    assert [each.does for each in planned.done] == ["set it", "ask", "ask another"]
    assert planned.exit_code is ExitCode.WITHHELD
    assert made == ["set", "asked"]
    assert [each.does for each in mended.done] == ["set it", "ask another"]
    assert [(each.does, error.hint) for each, error in mended.failed] == [("ask", "ask")]
    assert mended.exit_code is ExitCode.WITHHELD


def test_what_cannot_be_mended_still_ends_with_its_code() -> None:
    left = problem("two", "", remedy="by hand")
    mended = problem("one", "", remedy="", repair=Repair(does="set it", make=lambda: None))

    assert mend(Diagnosis(observations=(mended,))).exit_code is ExitCode.DONE
    assert mend(Diagnosis(observations=(mended, left))).exit_code is ExitCode.WITHHELD


def test_no_password_in_an_address_is_shown() -> None:
    seen = problem("x", "reads https://me:pw@x/y", remedy="set https://me:pw@x/z")

    (told,) = examine([Examination(id="x", look=lambda: [seen])])

    assert (told.evidence, told.remedy) == ("reads https://***@x/y", "set https://***@x/z")
