from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.folding import as_oracle, by_git, folded
from tests.git.stores import Files, Store, lines
from tests.plans import EPOCH, LINK, Entry
from understudy.core.model import Conflicted

if TYPE_CHECKING:
    from understudy.git.command import Git

UNION = "* merge=union\n"
CHANGED = (lines(5, line3="ours"), lines(5, line3="theirs"))
ATTRIBUTES: dict[str, Files] = {
    "none": {},
    "union": {".gitattributes": UNION},
    "binary": {".gitattributes": "f binary\n"},
    "no merge": {".gitattributes": "f -merge\n"},
    "nested": {"d/.gitattributes": UNION},
    "nested against the one above": {".gitattributes": UNION, "d/.gitattributes": "f -merge\n"},
    "a macro": {".gitattributes": "[attr]both merge=union\nd/f both\n"},
    "a driver that is defined nowhere": {".gitattributes": "* merge=mine\n"},
    "a filter": {".gitattributes": "* filter=mine diff=mine text\n"},
    "marker size": {".gitattributes": "* conflict-marker-size=20\n"},
    "eol": {".gitattributes": "* text eol=crlf\n"},
    "working-tree-encoding": {".gitattributes": "* working-tree-encoding=UTF-16\n"},
    "a link": {".gitattributes": Entry(b"elsewhere", LINK), "elsewhere": UNION},
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_attributes_count_as_they_do_in_a_work_tree(store: Store, git: Git, case: str) -> None:
    more = ATTRIBUTES[case]
    root = store.commit({"f": lines(5), "d/f": lines(5), **more})
    base = store.commit({"f": CHANGED[0], "d/f": CHANGED[0], **more}, root)
    heads = [
        store.commit({"f": CHANGED[1], "d/f": lines(5), **more}, root),
        store.commit({"f": lines(5), "d/f": CHANGED[1], **more}, root),
    ]
    assert [as_oracle(x) for x in folded(store, git, base, heads)] == by_git(store, base, heads)


def test_attributes_that_a_merged_head_brings_count_for_those_after_it(
    store: Store, git: Git
) -> None:
    start: Files = {"f": lines(5), "d/f": lines(5)}
    base = store.commit(start)
    heads = [
        store.commit({**start, "f": CHANGED[0]}, base),
        store.commit({**start, "f": CHANGED[1]}, base),
        store.commit({**start, ".gitattributes": UNION}, base),
        store.commit({**start, "f": CHANGED[1]}, base, when=EPOCH + 1),
        store.commit({**start, "d/.gitattributes": "f binary\n"}, base),
        store.commit({**start, "d/f": CHANGED[0]}, base),
        store.commit({**start, "d/f": CHANGED[1]}, base),
    ]
    found = [as_oracle(outcome) for outcome in folded(store, git, base, heads)]
    assert found == by_git(store, base, heads)
    kinds = [type(answer).__name__ for answer in found]
    assert kinds == ["Merged", "Conflicted", *["Merged"] * 4, "Conflicted"]


def test_attributes_of_the_head_itself_do_not_count(store: Store, git: Git) -> None:
    root = store.commit({"f": lines(5)})
    base = store.commit({"f": CHANGED[0]}, root)
    head = store.commit({"f": CHANGED[1], ".gitattributes": UNION}, root)
    outcomes = folded(store, git, base, [head])
    assert [as_oracle(outcome) for outcome in outcomes] == by_git(store, base, [head])
    assert isinstance(outcomes[0], Conflicted)
