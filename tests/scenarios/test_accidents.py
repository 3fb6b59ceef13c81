"""What goes wrong while a rebuild runs: it is killed, it has a rival, the remote moves."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.machines import Machine, with_git_that

if TYPE_CHECKING:
    from tests.world import World

KILLED = -9
MOST_CALLS = 60

# Git is called at every point at which something is fetched, written or pushed. This one counts
# its calls and kills the process that called it, at the call that FATAL names.
_KILL_BEFORE = 'kill -9 "$PPID"; exit 1'
_KILL_AFTER = '"$GIT" "$@"; kill -9 "$PPID"; exit 1'
_COUNT = """
echo "$*" >> "$STATE/calls"
if [ "$(wc -l < "$STATE/calls")" -eq "$FATAL" ]; then {kill}; fi
exec "$GIT" "$@"
"""


@pytest.mark.parametrize("kill", [_KILL_BEFORE, _KILL_AFTER], ids=["before", "after"])
def test_killed_at_any_call_of_git_the_next_rebuild_ends_right_trap_25(
    world: World, kill: str
) -> None:
    _two_pull_requests(world)
    expected = world.rebuild(on=Machine(world.folder / "elsewhere"), dry_run=True)
    survived = False
    for fatal in range(1, MOST_CALLS):
        _forget_stage(world)
        machine = Machine(world.folder / f"machine {fatal}")
        script = f"FATAL={fatal}" + _COUNT.format(kill=kill)
        path = with_git_that(world.folder / f"git {fatal}", script)
        printed = world.cli("rebuild", "--pull-requests", "LISTING", on=machine, env=path)
        survived = printed.code == 0
        assert survived or printed.code == KILLED
        branch, record = _stage(world)
        assert (branch is None) == (record is None)
        world.rebuild(on=machine)
        assert _stage(world)[0] == expected.commit
        if survived:
            break
    assert survived


@pytest.mark.parametrize("same_cache", [True, False], ids=["one cache", "two caches"])
def test_two_rebuilds_at_once_come_to_one_stage_trap_19(world: World, *, same_cache: bool) -> None:
    _two_pull_requests(world)
    other = world.machine if same_cache else Machine(world.folder / "other")
    command = world.command("rebuild", "--pull-requests", "LISTING", "--json")

    running = [
        subprocess.Popen(
            command, cwd=world.clone, env=machine.environment(), stdout=subprocess.PIPE
        )
        for machine in (world.machine, other)
    ]
    told = [json.loads(process.communicate()[0]) for process in running]

    assert [process.returncode for process in running] == [0, 0]
    commits = {record["candidate"]["commit"] for record in told}
    assert commits == {_stage(world)[0]}
    assert {record["decision"] for record in told} <= {"published", "unchanged"}


_MOVE_ONCE = """
case "$*" in *push*)
  if [ ! -e "$STATE/moved" ]; then
    touch "$STATE/moved"
    "$GIT" -C "{remote}" update-ref "{ref}" "{commit}"
  fi
esac
exec "$GIT" "$@"
"""


@pytest.mark.parametrize("ref", ["refs/heads/staging", "refs/understudy/staging"])
def test_a_ref_that_moves_between_read_and_push_is_read_again_trap_21(
    world: World, ref: str
) -> None:
    _two_pull_requests(world)
    world.rebuild()
    first = world.remote_ref(ref) or ""
    world.push(1, {"one.yaml": "again\n"})
    if ref == "refs/heads/staging":
        stranger: str = world.branch("stranger", {"stranger.yaml": "mine\n"})
    else:
        # What a rival's rebuild would have left: a record of its own on top of ours.
        world.rebuild()
        stranger = world.remote_ref(ref) or ""
        world.move_ref(ref, first)
        world.push(1, {"one.yaml": "and again\n"})
    script = _MOVE_ONCE.format(remote=world.remote, ref=ref, commit=stranger)

    printed = world.cli(
        "rebuild",
        "--pull-requests",
        "LISTING",
        "--json",
        env=with_git_that(world.folder / "g", script),
    )

    assert (printed.code, printed.err) == (0, ""), printed.out
    assert (world.folder / "g" / "moved").exists()
    assert json.loads(printed.out)["decision"] == "published"
    assert _stage(world)[0] == json.loads(printed.out)["candidate"]["commit"]


def test_a_branch_that_somebody_else_moved_is_built_anew(world: World) -> None:
    _two_pull_requests(world)
    ours = world.rebuild().commit
    world.branch("staging", {"stranger.yaml": "mine\n"})

    assert world.rebuild().text.startswith("published  master + #1 #2")
    assert _stage(world)[0] == ours


def test_a_damaged_cache_is_made_anew(world: World) -> None:
    _two_pull_requests(world)
    expected = world.rebuild().commit
    for pack in world.machine.cache.rglob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(b"no pack at all")
    _forget_stage(world)

    printed = world.cli("rebuild", "--pull-requests", "LISTING")

    assert (printed.code, printed.err) == (0, ""), printed.out
    assert _stage(world)[0] == expected


def _two_pull_requests(world: World) -> None:
    world.base({"app.yaml": "image: app\n"})
    world.pull_request(1, {"one.yaml": "one\n"})
    world.pull_request(2, {"two.yaml": "two\n"})


def _stage(world: World) -> tuple[str | None, str | None]:
    return world.remote_ref("refs/heads/staging"), world.remote_ref("refs/understudy/staging")


def _forget_stage(world: World) -> None:
    for ref in ("refs/heads/staging", "refs/understudy/staging"):
        if world.remote_ref(ref):
            world.git("push", "--quiet", "origin", "--delete", ref)
