from __future__ import annotations

import pytest

from understudy.core.places import is_in, joined, outermost


@pytest.mark.parametrize(
    ("folder", "path", "place"),
    [
        ("apps/staging", "app", "apps/staging/app"),
        ("apps/staging", "./app/", "apps/staging/app"),
        ("apps/staging", "../base/app", "apps/base/app"),
        ("apps/staging", "../..", ""),
        ("apps/staging", "../../..", None),
        ("apps/staging", "x/../../../../etc", None),
        ("apps/staging", "/etc/hostname", None),
        ("", "app", "app"),
        ("", ".", ""),
        ("", "..", None),
        ("", "..app", "..app"),
        ("a", "a\n/../b", "a/b"),
    ],
)
def test_a_path_is_a_place_in_the_repository_or_none(
    folder: str, path: str, place: str | None
) -> None:
    assert joined(folder, path) == place


@pytest.mark.parametrize(
    ("place", "folder", "said"),
    [
        ("apps/base", "", True),
        ("", "", True),
        ("apps/base", "apps", True),
        ("apps", "apps", True),
        ("apps", "apps/base", False),
        ("apps-old/base", "apps", False),
        ("", "apps", False),
    ],
)
def test_a_place_is_in_a_folder(place: str, folder: str, *, said: bool) -> None:
    assert is_in(place, folder) is said


@pytest.mark.parametrize(
    ("folders", "kept"),
    [
        ([], []),
        (["a/b", "a", "a-b", "a/b/c", "b/c"], ["a", "a-b", "b/c"]),
        (["a", "", "b"], [""]),
        (["a/b", "a/c", "a/b"], ["a/b", "a/c"]),
    ],
)
def test_folders_inside_others_are_left_out(folders: list[str], kept: list[str]) -> None:
    assert outermost(folders) == kept
