from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.doctor.homes import SOURCE, git_repository, looked_at, troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.world import World


def test_a_value_that_is_wrong_is_set_and_nothing_else_changes(world: World) -> None:
    text = git_repository("flux-system-staging", "main # the old name", interval="2h")
    written: dict[str, str] = {SOURCE: text}

    def change(path: str, how: Callable[[str], str]) -> None:
        written[path] = how(written[path])

    seen = looked_at(world, {SOURCE: text}, change=change)
    repairs = [each.repair for each in seen if each.repair]
    for repair in repairs:
        repair.make()

    assert [each.does for each in repairs] == [
        f"set `spec.ref.branch: staging` of GitRepository `flux-system-staging` in {SOURCE}",
        f"set `spec.interval: 1m0s` of GitRepository `flux-system-staging` in {SOURCE}",
    ]
    assert repairs[0].difference[-5:] == (
        "   ref:",
        "-    branch: main # the old name",
        "+    branch: staging # the old name",
        "   interval: 2h",
        "   url: https://github.com/ada/home",
    )
    assert written[SOURCE] == text.replace("main", "staging").replace("2h", "1m0s")


def test_hostile_names_do_no_harm(world: World) -> None:
    name = '"x\\e[31m`$(touch y)`"'

    seen = troubles(looked_at(world, {SOURCE: git_repository(name, "stagging-staging")}))

    assert seen
    assert not any("\x1b" in each for each in seen)
