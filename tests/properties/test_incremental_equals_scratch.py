"""A fold that takes over what is known equals one from scratch (trap 31)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests import folds
from tests.plans import Plan, build
from tests.strategies import changed, plans


@given(data=st.data(), before=plans())
def test_a_fold_that_reuses_the_known_beginning_equals_one_from_scratch_trap_31(
    data: st.DataObject, before: Plan
) -> None:
    after = data.draw(changed(before), label="after")
    with TemporaryDirectory() as folder:
        remote, cache = Path(folder, "remote.git"), Path(folder, "cache")
        published = folds.fold(build(before, remote), cache, stage=folds.STAGE)
        built = build(after, remote)
        same_base = built.base == published.base.commit
        known = folds.known(published) if same_base else []

        incremental = folds.fold(built, cache, known=known)
        scratch = folds.fold(built, Path(folder, "other cache"))

        assert incremental.tip == scratch.tip
        assert incremental.steps == scratch.steps
        assert incremental.reused >= _common_beginning(before, after) * same_base


def _common_beginning(before: Plan, after: Plan) -> int:
    pairs = zip(before.heads, after.heads, strict=False)
    return next((n for n, (old, new) in enumerate(pairs) if old != new), _shorter(before, after))


def _shorter(before: Plan, after: Plan) -> int:
    return min(len(before.heads), len(after.heads))
