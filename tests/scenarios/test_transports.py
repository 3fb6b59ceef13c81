"""The remote may be a path or a URL: the stage is the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.smart_http import serving

if TYPE_CHECKING:
    from tests.world import World

LOCAL_SSH = '#!/bin/sh\nfor word; do last=$word; done\nexec sh -c "$last"\n'
"""Stands before ssh: runs what git asks of the other host on this one, in git's own protocol."""


@pytest.mark.parametrize("scheme", ["", "file://", "ssh://elsewhere"], ids=["path", "file", "ssh"])
def test_every_way_to_reach_the_remote_gives_the_same_stage(world: World, scheme: str) -> None:
    _check(world, f"{scheme}{world.remote}")


def test_over_http_too(world: World) -> None:
    with serving(world.remote.parent) as address:
        _check(world, f"{address}/{world.remote.name}")


def _check(world: World, address: str) -> None:
    world.base({"app.yaml": "image: 1\n"})
    world.pull_request(1, {"one.yaml": "one\n"})
    world.pull_request(2, {"two.yaml": "two\n"})
    expected = world.rebuild(dry_run=True).commit
    ssh = world.folder / "ssh"
    ssh.write_text(LOCAL_SSH)
    ssh.chmod(0o755)

    printed = world.cli(
        "rebuild",
        "--repo",
        address,
        "--pull-requests",
        "LISTING",
        "--json",
        env={"GIT_SSH_COMMAND": str(ssh), "no_proxy": "127.0.0.1"},
    )

    assert (printed.code, printed.err) == (0, ""), printed.out
    assert json.loads(printed.out)["candidate"]["commit"] == expected
    assert world.remote_ref("refs/heads/staging") == expected
