"""Two pull requests that change one file which SOPS encrypts, up to the remedy that is told."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tests.core.test_sops import secret
from tests.gitenv import clean_environment, dated
from understudy.core.model import Reencryption

if TYPE_CHECKING:
    from tests.world import World

PATH = "apps/staging/db/secret.sops.yaml"
EDITOR = """\
#!/usr/bin/env python3
\"\"\"Stands for SOPS: encrypts what its user types anew, on top of what the file has.\"\"\"
import pathlib, sys
path = pathlib.Path(sys.argv[1])
path.write_text(path.read_text().replace("type:str]", "type:str, again]"))
"""


def _both_change_it(world: World) -> None:
    world.base({PATH: secret("v", "a", key="Q"), "app.yaml": "image: 1\n"})
    world.pull_request(66, {PATH: secret("w", "b", key="R")})
    world.pull_request(79, {PATH: secret("x", "c", key="S")})


def test_a_conflict_in_an_encrypted_file_is_told_as_one(world: World) -> None:
    _both_change_it(world)

    record = world.rebuild().record

    line = record.line(79)
    assert line is not None
    assert line.detail == (
        "conflicts with #66, which encrypted the same file anew; make the change again with sops"
        f" on top of it: {PATH}"
    )
    assert [conflict.sops for conflict in line.conflicts] == [Reencryption.VALUES]


def test_it_is_remembered_where_the_merge_is_not_done_again(world: World) -> None:
    _both_change_it(world)
    first = world.rebuild().record
    world.pull_request(80, {"other.yaml": "x\n"})

    assert world.rebuild().record.line(79) == first.line(79)


def test_the_base_can_be_the_one_that_encrypted_it(world: World) -> None:
    world.base({PATH: secret("v", "a", key="Q")})
    world.pull_request(79, {PATH: secret("x", "c", key="S")})
    world.base({PATH: secret("w", "b", key="R")})

    line = world.rebuild().record.line(79)

    assert line is not None
    assert line.detail is not None
    assert line.detail.startswith("conflicts with the base, which encrypted the same file anew;")


def test_one_conflict_of_another_kind_makes_it_an_ordinary_one(world: World) -> None:
    world.base({PATH: secret("v", "a"), "app.yaml": "image: 1\n"})
    world.pull_request(66, {PATH: secret("v", "b"), "app.yaml": "image: 2\n"})
    world.pull_request(79, {PATH: secret("v", "c"), "app.yaml": "image: 3\n"})

    record = world.rebuild().record
    printed = world.cli("why", "79", "--repo", str(world.remote))

    line = record.line(79)
    assert line is not None
    assert line.detail == f"conflicts with #66 in app.yaml, {PATH}"
    assert "No value clashes" in printed.out
    assert "sops " not in printed.out.splitlines()[-1]


def test_why_spares_its_reader_the_cipher_text_and_its_remedy_works(world: World) -> None:
    _both_change_it(world)
    world.rebuild()

    printed = world.cli("why", "79", "--repo", str(world.remote))

    assert "What clashes is cipher text" in printed.out
    assert "ENC[" not in printed.out
    command = printed.out.splitlines()[-1].strip()
    assert command.startswith("git switch feature/79-change; git merge ")
    _type(world, command)
    world.git("push", "--quiet", "origin", "HEAD:refs/heads/feature/79-change")
    world.requests[79].head = world.remote_ref("refs/heads/feature/79-change")  # type: ignore[assignment]
    assert [line.state.value for line in world.rebuild().record.pull_requests] == ["included"] * 2
    assert world.remote_tree()[PATH] == secret("w", "b", key="R").replace(
        "type:str]", "type:str, again]"
    )


def _type(world: World, command: str) -> None:
    tools = world.folder / "tools"
    tools.mkdir()
    (tools / "sops").write_text(EDITOR)
    (tools / "sops").chmod(0o755)
    world.git("checkout", "--quiet", "master")
    subprocess.run(
        ["bash", "-c", command],
        cwd=world.clone,
        env=dated(clean_environment(world.folder), 1_700_000_000)
        | {"PATH": f"{tools}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
