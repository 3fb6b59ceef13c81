"""The commands as people type them, on the demo's remote: real git, real records."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from understudy.cli.demo.contents import PULL_REQUESTS
from understudy.cli.demo.remote import DemoRemote, build
from understudy.cli.main import run
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    Captured = pytest.CaptureFixture[str]


class Shell:
    """Types commands in the demo's clone and looks at what they print."""

    def __init__(self, remote: DemoRemote, capsys: Captured) -> None:
        self.remote = remote
        self._capsys = capsys

    def run(self, line: str, *, code: int = ExitCode.DONE) -> str:
        """Run a command line that must end with `code`; return what it printed."""
        arguments = line.replace("LISTING", str(self.remote.listing)).split()
        assert run(arguments) == code, self._capsys.readouterr().err
        told = self._capsys.readouterr()
        assert bool(told.err) == bool(code)
        return told.err if code else told.out

    def json(self, line: str) -> Any:  # noqa: ANN401 - whatever the document is
        """Run a command line that must print exactly one JSON document; return it."""
        return json.loads(self.run(f"{line} --json"))

    def refs(self) -> dict[str, str]:
        """Return every ref of the remote."""
        done = subprocess.run(
            ["git", "-C", self.remote.bare, "for-each-ref", "--format=%(refname) %(objectname)"],
            capture_output=True,
            check=True,
            text=True,
        )
        return dict(line.split(" ") for line in done.stdout.splitlines())


@pytest.fixture
def shell(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> Shell:
    remote = build(tmp_path)
    monkeypatch.chdir(remote.clone)
    monkeypatch.setenv("UNDERSTUDY_CACHE", str(remote.cache))
    monkeypatch.setenv("UNDERSTUDY_BY", "tester")
    return Shell(remote, capsys)


def test_a_plan_says_what_a_rebuild_would_do_and_does_nothing(shell: Shell) -> None:
    before = shell.refs()

    told = shell.run("plan --pull-requests LISTING")

    assert told.startswith("staging: would publish ")
    assert "A dry run: nothing was pushed or recorded." in told
    assert shell.refs() == before
    planned = shell.json("plan --pull-requests LISTING")
    done = shell.json("rebuild --pull-requests LISTING")
    assert planned["candidate"] == done["candidate"]
    assert (planned["decision"], done["decision"]) == ("dry-run", "published")


def test_a_rebuild_shows_every_pull_request_once_with_its_reason(shell: Shell) -> None:
    record = shell.json("rebuild --pull-requests LISTING")

    told = {line["number"]: (line["state"], line["reason"]) for line in record["pull_requests"]}
    assert told == {
        1: ("included", None),
        2: ("waiting", "checks-pending"),
        3: ("excluded", "checks-failed"),
        4: ("conflicted", "conflicts-with-base"),
        5: ("conflicted", "conflicts-with-pull-request"),
        6: ("excluded", "dependency"),
        7: ("included", "pinned"),
        8: ("excluded", "draft"),
        9: ("contained", "already-in-base"),
    }
    assert shell.json("show") == record
    assert shell.refs()["refs/heads/staging"] == record["candidate"]["commit"]


def test_why_tells_both_sides_of_a_conflict(shell: Shell) -> None:
    shell.run("rebuild --pull-requests LISTING")

    told = shell.run("why 5")

    assert "Conflict with master?   no, it merges into master\n" in told
    assert "Conflict with others?   #1 Update podinfo to 6.7.1\n" in told
    assert (
        """
apps/base/podinfo/deployment.yaml (content, with #1)
  line 17
  stage, with #1:
    |           image: ghcr.io/stefanprodan/podinfo:6.7.1
  #5:
    |           image: ghcr.io/stefanprodan/podinfo:6.8.0

It would be in without #1.
"""
        in told
    )
    assert shell.json("why 5")["would_be_in_without"] == [1]
    assert "Conflict with master?   yes, with master alone\n" in shell.run("why 4")
    assert "#99 was not open at record 1." in shell.run("why 99", code=ExitCode.USAGE)


def test_trap_23_landing_a_member_changes_the_record_and_not_the_branch(shell: Shell) -> None:
    shell.run("rebuild --pull-requests LISTING")
    before = shell.refs()

    shell.remote.land(PULL_REQUESTS[0])
    record = shell.json("rebuild --pull-requests LISTING")

    assert record["decision"] == "unchanged"
    assert shell.refs()["refs/heads/staging"] == before["refs/heads/staging"]
    assert shell.refs()["refs/understudy/staging"] != before["refs/understudy/staging"]
    assert shell.json("diff 1 2")["left"] == [1]
    assert [entry["left"] for entry in shell.json("log")] == [[1], []]
    assert shell.run("log -n 1").endswith("  -#1  manual by tester\n")


def test_a_restored_stage_is_held_until_it_is_resumed(shell: Shell) -> None:
    first = shell.json("rebuild --pull-requests LISTING")
    listing = shell.remote.listing
    listing.write_text(listing.read_text().replace("pending", "success"))
    second = shell.json("rebuild --pull-requests LISTING")

    shell.run("restore 1")
    restored = shell.refs()["refs/heads/staging"]
    held = shell.run("rebuild --pull-requests LISTING")
    still = shell.refs()["refs/heads/staging"]
    resumed = shell.json("rebuild --resume --pull-requests LISTING")

    assert second["candidate"]["tree"] != first["candidate"]["tree"]
    assert restored == still == first["candidate"]["commit"]
    assert held.startswith("staging: held at record 1, ")
    assert resumed["hold"] is None
    assert resumed["published"]["tree"] == second["candidate"]["tree"]


def test_before_the_first_record_each_command_says_so(shell: Shell) -> None:
    assert shell.run("log") == "There is no record yet.\n"
    assert shell.json("log") == []
    for line in ("show", "why 5", "diff 1 2", "restore 1"):
        assert shell.run(line, code=ExitCode.USAGE) == (
            "error: Stage staging has no record yet.\n"
            "hint: `understudy rebuild` writes the first one.\n"
        )


def test_the_demo_runs_to_its_end(tmp_path: Path, capsys: Captured) -> None:
    assert run(["demo", "--keep", str(tmp_path / "demo")]) == 0

    told = capsys.readouterr().out
    assert "staging: published " in told
    assert "It would be in without #1." in told
    assert "staging: unchanged, " in told
    assert "Since record 1: -#1, master moved, same content" in told
    assert "understudy restore 1" in told
