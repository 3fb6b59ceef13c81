from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.git.folding import engine, folded
from tests.git.stores import Files, Store, lines, request
from understudy.core.errors import DamagedCacheError, UnderstudyError
from understudy.core.model import Merged, Unmergeable
from understudy.process import Coprocess

if TYPE_CHECKING:
    from understudy.git.command import Git


def test_strangers_do_not_merge_and_stop_nobody_trap_38_trap_29(store: Store, git: Git) -> None:
    base = store.commit({"a": "1"})
    stranger = store.commit({"z": "1"})
    head = store.commit({"a": "2"}, base)
    outcomes = folded(store, git, base, [stranger, head])
    assert outcomes[0] == Unmergeable(detail="it shares no history with the base")
    assert isinstance(outcomes[1], Merged)


LOST = {
    "the head": "{head}",
    "the head's tree": "{head}^{{tree}}",
    "a tree in the head": "{head}:d",
    "a file of the head": "{head}:f",
    "the common ancestor's tree": "{root}^{{tree}}",
    "the base's tree": "{base}^{{tree}}",
}


@pytest.mark.parametrize("what", LOST)
def test_a_lost_object_is_a_failure_and_no_verdict_trap_38(
    store: Store, git: Git, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coprocess.read, "__defaults__", (3.0,))
    start: Files = {"f": lines(9), "d/x": lines(9), "p/x": "1"}
    root = store.commit(start)
    base = store.commit({**start, "f": lines(9, line2="x"), "d/x": lines(9, line2="x")}, root)
    head = store.commit({**start, "f": lines(9, line8="y"), "d/x": lines(9, line8="y")}, root)
    revision = store.revision(base)
    with engine(store, git, base, [head], "p/**") as merger:
        store.lose(store.git("rev-parse", LOST[what].format(root=root, base=base, head=head)))
        with pytest.raises(DamagedCacheError):
            merger.merge(revision, request(1, head))


def test_a_scratch_that_cannot_be_written_is_no_verdict_on_a_head(store: Store, git: Git) -> None:
    # A full or vanished disk must not throw pull requests off the stage one by one.
    root = store.commit({"f": lines(9)})
    base = store.commit({"f": lines(9, line2="x")}, root)
    heads = [store.commit({"f": lines(9, line8=word)}, root) for word in ("y", "z")]
    with engine(store, git, base, heads) as merger:
        assert isinstance(merger.try_merge(store.revision(base), request(1, heads[0])), Merged)
        shutil.rmtree(git.scratch)
        git.scratch.write_bytes(b"in the way")
        with pytest.raises(UnderstudyError):
            merger.try_merge(store.revision(base), request(2, heads[1]))
