"""GitHub counts more than it shows: read again, and in the end said so (trap 09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.nodes import BASE, node, page
from tests.forges.github.opened import opened
from tests.scripted_http import Asked, Says, says_json, scripted
from understudy.core.config import Config, Stage
from understudy.core.decisions import Raced
from understudy.core.errors import UnavailableError
from understudy.core.model import CommitSha
from understudy.forges.github.forge import PATIENCE, GitHubForge, Lane
from understudy.forges.github.reported import OurRun
from understudy.forges.github.reporting import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class _Remote:
    def advertised(self, patterns: Sequence[str]) -> dict[str, CommitSha]:
        return dict.fromkeys(patterns, CommitSha(BASE))

    def default_branch(self) -> str | None:
        return "master"

    def notes(self, _: str, __: Iterable[CommitSha]) -> dict[CommitSha, bytes]:
        return {}


def _shows_two_of_three(_: Asked) -> Says:
    return says_json({"data": page(node(1), node(2), total=3)})


def test_trap_09_what_is_never_shown_ends_in_words_and_not_in_a_part() -> None:
    lane = Lane(config=Config(), name="staging", stage=Stage(branch="staging"), us=OurRun())
    voice = Voice(page="", comment=lambda *_: "")
    with (
        scripted(_shows_two_of_three) as server,
        opened(f"{server.address}/ada/fleet.git") as github,
    ):
        forge = GitHubForge(github, _Remote(), lane, voice)
        for _ in range(PATIENCE):
            assert isinstance(forge.snapshot(None), Raced)
        with pytest.raises(UnavailableError, match="counts 3 open pull requests and shows 2"):
            forge.snapshot(None)
