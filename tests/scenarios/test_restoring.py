"""Going back: only to what was on stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World


def test_a_record_that_never_reached_the_stage_is_not_restored(world: World) -> None:
    world.base({"app.yaml": "image: 1\n"})
    world.pull_request(1, {"one.yaml": "one\n"})
    world.rebuild()
    assert world.cli("restore", "1").code == 0
    world.pull_request(2, {"two.yaml": "two\n"})
    world.rebuild()  # record 3: held, with a candidate that nobody saw
    before = world.remote_ref("refs/understudy/staging")

    printed = world.cli("restore", "3")

    assert printed.code == 2
    assert "Record 3 did not reach the stage: it was withheld." in printed.err
    assert world.remote_ref("refs/understudy/staging") == before
