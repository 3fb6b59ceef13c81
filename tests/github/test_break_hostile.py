"""Pull requests of somebody who wants to break the stage, the log, the page or the answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.github.telling import on_stage, rebuild, told
from tests.outcomes import drawn
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PASSED = {"lint": "success"}
HOSTILE = {
    "commands": "x\r\n::set-output name=sha::evil\n##[add-mask]a ::error::b %0A::add-mask::c",
    "controls": "\x1b[2J\x1b]0;owned\x07\x00\x08\x7f\x85\u2028\u2029::stop-commands::x",
    "bidi": "\u202e\u2066gnp.exe\u2069 \u200f::debug::x",
    "markup": "</details><script>alert(1)</script> ![](http://evil) | `` ``` | @ada fixes #1 <!--",
    "long": "y" * 10_000,
    "emoji": "\U0001f469\u200d\U0001f4bb \U0001f1e9\U0001f1ea" * 30,
    "surrogate": "half \ud83d a character \udc00",
    "empty": "",
    "expression": "${{ secrets.KEY }} $(touch /tmp/owned) `id` ; rm -rf /",
}
_COMMAND = re.compile(r"^\s*::(?!(?:notice|warning|error) title=|group::|endgroup::)|##\[", re.M)


@pytest.fixture
def fleet(hub: GitHubWorld) -> GitHubWorld:
    hub.base({"app.yaml": "image: 1\n"})
    return hub


def _dump(t):
    with open("/tmp/w/hostile.txt", "a", errors="backslashreplace") as f: f.write(t)

@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("comment", [True], ids=["all"])
def test_text(hub: GitHubWorld, text: str, comment, capfd) -> None:
    hub.base({"app.yaml": "1\n", "understudy.yaml": "stages: {staging: {report: {comment: true}}}\n"})
    hub.pull_request(1, {"app.yaml": "2\n"}, checks=PASSED)
    hub.pull_request(2, {"app.yaml": "3\n"}, checks={text or "lint": "success"}, labels=[text or "l"])
    hub.pull_request(3, {"c.yaml": "3\n"}, checks={text or "lint": "failure"})
    hub.pull_request(4, {"d.yaml": "3\n"}, checks=PASSED, fork="mallory/fleet")
    hub.pull_request(5, {"e.yaml": "3\n"}, checks=PASSED, base="release")
    for number in range(1, 6):
        at = hub.at(number)
        at.title = text
        at.body = text
        at.head_ref = text or "x"
        at.author = hub.model.actor(text or "nobody")
    hub.at(5).base_ref = text or "x"
    from tests.github.tokens import ACTIONS
    env = hub.environment(hub.tokens.actions({**ACTIONS, "pull_requests": "write"}))
    assert rebuild(hub, "-v", env=env) == ExitCode.DONE
    got = capfd.readouterr()
    summary = (hub.folder / "run" / "summary.md").read_text()
    out = (hub.folder / "run" / "output").read_text()
    _dump(f"===== {text[:80]!a}\n{got.out[-3000:]}\n-- err\n{got.err[-4000:]}\n-- sum\n{summary[:6000]}\n-- {out}\n" + "\n".join(f"{n} {hub.statuses(n)} {hub.comments(n)}"[:3000] for n in range(1,6)))
    assert not _COMMAND.search(got.out + got.err)
    assert on_stage(hub) == "staging: app.yaml, understudy.yaml"
    env["GITHUB_EVENT_NAME"]="pull_request_target"
    hub.clear_log()
    assert rebuild(hub, "-v", env=env) == ExitCode.DONE
    assert not hub.writes()
