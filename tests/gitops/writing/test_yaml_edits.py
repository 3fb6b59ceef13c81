from __future__ import annotations

import pytest

from understudy.core.errors import UsageError
from understudy.gitops.writing.yaml_edits import Place, scalar, with_items, with_value

LIST = Place(file="apps/kustomization.yaml", keys=("resources",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "resources:\n  - a\n  # of Ada\n  - c # why\n\n  # the last\n  - d\n",
            "resources:\n  - a\n  - b\n  # of Ada\n  - c # why\n\n  # the last\n  - d\n",
            id="in order, between comments",
        ),
        pytest.param(
            "# top\nresources:\n- z\n- a # x\n# below\nlabels: []\n",
            "# top\nresources:\n- z\n- a # x\n- b\n# below\nlabels: []\n",
            id="in no order: at the end",
        ),
        pytest.param(
            "resources:\n  -   c\npatches: []", "resources:\n  -   b\n  -   c\npatches: []",
            id="wide",
        ),
        pytest.param("resources:\n  - a", "resources:\n  - a\n  - b\n", id="no end of line"),
        pytest.param("resources: []\n", "resources:\n  - b\n", id="empty"),
        pytest.param("resources: [] # none\nx: 1\n", "resources: # none\n  - b\nx: 1\n",
                     id="empty, with a comment"),
        pytest.param("resources:\nx: 1\n", "resources:\n  - b\nx: 1\n", id="nothing"),
        pytest.param("resources: [a, c]\n", "resources: [a, c, b]\n", id="in brackets"),
        pytest.param("kind: Kustomization\n", "kind: Kustomization\nresources:\n  - b\n",
                     id="no list"),
        pytest.param(
            "patches:\n- patch: |\n    x\n# end\n",
            "patches:\n- patch: |\n    x\nresources:\n- b\n# end\n",
            id="no list, below a block, as other lists are written",
        ),
        pytest.param("---\nresources:\n  - ./b\n  - b\n", "---\nresources:\n  - ./b\n  - b\n",
                     id="there already"),
        pytest.param("resources:\n  - 'a'\n  - \"c\"\n", "resources:\n  - 'a'\n  - b\n  - \"c\"\n",
                     id="quoted"),
    ],
)  # fmt: skip
def test_an_item_is_added_and_nothing_else_differs(before: str, after: str) -> None:
    assert with_items(before, LIST, ["b"]) == after


def test_several_items_keep_the_order() -> None:
    assert (
        with_items("resources:\n  - b\n", LIST, ["c", "a"]) == "resources:\n  - a\n  - b\n  - c\n"
    )


def test_a_mapping_is_added_to_a_list_inside_one_of_several_objects() -> None:
    before = (
        "kind: Receiver\nmetadata: {name: other}\nspec: {resources: []}\n---\n"
        "kind: Receiver\nmetadata:\n  name: hook\nspec:\n  resources:\n"
        "    - kind: GitRepository # production\n      name: a\n  type: github\n"
    )
    place = Place(file="hook.yaml", keys=("spec", "resources"), kind="Receiver", name="hook")

    after = with_items(before, place, [{"kind": "GitRepository", "name": "b"}])

    assert after == before.replace(
        "name: a\n", "name: a\n    - kind: GitRepository\n      name: b\n"
    )


def test_a_value_is_replaced_in_one_of_several_objects() -> None:
    before = (
        "kind: Kustomization\nmetadata: {name: a}\nspec: {sourceRef: {name: flux}}\n---\n"
        "kind: Kustomization\nmetadata: {name: b}\nspec: {sourceRef: {name: flux}} # of b\n"
    )
    place = Place(
        file="apps.yaml", keys=("spec", "sourceRef", "name"), kind="Kustomization", name="b"
    )

    after = with_value(before, place, "flux-staging")

    assert after == before.replace("flux}} # of b", "flux-staging}} # of b")


@pytest.mark.parametrize(
    "text",
    [
        "resources: &all\n  - a\n",
        '{"resources": ["a"]}',
        "resources: {a: b}\n",
        "- a\n",
        "",
    ],
)
def test_what_is_not_changed_here_is_left_to_a_person(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        with_items(text, LIST, ["b"])

    assert "`resources` in apps/kustomization.yaml is written in a way" in refused.value.message
    assert "`b`" in refused.value.hint or "a value" in refused.value.hint


@pytest.mark.parametrize("text", ["resources: [", "resources:\n\t- a\n", "a: 1\na: 2\n"])
def test_broken_yaml_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be read as YAML"):
        with_items(text, LIST, ["b"])


def test_a_value_that_is_not_there_is_left_to_a_person() -> None:
    place = Place(file="x.yaml", keys=("spec", "ref", "branch"))

    with pytest.raises(UsageError, match=r"spec\.ref\.branch"):
        with_value("spec: {ref: {tag: v1}}\n", place, "staging")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("apps/web.yaml", "apps/web.yaml"),
        ("../base", "../base"),
        ("https://web.example.org", "https://web.example.org"),
        ("on", '"on"'),
        ("No", '"No"'),
        ("12", '"12"'),
        ("2026-01-01", '"2026-01-01"'),
        ("1m0s", "1m0s"),
        ("500ms", "500ms"),
        ("12h30", '"12h30"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("x:", '"x:"'),
        ("", '""'),
        ("ä😀\n", '"ä😀\\n"'),
    ],
)
def test_strings_are_quoted_where_yaml_would_take_them_for_something_else(
    value: str, written: str
) -> None:
    assert scalar(value) == written
    assert with_value("a: x\n", Place(file="x", keys=("a",)), value) == f"a: {written}\n"
