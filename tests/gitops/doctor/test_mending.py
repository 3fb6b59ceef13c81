from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.doctor.homes import HOME, SOURCE, SYNC, git_repository, looked_at, troubles

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


def test_no_password_of_an_address_is_shown_and_the_file_gets_what_is_meant(world: World) -> None:
    meant, wrong = "https://me:s3cret@github.com/ada/home", "https://me:s3cret@github.com/ada/x"
    text = git_repository("flux-system-staging", "staging", url=wrong)
    files = {SYNC: HOME[SYNC].replace("https://github.com/ada/home", meant), SOURCE: text}
    written: dict[str, str] = {SOURCE: text}

    def change(path: str, how: Callable[[str], str]) -> None:
        written[path] = how(written[path])

    (found,) = [e for e in looked_at(world, files, change=change) if e.id == "flux-source-url"]

    assert found.repair
    assert "s3cret" not in repr(found)
    assert "reads https://***@github.com/ada/x, and" in found.evidence
    assert "+  url: https://***@github.com/ada/home" in found.repair.difference
    found.repair.make()
    assert f"  url: {meant}\n" in written[SOURCE]


def test_hostile_names_do_no_harm(world: World) -> None:
    name = '"x\\e[31m`$(touch y)`"'

    seen = troubles(looked_at(world, {SOURCE: git_repository(name, "stagging-staging")}))

    assert seen
    assert not any("\x1b" in each for each in seen)
