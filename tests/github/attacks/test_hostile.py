"""Pull requests of somebody who wants to break the log, the page, the answers or the rebuild."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Unpack

from tests.github.fake.tokens import ACTIONS
from tests.github.telling import on_stage, rebuild
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    import pytest

    from tests.github.world import AboutOnGitHub, GitHubWorld

PASSED = {"lint": "success"}
TEXTS = [
    "x\r\n::set-output name=sha::evil\n##[add-mask]a ::error::b %0A::add-mask::c",
    "\x1b[2J\x1b]0;owned\x07\x00\x08\x7f\x85\u2028\u2029::stop-commands::x",
    "\u202e\u2066gnp.exe\u2069 \u200f::debug::x",
    "</details><script>alert(1)</script> ![](http://evil) | `` ``` | @ada fixes #1 <!--",
    "y" * 10_000,
    "\U0001f469\u200d\U0001f4bb \U0001f1e9\U0001f1ea" * 30,
    "half \ud83d a character \udc00 and \\ud83d",
    "",
    "${{ secrets.KEY }} $(touch owned) `id` ; '\"",
]
REPORTING = "stages: {staging: {report: {comment: true}}}\n"
_OURS = r"(?:notice|warning|error) title=|group::|endgroup::"
_COMMAND = re.compile(rf"^\s*::(?!{_OURS})|##\[", re.MULTILINE)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def test_what_others_write_is_shown_and_does_nothing(
    hub: GitHubWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    """Trap 29: half of a character in one title stops nobody else either."""
    hub.base({"app.yaml": "image: 1\n", "understudy.yaml": REPORTING})
    for number, text in enumerate(TEXTS, start=1):
        _hostile(hub, number, text, "app.yaml", checks=PASSED)
        _hostile(hub, 20 + number, text, "red.yaml", checks={text or "lint": "failure"})
        _hostile(hub, 40 + number, text, "other.yaml", checks=PASSED, base=text or "x")
    env = hub.environment(hub.tokens.actions({**ACTIONS, "pull_requests": "write"}))

    assert rebuild(hub, "-v", env=env) == ExitCode.DONE

    printed = capfd.readouterr()
    log, files = printed.out + printed.err, hub.folder / "run"
    page = (files / "summary.md").read_text()
    assert on_stage(hub) == "staging: app.yaml, understudy.yaml"
    assert _COMMAND.findall(log) == []
    shown = [page, log, *(text for number in hub.requests for text in hub.comments(number))]
    assert [_UNSEEN.findall(text) for text in shown] == [[]] * len(shown)
    assert "<script" not in page
    assert "@ada" not in page
    assert (files / "output").read_text().count("\nevil") == 0
    hub.clear_log()
    assert rebuild(hub, env=env) == ExitCode.DONE
    assert hub.writes() == []


def _hostile(
    hub: GitHubWorld, number: int, text: str, path: str, **about: Unpack[AboutOnGitHub]
) -> None:
    hub.pull_request(number, {path: f"{number}\n"}, **about)
    hub.label(number, text or "x")
    found = hub.at(number)
    found.title = found.body = text
    found.head_ref = text or "x"
    found.author = hub.model.actor(text or "x")
