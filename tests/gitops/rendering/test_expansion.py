"""Aliases are counted as all that they stand for, before any program writes them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.rendering.test_references import CM, FILE, rules
from understudy.gitops.rendering.expansion import ENDLESS, USES, weight

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay

BOMB = (
    CM
    + "\nx0: &a0 [x, x]\n"
    + "".join(f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
)
IN_PLACE = "\n- |-\n  " + BOMB.replace("\n", "\n  ")


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("resources: [it.yaml]", "apps/staging/it.yaml"),
        ("patches: [{path: it.yaml}]", "apps/staging/it.yaml"),
        ("transformers: [it.yaml]", "apps/staging/it.yaml"),
        ("patches:\n- patch: |-\n    " + BOMB.replace("\n", "\n    "), FILE),
    ],
)
def test_a_small_file_that_stands_for_gigabytes_is_not_rendered(
    lay: Lay, named: str, path: str
) -> None:
    assert f"render-too-large {path}" in rules(lay, named, {"apps/staging/it.yaml": BOMB})


def test_a_text_in_place_that_stands_for_gigabytes_is_not_rendered(lay: Lay) -> None:
    for field in ("patchesStrategicMerge", "transformers"):
        assert f"render-too-large {FILE}" in rules(lay, f"{field}:{IN_PLACE}", {})


def test_a_kustomization_that_stands_for_gigabytes_is_not_read(lay: Lay) -> None:
    assert rules(lay, BOMB, {}) == [f"broken-yaml {FILE}"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a x\nb: [" + "*a, " * (USES + 1) + "]",
        "a: &a x\nb: [" + "*a, " * 30 + "}",
        BOMB,
    ],
)
def test_what_has_no_end_or_cannot_be_counted_is_endless(text: str) -> None:
    assert weight(text.encode()) > 1 << 30
    assert weight(text.encode("utf-16")) > 1 << 30
    assert weight(text.encode()) <= ENDLESS


@pytest.mark.parametrize(
    "content",
    [b"a: &a x\nb: *a", b"x && y *z", b"schedule: '* * * * *' # &", b"\xff & *", b"&a *a }{"],
)
def test_other_files_weigh_about_what_they_have(content: bytes) -> None:
    assert weight(content) < len(content) + 100


def test_what_a_generator_takes_in_is_data_and_holds_no_aliases(lay: Lay) -> None:
    """Scripts are full of `&` and `*`: one of a real dashboard was taken for a bomb."""
    script = "var a=&a;" + "x*a;" * (USES + 1)
    for field in ("configMapGenerator", "secretGenerator"):
        named = f"{field}: [{{name: it, files: [it.js]}}]"
        assert rules(lay, named, {"apps/staging/it.js": script}) == []
