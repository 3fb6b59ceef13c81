from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.writing.fleets import OVERLAY, STAGED
from tests.gitops.writing.test_overlays import STAGING
from understudy.core.errors import UsageError
from understudy.gitops.layout import found_in
from understudy.gitops.writing import apps

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay


@pytest.mark.parametrize(
    ("name", "base", "message", "hint"),
    [
        ("wep", None, "There is no kustomization in apps/base/wep.", "Did you mean `web`?"),
        ("web", "apps/x", "There is no kustomization in apps/x.", "`--from FOLDER`"),
        ("../web", None, "`../web` cannot be an app's name", "small letters"),
        ("Web", None, "`Web` cannot be an app's name", "small letters"),
        ("w\x1b[31m", None, "cannot be an app's name", "small letters"),
    ],
)
def test_an_app_that_there_is_not(
    lay: Lay, name: str, base: str | None, message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        apps.app(found_in(lay({**STAGED})), STAGING, name, base=base)

    assert message in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.message.isprintable()


def test_without_a_stage_and_without_bases_there_is_no_telling(lay: Lay) -> None:
    with pytest.raises(UsageError, match="no telling which folder"):
        apps.app(found_in(lay({"README.md": ""})), STAGING, "web", base=None)


def test_every_app_is_listed_with_where_it_is(lay: Lay) -> None:
    files = {
        **STAGED,
        OVERLAY: "resources: [web]\n",
        "apps/staging/web/kustomization.yaml": "",
        "apps/staging/old/kustomization.yaml": "",
    }
    tree = lay({**files})

    listed = apps.apps(tree, found_in(tree), STAGING)

    assert [(e.name, e.has_base, e.on_stage, e.in_production) for e in listed] == [
        ("notes", True, None, False),
        ("old", False, False, False),
        ("web", True, True, True),
    ]
