"""Two machines that have nothing in common come to one candidate (invariant 2)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from tests import folds
from tests.machines import Machine, hostile_machine
from tests.plans import Plan, build
from tests.strategies import plans


@settings(max_examples=max(10, settings().max_examples // 3))
@given(plan=plans())
def test_the_candidate_is_the_same_on_any_machine(plan: Plan) -> None:
    with TemporaryDirectory() as folder:
        built = build(plan, Path(folder, "remote.git"))
        here, there = Machine(Path(folder, "here")), hostile_machine(Path(folder, "there"))
        with here.active():
            one = folds.fold(built, here.cache)
        with there.active():
            other = folds.fold(built, there.cache)
        assert one == other
        assert not there.ran().exists()
